/** Restoration against the kernel: every kind of address and route that can go with an address comes back. */
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { putBack } from '../../src/executor/namespace/put-back.js';
import { compareStates } from '../../src/plan/restore/difference.js';
import { differenceLines } from '../../src/plan/views/difference-text.js';
import { captureText } from '../support/capture-text.js';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const I = 'ip -n $N';

/** Recipes of recipes.sh, and what they lack. */
const CASES: ReadonlyArray<string> = [
  ...['c04', 'c05', 'c06', 'c07', 'c08', 'c09', 'c10', 'c12', 'c14', 'c18', 'c24', 'c25', 'c26'],
  ...['c27', 'c28', 'c30', 'c35', 'c36', 'c38', 'c41', 'c42', 'c44', 'f1'],
  `base; ${I} nexthop add id 7 via 10.0.0.1 dev eth0; ${I} route add 203.0.113.0/24 nhid 7`,
  `base; ${I} addr add 2001:db8::2/64 dev eth0; ${I} nexthop add id 8 via 2001:db8::1 dev eth0; ${I} -6 route add 2001:db8:9::/48 nhid 8`,
  `base; ${I} addr add 10.0.0.9/24 dev eth0 valid_lft 3000 preferred_lft 2000; ${I} addr add 2001:db8::9/64 dev eth0 valid_lft 3000 preferred_lft 2000`,
  `base; ${I} route add default via 10.0.0.1; ${I} route add 203.0.113.0/24 via 10.0.0.1 tos 0x10; ${I} route add 203.0.113.0/24 via 10.0.0.2 tos 0x08 || true; ${I} route append 203.0.113.0/24 via 10.0.0.7; ${I} route append 203.0.113.0/24 via 10.0.0.6; ${I} route append 203.0.113.0/24 via 10.0.0.5`,
  `base; ip netns exec $N sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1; ${I} addr add 10.0.0.3/24 dev eth0; ${I} addr add 10.0.0.4/24 dev eth0; ${I} addr add 10.5.0.1/16 dev eth0`,
  `base; second; ${I} addr add 2001:db8::2/64 dev eth0; ${I} addr add 2001:db8::3/64 dev eth1; ${I} addr add 2001:db8::4/64 dev eth0 nodad; ${I} addr add 2001:db8::5/128 dev eth0 noprefixroute; ${I} addr add 2001:db8::6/64 dev eth0 metric 77`,
  `base; ${I} addr add 10.0.0.3/24 dev eth0; ${I} addr add 2001:db8::2/64 dev eth0; ${I} addr add 10.3.0.1/24 brd 10.3.0.77 dev eth0 scope link; ${I} addr add 10.4.0.1/24 dev eth0 scope host`,
  `base; ${I} route add 203.0.113.0/24 via 10.0.0.1 mtu lock 1400 advmss 1360 initcwnd 20 quickack 1 rto_min 30; ${I} route add 198.51.100.0/24 via 10.0.0.1 proto bird metric 5; ${I} route change 203.0.113.0/24 via 10.0.0.1 congctl cubic mtu 1300 || true`,
  `base; ${I} route add 203.0.113.0/24 via inet6 fe80::1 dev eth0; ${I} route del 10.0.0.0/24 dev eth0; ${I} route add 10.0.0.1 dev eth0; ${I} route add default via 10.0.0.1`,
  `base; ${I} addr add 10.9.0.1 peer 10.9.0.2/32 dev eth0; ${I} addr add 2001:db8::1 peer 2001:db8::2/128 dev eth0; ${I} neigh add proxy 10.0.0.99 dev eth0; ${I} neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev eth0 nud permanent`,
  `base; second; ${I} route add 203.0.113.0/24 via 10.1.0.1 src 10.0.0.2 table 77; ${I} route add 203.0.113.0/24 via 10.1.0.1 src 10.0.0.2; ${I} addr add 2001:db8::2/64 dev eth0; ${I} addr add 2001:db8:1::2/64 dev eth1; ${I} -6 route add 2001:db8:7::/48 via 2001:db8:1::1 src 2001:db8::2; ${I} -6 route add 2001:db8:7::/48 via 2001:db8:1::1 src 2001:db8::2 table 77; ${I} -6 route append 2001:db8:8::/48 dev eth0 metric 9; ${I} -6 route append 2001:db8:8::/48 dev eth1 metric 9`,
];

const LINKS = "ip -o link show | awk -F': ' '{print $2}' | sed 's/@.*//' | grep -v '^lo$'";

/** Ways to lose addresses: all, only IPv4, those of the first link, one. */
const LOSSES: ReadonlyArray<readonly [name: string, script: string]> = [
  ['every address', `for l in $(${LINKS}); do ip addr flush dev "$l"; done`],
  ['every IPv4 address', `for l in $(${LINKS}); do ip -4 addr flush dev "$l"; done`],
  ['the first link', `ip addr flush dev $(${LINKS} | head -1)`],
  [
    'the first address',
    `ip -o addr show scope global | awk '$2 != "lo" { print $4, ($5 == "peer" ? "peer " $6 : ""), "dev", $2; exit }' | xargs ip addr del`,
  ],
];

/** Seconds that passed are no difference. */
const withoutSeconds = (text: string): string => text.replaceAll(/\d+sec/g, 'Nsec');

describeWith(['netns'], 'restoration', () => {
  test.for(CASES)('%s', async (recipe, { pair }) => {
    pair.recipe(recipe);
    const opened = await live.kernel.openNetns(pair.netns.path)();
    if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left));
    const netns = opened.right;
    const before = await netns.observe();
    if (E.isLeft(before)) throw new Error(JSON.stringify(before.left));
    const text = withoutSeconds(captureText(pair.netns));
    for (const [name, script] of LOSSES) {
      pair.netns.sh(script);
      const restored = await putBack(netns, before.right)(live)();
      if (E.isLeft(restored)) throw new Error(JSON.stringify(restored.left));
      const { missing, refused } = restored.right;
      expect([differenceLines(missing), refused], name).toStrictEqual([[], null]);
      const now = await netns.observe();
      if (E.isLeft(now)) throw new Error(JSON.stringify(now.left));
      expect(differenceLines(compareStates(before.right, now.right)), name).toStrictEqual([]);
      expect(withoutSeconds(captureText(pair.netns)), name).toBe(text);
    }
    netns.close();
  });

  test('an address that failed duplicate detection stays, and no other has a place before or after it', async ({
    pair,
  }) => {
    pair.recipe('c33');
    const opened = await live.kernel.openNetns(pair.netns.path)();
    if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left));
    const netns = opened.right;
    const before = await netns.observe();
    if (E.isLeft(before)) throw new Error(JSON.stringify(before.left));
    pair.netns.sh('ip addr del 2001:db8::5/64 dev eth0');
    const restored = await putBack(netns, before.right)(live)();
    netns.close();
    if (E.isLeft(restored)) throw new Error(JSON.stringify(restored.left));
    expect(differenceLines(restored.right.missing)).toStrictEqual([]);
    expect(pair.netns.sh('ip -6 -o addr show dev eth0')).toMatch(/::5.*::6.*dadfailed/s);
  });
});
