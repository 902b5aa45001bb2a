/** The real capabilities together: a namespace held open, observed, changed and let go. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { liveCapabilities } from '../../src/executor/live/live.js';
import type { BindPacketSocket } from '../../src/plan/model/ops.js';
import { trusted } from '../../src/plan/model/scalars.js';
import { type TestNetns, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const { kernel } = liveCapabilities;
const home = () => readlinkSync('/proc/thread-self/ns/net');
const openFiles = () => readdirSync('/proc/self/fd').length;
const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};
const eth0: BindPacketSocket = {
  _tag: 'BindPacketSocket',
  link: trusted.ifName('eth0'),
  ifindex: trusted.ifIndex(2),
  channel: 0,
  vnetHeader: false,
  memberships: [],
};
const opened = async ({ path }: TestNetns) => right(await kernel.openNetns(path)());

describeWith(['netns'], 'a live namespace', () => {
  test('is observed with its identity, and with what its links segment', async ({ pair }) => {
    pair.recipe('c02');
    const netns = await opened(pair.netns);
    const state = right(await netns.observe());
    expect(state.netns).toStrictEqual(netns.identity);
    expect(netns.identity.inode).toBe(String(statSync(pair.netns.path).ino));
    expect(state.links.map(({ name, gso }) => [name, gso])).toContainEqual(['eth0', true]);
    expect(state.addresses.map(({ local }) => local)).toContain('10.0.0.2');
    netns.close();
  });

  test('is changed, and says what was changed already', async ({ pair }) => {
    pair.recipe('c01');
    const netns = await opened(pair.netns);
    const state = right(await netns.observe());
    const address = state.addresses.find(({ local }) => local === '10.0.0.2');
    if (address === undefined) throw new Error('no 10.0.0.2');
    const remove = netns.change({ _tag: 'RemoveAddress', ifindex: address.ifindex, address });
    const put = netns.change({ _tag: 'PutAddress', address, replace: false });
    expect(await remove()).toStrictEqual(E.right('done'));
    expect(await remove()).toStrictEqual(E.right('alreadyDone'));
    expect(await put()).toStrictEqual(E.right('done'));
    expect(await put()).toStrictEqual(E.right('alreadyDone'));
    expect(pair.netns.sh('ip -4 addr show eth0')).toContain('10.0.0.2/24');
    netns.close();
  });

  test('stays usable when its file is gone', async ({ pair }) => {
    pair.recipe('c01');
    const netns = await opened(pair.netns);
    execFileSync('ip', ['netns', 'del', pair.netns.name]);
    const state = right(await netns.observe());
    expect(state.links.map(({ name }) => name)).toContain('eth0');
    const { fd } = right(await netns.bindPacketSocket(eth0)());
    await kernel.closeFd(fd)();
    netns.close();
    expect(await kernel.openNetns(pair.netns.path)()).toStrictEqual(
      E.left({ _tag: 'NetnsNotFound', path: pair.netns.path, why: 'missing' }),
    );
  });

  test('leaves no descriptor behind, and no thread elsewhere over 100 rounds, failing ones too', async ({
    pair,
  }) => {
    pair.recipe('c01');
    const before = home();
    const round = async () => {
      const netns = await opened(pair.netns);
      await kernel.closeFd(right(await netns.bindPacketSocket(eth0)()).fd)();
      const gone = { ...eth0, ifindex: trusted.ifIndex(77) };
      expect(await netns.bindPacketSocket(gone)()).toMatchObject(E.left({ _tag: 'LinkGone' }));
      netns.close();
      netns.close();
      expect(await kernel.openNetns('/proc/self/ns/mnt')()).toSatisfy(E.isLeft);
      expect(home()).toBe(before);
    };
    await round();
    const count = openFiles();
    for (let i = 0; i < 100; i += 1) await round();
    expect(openFiles()).toBe(count);
  });
});
