/** The kernel's decision against the kernel: what RTM_GETROUTE answers for packets at every boundary. */
import { isDeepStrictEqual } from 'node:util';
import { formatAddress, fromBigInt } from '../../src/plan/model/address.js';
import { type Family, type IfName, type IpAddress, trusted } from '../../src/plan/model/scalars.js';
import type { NamespaceState, Route } from '../../src/plan/model/state.js';
import type { KernelDecision, KernelLeg } from '../../src/plan/routing/kernel/decision.js';
import { kernelDecision } from '../../src/plan/routing/kernel/kernel-decision.js';
import type { Packet } from '../../src/plan/routing/kernel/packet.js';
import { highestAddress, rangeOf } from '../../src/plan/routing/prefix-range.js';
import { type Answer, askKernel, type KernelRoute, questionOf } from './kernel-answers.js';
import type { TestNetns } from './netns.js';
import { observeWholeNetns } from './observe.js';
import { type Dice, dice } from './random-namespace.js';

const FAMILIES: ReadonlyArray<Family> = ['inet', 'inet6'];

/** Addresses on both sides of every boundary of a rule, a route or an own address. */
const boundaries = (state: NamespaceState, family: Family): ReadonlyArray<IpAddress> => {
  const prefixes = [
    ...state.routes.filter((route) => route.family === family).map(({ dst }) => dst),
    ...state.rules.filter((rule) => rule.family === family).flatMap(({ dst }) => dst ?? []),
  ];
  const numbers = prefixes
    .map(rangeOf)
    .flatMap(({ first, last }) => [first - 1n, first, last, last + 1n]);
  return [...new Set(numbers)]
    .filter((number) => number >= 0n && number <= highestAddress(family))
    .map((number) => trusted.ipAddress(formatAddress(fromBigInt(number, family))));
};

type Trait = (d: Dice, state: NamespaceState, family: Family) => Partial<Packet>;

const ownAddress: Trait = (d, { addresses }, family) => {
  const own = addresses.filter((address) => address.family === family);
  const source = own[d.below(own.length)]?.local;
  return source === undefined ? {} : { source };
};

const TRAITS: readonly [Trait, ...ReadonlyArray<Trait>] = [
  ownAddress,
  ownAddress,
  (d) => ({ mark: d.one([1, 2, 0x10, 0x1f]) }),
  (d, { links }) => ({ oif: links[d.below(links.length)]?.name as IfName }),
  (d) => ({ uid: d.one([999, 1000, 1999, 2000]) }),
  (d) => ({ tos: d.one([0x08, 0x10]) }),
  (d) => ({
    ipproto: d.one([6, 17]),
    sport: d.one([80, 999, 1000, 2000, 2001]),
    dport: d.one([53, 399, 400, 500, 501]),
  }),
];

/** Half of the packets are those of an ordinary application. */
const packetsFor = (
  d: Dice,
  state: NamespaceState,
  family: Family,
  most: number,
): ReadonlyArray<Packet> => {
  const all = boundaries(state, family);
  const every = Math.max(1, Math.ceil(all.length / most));
  return all
    .filter((_, i) => i % every === 0)
    .flatMap((destination) => {
      const trait = d.one(TRAITS)(d, state, family);
      const other = d.chance(0.3) ? d.one(TRAITS)(d, state, family) : {};
      return [{ destination }, { destination, ...trait, ...other }];
    });
};

const WORDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  blackhole: ['Invalid argument'],
  unreachable: ['No route to host', 'Network is unreachable'],
  prohibit: ['Permission denied'],
  'no-route': ['Network is unreachable'],
  invalid: ['Invalid argument', 'Network is unreachable'],
};

const legText = (leg: Pick<KernelLeg, 'link' | 'gateway' | 'source'>): string =>
  `via ${leg.gateway} dev ${leg.link} src ${leg.source}`;

/** A source that was given is not told again. */
const answeredLeg = (answer: KernelRoute, { source }: Packet): string =>
  legText({
    link: answer.dev ?? '',
    gateway: (answer.gateway ?? answer.via?.host ?? null) as IpAddress | null,
    source: source ?? ((answer.prefsrc ?? null) as IpAddress | null),
  });

/** RTN_* by number. Source: linux/rtnetlink.h. */
const TYPES = ['unspec', 'unicast', 'local', 'broadcast', 'anycast', 'multicast'];

/** What the kernel keeps of a nexthop for the next packet has the type of the first packet's destination. */
const isType = (answered: string | undefined, decided: string): boolean => {
  const kept = ['unicast', 'multicast', 'local'];
  const isOfGroup = answered === 'multicast' || decided === 'multicast';
  return (
    answered === decided || (isOfGroup && kept.includes(decided) && kept.includes(answered ?? ''))
  );
};

