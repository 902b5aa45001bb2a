/** Which filters of a link a packet socket is in front of, and which behind: the rule that the planner's verdicts follow. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { MSG_DONTWAIT } from '../../src/executor/linux/abi.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { close, recv, send } from '../../src/executor/linux/libc.js';
import { inNetns } from '../../src/executor/linux/netns.js';
import { openPacketSocket } from '../../src/executor/linux/packet-socket.js';
import type { BindPacketSocket } from '../../src/plan/model/ops.js';
import { type TestNetns, type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const PEER_MAC = '02:00:00:00:00:01';
const OWN_MAC = '02:00:00:00:00:02';

/** eth0 with 192.0.2.2 and its peer with .1, who know each other's MAC. */
const LINK = `
  ip link set lo up
  ip link add eth0 address ${OWN_MAC} type veth peer name h0 address ${PEER_MAC} netns $P
  ip -n $P link set h0 up
  ip -n $P addr add 192.0.2.1/24 dev h0
  ip -n $P neigh add 192.0.2.2 lladdr ${OWN_MAC} dev h0 nud permanent
  ip link set eth0 up
`;

const socketOn = ({ path, sh }: TestNetns, link: string): Fd => {
  const ifindex = Number(sh(`cat /sys/class/net/${link}/ifindex`));
  const op = {
    _tag: 'BindPacketSocket',
    link,
    ifindex,
    channel: 0,
    vnetHeader: false,
    memberships: [],
  };
  return right(inNetns(path, openPacketSocket(op as unknown as BindPacketSocket))()).fd;
};

/** Everything that is in the socket now. */
const received = (fd: Fd): ReadonlyArray<Buffer> => {
  const frames: Buffer[] = [];
  const buffer = new Uint8Array(2048);
  for (;;) {
    const length = recv(fd, buffer, MSG_DONTWAIT)();
    if (E.isLeft(length)) return frames;
    frames.push(Buffer.from(buffer.subarray(0, length.right)));
  }
};

const WORD = 'netplan-was-here';
const bytesOf = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');
/** An IPv4 packet that nobody looks into. */
const FRAME = Buffer.concat([
  bytesOf(PEER_MAC),
  bytesOf(OWN_MAC),
  Buffer.from('0800', 'hex'),
  Buffer.from(WORD.padEnd(64)),
]);

/** What passes between a packet socket on `link` and the peer: from the peer to it, and from it to the peer. */
const passes = ({ netns, peer }: TestPair, link: string) => {
  const [own, others] = [socketOn(netns, link), socketOn(peer, 'h0')];
  try {
    peer.sh(`ping -c 1 -W 0.2 -p 6e65747060 192.0.2.2 || true`);
    const comes = received(own).some((frame) => frame.includes(Buffer.from('6e65747060', 'hex')));
    send(own, FRAME, 0)();
    return { comes, goes: received(others).some((frame) => frame.includes(WORD)) };
  } finally {
    close(own)();
    close(others)();
  }
};

const CHAIN = (family: string, hook: string): string =>
  `nft add table ${family} t; nft add chain ${family} t c '{ type filter hook ${hook} priority 0; policy drop; }'`;
const BRIDGE = 'ip link add br0 type bridge; ip link set br0 up; ip link set eth0 master br0';
const both = { comes: true, goes: true };

describeWith(['netns', 'nft', 'tc', 'ping'], 'a packet socket on a link', () => {
  const cases = [
    ['no filter', '', 'eth0', both],
    ['input and output', `${CHAIN('ip', 'input')}; ${CHAIN('ip6', 'output')}`, 'eth0', both],
    ['ARP', CHAIN('arp', 'input'), 'eth0', both],
    ['ingress of netdev', CHAIN('netdev', 'ingress device eth0'), 'eth0', both],
    ['ingress of inet', CHAIN('inet', 'ingress device eth0'), 'eth0', both],
    [
      'ingress of traffic control',
      "tc qdisc add dev eth0 clsact; tc filter add dev eth0 ingress bpf bytecode '1,6 0 0 2' da",
      'eth0',
      both,
    ],
    ['egress of netdev', CHAIN('netdev', 'egress device eth0'), 'eth0', { ...both, goes: false }],
    [
      'egress of traffic control',
      "tc qdisc add dev eth0 clsact; tc filter add dev eth0 egress bpf bytecode '1,6 0 0 2' da",
      'eth0',
      { ...both, goes: false },
    ],
    ['no filter, on a bridge', BRIDGE, 'br0', both],
    [
      'input of a bridge',
      `${BRIDGE}; ${CHAIN('bridge', 'input')}`,
      'br0',
      { ...both, comes: false },
    ],
    [
      'output of a bridge',
      `${BRIDGE}; ${CHAIN('bridge', 'output')}`,
      'br0',
      { ...both, goes: false },
    ],
  ] as const;

  for (const [name, script, link, expected] of cases)
    test(`${name}: frames ${expected.comes ? 'come' : 'do not come'} and ${expected.goes ? 'go' : 'do not go'}`, ({
      pair,
    }) => {
      pair.netns.sh(`P=${pair.peer.name}\n${LINK}\n${script}`);
      expect(passes(pair, link)).toStrictEqual(expected);
    });
});
