/** What the fake kernel keeps, the kernel does. */
import { setTimeout } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Netns } from '../../src/executor/effects/capabilities.js';
import { liveCapabilities } from '../../src/executor/live/live.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { KERNEL_FACTS } from '../support/kernel-facts/all.js';
import { ETH0, ETH1, type KernelFact } from '../support/kernel-facts/fact.js';
import { observed, prove } from '../support/kernel-facts/prove.js';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

/** IPv6 link-local addresses would come later by themselves. */
const script = ({ promote, nexthops = [] }: KernelFact): string =>
  [
    `sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.default.promote_secondaries=${promote ? 1 : 0}`,
    'ip link set lo up',
    ...[ETH0, ETH1].flatMap((index, i) => [
      `ip link add eth${i} index ${index} type veth peer name peer${i} index ${index + 10}`,
      `ip link set eth${i} addrgenmode none up`,
      `ip link set peer${i} addrgenmode none up`,
    ]),
    ...nexthops.map(({ id, gateway }) => `ip nexthop add id ${id} via ${gateway} dev eth0 onlink`),
  ].join('\n');

/** What the kernel does a moment later by itself: carrier, the multicast route of a link, an IPv6 address's own route. */
const hasCome = ({ links, addresses, routes }: NamespaceState): boolean => {
  const to = new Set(routes.map(({ dst, oif }) => `${dst} ${oif}`));
  return (
    links.every(({ flags }) => !flags.includes('NO-CARRIER')) &&
    links.every(({ name, ifindex }) => name === 'lo' || to.has(`ff00::/8 ${ifindex}`)) &&
    addresses.every(
      ({ family, local, ifindex }) => family === 'inet' || to.has(`${local}/128 ${ifindex}`),
    )
  );
};

const settled = async (netns: Netns): Promise<void> => {
  while (!hasCome(await observed(netns))) await setTimeout(5);
};

const NAMED = KERNEL_FACTS.map((fact) => [fact.fact, fact] as const);

describeWith(['netns'], 'the kernel', () => {
  test.for(NAMED)('%s', async ([, fact], { pair }) => {
    pair.netns.sh(script(fact));
    const netns = await liveCapabilities.kernel.openNetns(pair.netns.path)();
    if (E.isLeft(netns)) throw new Error(JSON.stringify(netns.left));
    try {
      await prove(fact, netns.right, () => settled(netns.right));
    } finally {
      netns.right.close();
    }
  });
});