const agrees = (packet: Packet, decision: KernelDecision, answer: Answer): boolean => {
  switch (decision._tag) {
    case 'Refused':
      return typeof answer === 'string' && (WORDS[decision.why]?.includes(answer) ?? false);
    case 'Sent':
      if (typeof answer === 'string')
        // of several ways out, those that a loopback address may not take are left out of a decision
        return answer === 'Invalid argument' && packet.source?.startsWith('127.') === true;
      return (
        isType(TYPES[Number(answer.type)], decision.type) &&
        decision.legs.map(legText).includes(answeredLeg(answer, packet))
      );
    case 'Unknown':
      return false;
  }
};

/** Of two tables that are one trie, the kernel names the one that it was asked: main. */
const tableOf = ({ table }: Route, { mergedTables }: NamespaceState): number =>
  mergedTables === true && table === 255 ? 254 : table;

const prefixOf = (dst: string, family: Family): string => {
  if (dst === 'default') return family === 'inet' ? '0.0.0.0/0' : '::/0';
  return dst.includes('/') ? dst : `${dst}/${family === 'inet' ? 32 : 128}`;
};

/**
 * Whether the route that the kernel names is the one that the decision names, as far as it tells: `ip` writes
 * the destination of an encapsulation under the key of the route's own, and of the IPv6 routes through one
 * nexthop object the kernel names any.
 */
const isRoute = (answer: KernelRoute, route: Route, state: NamespaceState): boolean =>
  answer.encap !== undefined ||
  (answer.nhid !== undefined && answer.nhid === route.nhid && route.family === 'inet6') ||
  (prefixOf(answer.dst, route.family) === route.dst &&
    Number(answer.table ?? 254) ===
      (route.family === 'inet' ? tableOf(route, state) : route.table) &&
    (answer.metric ?? 0) === (route.metric ?? 0) &&
    Number(answer.tos ?? 0) === (route.tos ?? 0));

/** How much was compared, and every disagreement in words. */
export interface Comparison {
  readonly packets: number;
  /** sources that the kernel chose */
  readonly sources: number;
  /** routes of tables that it named */
  readonly routes: number;
  readonly disagreements: ReadonlyArray<string>;
}

/** What the kernel says otherwise than the decision does. */
const contradictions = (
  state: NamespaceState,
  packet: Packet,
  decision: KernelDecision,
  [answer, matched]: readonly [Answer, Answer],
): ReadonlyArray<Answer> => {
  const wrong = agrees(packet, decision, answer) ? [] : [answer];
  const path = decision._tag === 'Sent' ? decision.route : null;
  if (path === null || typeof matched === 'string') return wrong;
  const route = state.routes[Number(/\d+/.exec(path)?.[0])];
  const isNamed = route !== undefined && isRoute(matched, route, state);
  return isNamed ? wrong : [...wrong, matched];
};

const NOTHING: Comparison = { packets: 0, sources: 0, routes: 0, disagreements: [] };

const comparePackets = (
  netns: TestNetns,
  state: NamespaceState,
  packets: ReadonlyArray<Packet>,
): Comparison => {
  const decide = kernelDecision(state);
  const answers = askKernel(netns.name, packets);
  const matched = askKernel(netns.name, packets, true);
  return packets.reduce((sum, packet, i) => {
    const decision = decide(packet);
    const both = [answers[i] ?? 'not asked', matched[i] ?? 'not asked'] as const;
    const wrong = contradictions(state, packet, decision, both);
    const isSent = decision._tag === 'Sent';
    const words = `${questionOf(packet)}: ${JSON.stringify(decision)}, kernel ${JSON.stringify(wrong)}`;
    return {
      packets: sum.packets + 1,
      sources: sum.sources + (isSent && packet.source === undefined ? 1 : 0),
      routes: sum.routes + (isSent && typeof both[1] !== 'string' ? 1 : 0),
      disagreements: wrong.length === 0 ? sum.disagreements : [...sum.disagreements, words],
    };
  }, NOTHING);
};

const isSame = (a: NamespaceState, b: NamespaceState): boolean =>
  isDeepStrictEqual({ ...a, neighbors: [] }, { ...b, neighbors: [] });

/**
 * Packets of both families to `most` boundaries each, as `seed` says, during which the namespace did not
 * change: the kernel does some things a moment later.
 */
export const compareWithKernel = async (
  netns: TestNetns,
  seed: number,
  most: number,
): Promise<Comparison> => {
  for (let tries = 0; tries < 20; tries++) {
    const state = await observeWholeNetns(netns.path);
    const d = dice(seed);
    const packets = FAMILIES.flatMap((family) => packetsFor(d, state, family, most));
    const compared = comparePackets(netns, state, packets);
    if (isSame(state, await observeWholeNetns(netns.path))) return compared;
  }
  throw new Error('the namespace does not come to rest');
};
