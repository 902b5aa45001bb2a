import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { readIproute2 } from '../../src/plan/iproute2/document.js';
import { describeIproute2Error } from '../../src/plan/iproute2/errors.js';
import { IPROUTE2_PARTS } from '../../src/plan/iproute2/parts.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { type TestNetns, test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';

/** The state as iproute2 shows it, by the very commands that the documentation names. */
const shown = (netns: TestNetns): NamespaceState => {
  const parts = Object.fromEntries(
    Object.entries(IPROUTE2_PARTS).map(([part, { command }]) => [part, netns.sh(command)]),
  );
  const state = readIproute2(parts);
  if (E.isLeft(state)) throw new Error(JSON.stringify(state.left.map(describeIproute2Error)));
  return state.right.state;
};

const without = <A extends object>(record: A, ...keys: ReadonlyArray<string>): object =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

const byFamily = <A extends { readonly family: string }>(
  list: ReadonlyArray<A>,
): ReadonlyArray<A> => [
  ...list.filter(({ family }) => family === 'inet'),
  ...list.filter(({ family }) => family !== 'inet'),
];

/** Groups that the kernel joins get entries in its own time. */
const MULTICAST = /^(22[4-9]|23\d|ff)/;

/** A state without what NOT_IN_IPROUTE2 lists, and without what a second changes. */
const comparable = (state: NamespaceState) => ({
  links: state.links.map((link) =>
    without(link, 'gso', ...(link.flags.includes('UP') ? [] : ['carrier'])),
  ),
  addresses: state.addresses.map((a) => ({
    ...without(a, 'protocol', 'validLft', 'preferredLft'),
    forever: [a.validLft === null, a.preferredLft === null],
  })),
  routes: byFamily(state.routes).map((r) => ({
    ...without(r, 'lock', 'expires', 'other'),
    expires: r.expires !== undefined,
  })),
  // the masks are of linux 6.15, and of iproute2 6.15
  rules: byFamily(state.rules).map((r) => without(r, 'sportMask', 'dportMask')),
  neighbors: state.neighbors.filter(({ dst }) => !MULTICAST.test(dst)),
  nexthops: state.nexthops.map((n) => (n.blackhole ? without(n, 'family') : n)),
});

/** What no recipe has: every metric, realms, subtrees, foreign gateways, nexthop groups and odd rules. */
const EVERYTHING = `
ip route add 10.77.0.0/16 via 10.0.0.1 mtu lock 1400 advmss 1200 rtt 100ms rttvar 20ms rto_min 5ms \\
  window 100 congctl reno initcwnd 10 initrwnd 12 quickack 1 features ecn hoplimit 7 reordering 9 \\
  ssthresh 8 cwnd 3 realm 3/5
ip route add 10.78.0.0/16 via inet6 fe80::1 dev eth0
ip route add 10.79.0.0/16 via 10.0.0.1 proto 77 metric 5 tos 0x10 table 1000
ip route add 10.83.0.0/16 proto bird nexthop via 10.0.0.1 dev eth0 weight 2 onlink nexthop via inet6 fe80::2 dev eth1
ip -6 route add 2001:db8:77::/48 from 2001:db8::/32 via fe80::1 dev eth0 expires 100 mtu 1400
ip -6 route add default via fe80::7 dev eth1 proto ra pref high
ip nexthop add id 5 via 10.0.0.9 dev eth0; ip nexthop add id 6 blackhole
ip nexthop add id 8 via 10.1.0.9 dev eth1 onlink proto static; ip nexthop add id 9 via fe80::9 dev eth0
ip nexthop add id 10 group 5,3/8; ip nexthop add id 12 dev eth0
ip route add 10.80.0.0/16 nhid 5; ip route add 10.81.0.0/16 nhid 10; ip -6 route add 2001:db8:78::/48 nhid 9
ip addr add 10.5.0.2/24 dev eth0 metric 500 noprefixroute
ip addr add 10.9.0.1 peer 10.9.0.2/32 brd 10.9.0.255 dev eth1 label eth1:p valid_lft 600 preferred_lft 300
ip addr add 2001:db8::5/64 dev eth0 nodad home mngtmpaddr valid_lft 600 preferred_lft 0
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent proto static router
ip neigh add fd00::9 lladdr 02:00:00:00:00:09 dev eth0 nud noarp extern_learn
ip rule add from 10.1.0.2 lookup 100
ip rule add not from 10.1.0.0/24 to 10.2.0.0/16 iif eth0 oif eth1 fwmark 0x10/0xff tos 0x10 lookup 1000 prio 77
ip rule add prio 50 blackhole; ip rule add prio 49 unreachable uidrange 0-100
ip rule add prio 48 goto 50; ip rule add prio 47 nop; ip rule add prio 44 tun_id 7 lookup local
ip rule add prio 45 ipproto tcp sport 80 dport 1-9 lookup main suppress_prefixlength 0 suppress_ifgroup 5 proto 77 realms 1/2
ip rule add prio 43 l3mdev; ip -6 rule add from 2001:db8::/32 prohibit
ip link add br0 type bridge; ip link add name v1 type veth peer name v2; ip link set v1 master br0 up
ip link add mv0 link eth0 type macvlan mode private; ip link add mt0 link eth0 type macvtap
ip tuntap add dev tun0 mode tun; ip tuntap add dev tap0 mode tap; ip link set tun0 up
ip link add vx0 type vxlan id 9 dstport 4789 dev eth0; ip link set eth0 gso_max_size 4096 group 7
ip addr add 224.0.0.7/32 dev eth0 autojoin; ip addr add 10.7.0.2/32 dev tun0
ip neigh add 10.7.0.9 dev tun0 nud permanent
`;

const RECIPES =
  'c02 c03 c05 c06 c08 c10 c12 c13 c14 c15 c16 c18 c19 c20 c22 c23 c24 c25 c29 c32 c33 c35 c36 c38 c41 c44 f1';

/** The state by either way, at a moment that did not pass between the two: new links settle by themselves. */
const bothWays = async (netns: TestNetns) => {
  for (let tries = 0; tries < 20; tries++) {
    const before = comparable(shown(netns));
    const observed = comparable(await observeNetns(netns.path));
    if (isDeepStrictEqual(before, comparable(shown(netns)))) return { shown: before, observed };
  }
  throw new Error('the namespace does not come to rest');
};

describeWith(['netns', 'ip'], 'a state from iproute2', () => {
  test.for(RECIPES.split(' '))('%s equals the one from rtnetlink', async (recipe, { pair }) => {
    pair.recipe(recipe);
    const both = await bothWays(pair.netns);
    expect(both.shown).toEqual(both.observed);
  });

  test('a namespace with everything equals the one from rtnetlink', async ({ pair }) => {
    pair.recipe('base; second');
    pair.netns.sh(EVERYTHING);
    const both = await bothWays(pair.netns);
    expect(both.shown).toEqual(both.observed);
  });
});
