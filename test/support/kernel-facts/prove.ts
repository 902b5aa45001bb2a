/** Asks a namespace, the fake kernel's or the real one's, whether a fact is one. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Netns } from '../../../src/executor/effects/capabilities.js';
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { linesOf } from '../fake-kernel/lines.js';
import { type Answer, ETH0, type KernelFact } from './fact.js';

const changed = async (netns: Netns, change: NetlinkChange): Promise<Answer> => {
  const result = await netns.change(change)();
  if (E.isRight(result)) return result.right;
  if (result.left._tag !== 'NetlinkError') throw new Error(JSON.stringify(result.left));
  return result.left.errno;
};

export const observed = async (netns: Netns): Promise<NamespaceState> => {
  const state = await netns.observe();
  if (E.isLeft(state)) throw new Error(JSON.stringify(state.left));
  return state.right;
};

const difference = (before: NamespaceState, now: NamespaceState): ReadonlyArray<string> => {
  const [were, are] = [linesOf(before), linesOf(now)];
  return [
    ...were.filter((line) => !are.includes(line)).map((line) => `- ${line}`),
    ...are.filter((line) => !were.includes(line)).map((line) => `+ ${line}`),
  ];
};

/** `settled`: gives the kernel the moment that it needs for what it does later by itself. */
export const prove = async (
  { given, act, answer = 'done', lines = [], order }: KernelFact,
  netns: Netns,
  settled: () => Promise<void>,
): Promise<void> => {
  for (const change of given)
    expect(await changed(netns, change), JSON.stringify(change)).toBe('done');
  await settled();
  const before = await observed(netns);
  expect(await changed(netns, act)).toBe(answer);
  await settled();
  const now = await observed(netns);
  expect(difference(before, now)).toStrictEqual(lines);
  const own = now.addresses.filter(({ ifindex }) => ifindex === ETH0).map(({ local }) => local);
  if (order !== undefined) expect(own).toStrictEqual(order);
};
