/** Why a plan lists multicast memberships: without its addresses a macvlan lets no solicitation through to a socket. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Fd } from '../../src/executor/linux/fd.js';
import { close, recv, whenReady } from '../../src/executor/linux/libc.js';
import { inNetns } from '../../src/executor/linux/netns.js';
import { openPacketSocket } from '../../src/executor/linux/packet-socket.js';
import { type BindPacketSocket, linearise } from '../../src/plan/model/ops.js';
import { compile } from '../../src/plan/rules/compile.js';
import { macvlans } from '../support/macvlans.js';
import { type TestPair, test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const plannedBind = async ({ netns }: TestPair): Promise<BindPacketSocket> => {
  const plan = right(compile({ target: '20221219.0' })(await observeNetns(netns.path)));
  const bind = linearise(plan).find((op) => op._tag === 'BindPacketSocket');
  if (bind === undefined) throw new Error('nothing to bind');
  return { ...bind, vnetHeader: false };
};

const destination = (frame: Uint8Array): string => Buffer.from(frame).toString('hex', 0, 6);
const isArp = (frame: Uint8Array): boolean => frame[12] === 0x08 && frame[13] === 0x06;

/** The destinations of the frames that arrive up to the first of ARP, which is a broadcast. */
const destinationsUntilArp = async (socket: Fd): Promise<ReadonlySet<string>> => {
  const seen = new Set<string>();
  const frame = new Uint8Array(2048);
  for (;;) {
    expect(await whenReady(socket, 'readable', 10_000)()).toStrictEqual(E.right('ready'));
    right(recv(socket, frame, 0)());
    if (isArp(frame)) return seen;
    seen.add(destination(frame));
  }
};

/** What reaches a socket of `bind`'s when the other macvlan solicits fd00::2 and then asks for 10.0.0.2 by ARP. */
const heard = async ({ netns, peer }: TestPair, bind: BindPacketSocket) => {
  // An earlier request that nobody answered is repeated for seconds; it must not pass for this one's.
  peer.sh('ip neigh flush dev mv1');
  const { fd } = right(inNetns(netns.path, openPacketSocket(bind))());
  try {
    peer.sh('ping -6 -c 1 -W 1 fd00::2 || ping -c 1 -W 1 10.0.0.2 || true');
    return await destinationsUntilArp(fd);
  } finally {
    close(fd)();
  }
};

describeWith(['netns'], 'a macvlan whose addresses are gone', () => {
  test('lets through solicitations of the planned groups, and none without them', async ({
    pair,
  }) => {
    macvlans(pair);
    const bind = await plannedBind(pair);
    expect(bind.memberships).toStrictEqual([
      '33:33:00:00:00:01',
      '33:33:ff:00:00:02',
      '33:33:ff:00:00:a0',
    ]);
    pair.netns.sh('ip addr flush dev mv0');
    expect(await heard(pair, { ...bind, memberships: [] })).not.toContain('3333ff000002');
    expect(await heard(pair, bind)).toContain('3333ff000002');
  });
});
