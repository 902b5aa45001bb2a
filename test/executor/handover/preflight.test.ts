import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { planFailures } from '../../../src/executor/handover/preflight.js';
import { linearise } from '../../../src/plan/model/ops.js';
import type { Link, NamespaceState } from '../../../src/plan/model/state.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { oneLink } from '../../support/states.js';

const plan = (() => {
  const planned = compile({})(oneLink);
  if (E.isLeft(planned)) throw new Error('refused');
  return planned.right;
})();

const self = {
  pid: 1,
  startTime: '1',
  effectiveCapabilities: ~0n,
  openFiles: 10,
  maxOpenFiles: 1024,
};

const failuresIn = (state: NamespaceState, process = self) =>
  planFailures(plan, linearise(plan), { state, self: process, started: false });

/** The codes of what is found when eth0 is different from what was planned. */
const found = (change: (eth0: Link) => Link): ReadonlyArray<string> => {
  const links = oneLink.links.map((link) => (link.name === 'eth0' ? change(link) : link));
  return failuresIn({ ...oneLink, links }).map(({ code }) => code);
};

test('nothing speaks against the links that were planned', () => {
  expect(found((eth0) => eth0)).toStrictEqual([]);
});

test('a link that is down, dies without addresses, and does not segment: all at once', () => {
  expect(found((eth0) => ({ ...eth0, flags: [], kind: 'ipvlan', gso: false }))).toStrictEqual([
    'preflight/link',
    'preflight/link-kind',
    'preflight/gso',
  ]);
});

test('a link that is gone or renamed', () => {
  const [lo] = oneLink.links;
  const without = failuresIn({ ...oneLink, links: lo === undefined ? [] : [lo] });
  expect(without.map(({ summary }) => summary)).toStrictEqual([
    'there is no link with ifindex 2 (eth0)',
  ]);
});

test('descriptors and rights', () => {
  const poor = { ...self, effectiveCapabilities: 0n, openFiles: 1020 };
  expect(failuresIn(oneLink, poor).map(({ code }) => code)).toStrictEqual([
    'preflight/rights',
    'preflight/rights',
    'preflight/rights',
    'preflight/descriptor-limit',
  ]);
});
