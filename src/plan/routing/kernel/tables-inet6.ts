/** The IPv6 tables: fib6_table_lookup over a tree of prefixes, each with a tree of source prefixes. */
import type { Prefix } from '../../model/scalars.js';
import type { NamespaceState, ObjectPath, Route } from '../../model/state.js';
import { type PrefixRange, rangeOf } from '../prefix-range.js';
import { isBlackhole, type KernelHop, kernelHops, rejectionOf } from './hops.js';
import type { KernelNamespace } from './namespace.js';
import type { Flow } from './packet.js';
import { finder, type PrefixNode, prefixTree } from './prefix-tree.js';
import type { Found } from './rule-walk.js';

/** One nexthop of a route, or all of a nexthop object's. Source: struct fib6_info. */
interface Entry {
  readonly route: Route;
  readonly path: ObjectPath;
  readonly hops: ReadonlyArray<KernelHop>;
}

export interface Hit6 {
  readonly route: Route;
  /** the nexthop that was found first */
  readonly hop: KernelHop;
  /** all of the route, as the hash may choose another */
  readonly hops: ReadonlyArray<KernelHop>;
  /** how the search was made, as the hash is held to it, too */
  readonly search: Search;
}

/** How strict a search is. Source: RT6_LOOKUP_F_IFACE and RT6_LOOKUP_F_REACHABLE, net/ip6_route.h. */
export interface Search {
  /** an ifindex, or 0 */
  readonly oif: number;
  /** only routes through `oif` */
  readonly strict: boolean;
  /** no gateways that are known not to answer */
  readonly reachable: boolean;
}

/** The routes to one destination: to all sources, and by source prefix. */
interface Destination {
  readonly own: ReadonlyArray<Entry>;
  readonly bySource: ((source: bigint) => PrefixNode<ReadonlyArray<Entry>> | null) | null;
}

/** RFC 4191 by the kernel's scores: low, medium, high. Source: IPV6_DECODE_PREF, net/ip6_route.h. */
const PREFERENCE_SCORE: Readonly<Record<string, number>> = { low: 1, medium: 2, high: 3 };

const FAILED = -2;
const NOT_ON_LINK = -3;

/** How good a nexthop is: negative for not at all. Source: rt6_score_route in net/ipv6/route.c. */
export const scoreOf = (
  ns: KernelNamespace,
  { pref = 'medium' }: Route,
  { ifindex, gateway }: KernelHop,
  { oif, strict, reachable }: Search,
): number => {
  const onLink = oif === 0 || ifindex === oif;
  if (!onLink && strict) return NOT_ON_LINK;
  if (reachable && gateway !== null && ns.neighborState(ifindex, gateway) === 'failed')
    return FAILED;
  return (onLink ? 2 : 0) + (PREFERENCE_SCORE[pref] ?? 0) * 4;
};

/** Past its time a route is kept for the dump and not used. */
const isExpired = ({ expires }: Route): boolean => expires === 0;

interface Match {
  readonly entry: Entry;
  readonly hop: KernelHop;
  readonly score: number;
}

/** The nexthops of an entry that are better than `best`: the first of an object's. */
const matchOf = (ns: KernelNamespace, entry: Entry, search: Search, best: number): Match | null => {
  for (const hop of entry.hops) {
    const score = hop.usable ? scoreOf(ns, entry.route, hop, search) : FAILED;
    if (score > best) return { entry, hop, score };
  }
  return null;
};

const NO_HOP: KernelHop = { ifindex: 0, gateway: null, usable: false };

/** The best entry of a list, the first among equals. A nexthop object that drops ends the search. */
const bestOf = (
  ns: KernelNamespace,
  entries: ReadonlyArray<Entry>,
  search: Search,
): Match | null => {
  let best: Match | null = null;
  for (const entry of entries) {
    if (isExpired(entry.route)) continue;
    if (isBlackhole(ns, entry.route)) return { entry, hop: NO_HOP, score: 0 };
    const least: number = best?.score ?? -1;
    best = matchOf(ns, entry, search, least) ?? best;
  }
  return best;
};

/**
 * What the kernel takes of the routes to one prefix: the best of the lowest metric; where none of those can
 * be used, the best of all others, whatever their metrics. Source: find_rr_leaf in net/ipv6/route.c.
 */
const select = (
  ns: KernelNamespace,
  entries: ReadonlyArray<Entry>,
  search: Search,
): Match | null => {
  const lowest = entries[0]?.route.metric ?? 0;
  const end = entries.findIndex(({ route }) => (route.metric ?? 0) !== lowest);
  if (end < 0) return bestOf(ns, entries, search);
  return bestOf(ns, entries.slice(0, end), search) ?? bestOf(ns, entries.slice(end), search);
};

const entriesOf = (ns: KernelNamespace, route: Route, path: ObjectPath): ReadonlyArray<Entry> => {
  const hops = kernelHops(ns, route);
  return route.nhid === undefined
    ? hops.map((hop) => ({ route, path, hops: [hop] }))
    : [{ route, path, hops }];
};

const byMetric = ({ route: a }: Entry, { route: b }: Entry): number =>
  (a.metric ?? 0) - (b.metric ?? 0);

type Grouped = Map<Prefix, Map<Prefix | null, Entry[]>>;

const groupedRoutes = (state: NamespaceState, ns: KernelNamespace, table: number): Grouped => {
  const out: Grouped = new Map();
  for (const [i, route] of state.routes.entries()) {
    if (route.family !== 'inet6' || route.table !== table) continue;
    const source = route.src === undefined || route.src.endsWith('/0') ? null : route.src;
    const bySource = out.get(route.dst) ?? new Map<Prefix | null, Entry[]>();
    const list = bySource.get(source) ?? [];
    list.push(...entriesOf(ns, route, `routes[${i}]`));
    out.set(route.dst, bySource.set(source, list));
  }
  return out;
};

const destinationOf = (bySource: ReadonlyMap<Prefix | null, Entry[]>): Destination => {
  const own = (bySource.get(null) ?? []).toSorted(byMetric);
  const ranges = [...bySource].flatMap(([prefix, entries]) =>
    prefix === null ? [] : [{ range: rangeOf(prefix), value: entries.toSorted(byMetric) }],
  );
  return { own, bySource: ranges.length === 0 ? null : finder(prefixTree(ranges)) };
};

type Node = PrefixNode<Destination>;

/**
 * The lists that a search goes through: from the longest prefix to shorter ones, at each those of a source
 * prefix before those for all. The one it begins with is special: a prefix that has routes by source and none
 * for this one is passed over with all its routes, but for ::/0.
 * Source: fib6_node_lookup_1 and fib6_backtrack.
 */
function* listsAround(
  longest: Node | null,
  source: bigint,
): Generator<{ readonly range: PrefixRange; readonly entries: ReadonlyArray<Entry> }> {
  let begun = false;
  for (let node = longest; node !== null; node = node.around) {
    const { own, bySource } = node.value;
    let found = bySource?.(source) ?? null;
    const isPassed: boolean =
      !begun && bySource !== null && found === null && node.range.prefixLen > 0;
    begun ||= !isPassed;
    for (; found !== null; found = found.around) yield { range: node.range, entries: found.value };
    if (!isPassed && own.length > 0) yield { range: node.range, entries: own };
  }
}

const foundOf = (
  ns: KernelNamespace,
  { entry, hop }: Match,
  { prefixLen }: PrefixRange,
  search: Search,
): Found<Hit6> | null => {
  const { route, path } = entry;
  if (route.type === 'throw') return null;
  const why = rejectionOf(ns, route);
  if (why !== null) return { _tag: 'Reject', why, route: path };
  const hit = { route, hop, hops: kernelHops(ns, route), search };
  return { _tag: 'Hit', hit, route: path, prefixLen, ifindex: hop.ifindex };
};

export type Lookup6 = (flow: Flow, search: Search) => Found<Hit6> | null;

/** The lookup of one table: gateways that do not answer are looked at only where nothing else is found. */
export const inet6Table = (state: NamespaceState, ns: KernelNamespace, table: number): Lookup6 => {
  const entries = [...groupedRoutes(state, ns, table)].map(([prefix, bySource]) => ({
    range: rangeOf(prefix),
    value: destinationOf(bySource),
  }));
  const find = finder(prefixTree(entries));
  /** undefined: no route; null: one that throws */
  const search = (flow: Flow, how: Search): Found<Hit6> | null | undefined => {
    for (const { range, entries: list } of listsAround(find(flow.destination), flow.source ?? 0n)) {
      const match = select(ns, list, how);
      if (match !== null) return foundOf(ns, match, range, how);
    }
    return undefined;
  };
  return (flow, how) => {
    const found = search(flow, how);
    if (found !== undefined || !how.reachable) return found ?? null;
    return search(flow, { ...how, reachable: false }) ?? null;
  };
};
