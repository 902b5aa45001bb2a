/** The kernel's main table of one family, as the fates of packets, in the order in which it prefers them. */

import { isEverything } from '../model/default-route.js';
import { RT_TABLE } from '../model/kernel-names/route.js';
import { type LinkNames, linkName, linkNames } from '../model/link-names.js';
import type { Family } from '../model/scalars.js';
import type { NamespaceState, ObjectPath, Route } from '../model/state.js';
import type { Fate, Leg } from './fate.js';
import { type Hop, type HopContext, hopContext, hopsOf } from './hops.js';
import { type Steps, stepsOf, type TableEntry } from './intervals.js';
import { byPreference } from './preference.js';
import { rangeOf } from './prefix-range.js';

/** A fate and the route that decides it. The rule that leads to the table is no news. */
export interface MainTableFate {
  readonly fate: Fate;
  readonly rule: null;
  readonly route: ObjectPath;
}

interface Links {
  readonly names: LinkNames;
  readonly down: ReadonlySet<number>;
  readonly loopback: ReadonlySet<number>;
  readonly hops: HopContext;
}

const linksOf = (state: NamespaceState): Links => {
  const having = (flag: string, has: boolean): ReadonlySet<number> =>
    new Set(
      state.links.filter(({ flags }) => flags.includes(flag) === has).map(({ ifindex }) => ifindex),
    );
  return {
    names: linkNames(state),
    down: having('UP', false),
    loopback: having('LOOPBACK', true),
    hops: hopContext(state),
  };
};

/**
 * The ways out that the kernel would use. A nexthop without carrier (linkdown) is used, as
 * net.ipv4.conf.*.ignore_routes_with_linkdown is off unless somebody sets it.
 */
const legsOf = (links: Links, hops: ReadonlyArray<Hop>): ReadonlyArray<Leg & { ifindex: number }> =>
  hops.flatMap(({ ifindex, gateway, flags }) => {
    if (ifindex === undefined || links.down.has(ifindex) || flags?.includes('dead') === true)
      return [];
    return [{ ifindex, link: linkName(links.names, ifindex), gateway: gateway ?? null }];
  });

/** Null where no nexthop can be used: the kernel goes on to the next route, then to shorter prefixes. */
const unicast = (links: Links, route: Route): Fate | null => {
  const hops = hopsOf(links.hops, route);
  if (hops.some(({ blackhole }) => blackhole === true)) return { _tag: 'Drop', type: 'blackhole' };
  const legs = legsOf(links, hops);
  const [first, second] = legs;
  if (first === undefined) return null;
  if (second !== undefined)
    return { _tag: 'Multipath', legs: legs.map(({ link, gateway }) => ({ link, gateway })) };
  return links.loopback.has(first.ifindex)
    ? { _tag: 'Drop', type: 'loopback' }
    : { _tag: 'Forward', link: first.link, gateway: first.gateway };
};

const fateOf = (links: Links, route: Route): Fate | null => {
  switch (route.type) {
    case 'unicast':
      return unicast(links, route);
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
    case 'throw':
      return { _tag: 'Drop', type: route.type };
    default:
      return { _tag: 'Special', type: route.type };
  }
};

const isOfSomeSources = ({ src }: Route): boolean => src !== undefined && !isEverything(src);

/**
 * Whether a route is for all packets: a TOS or a source prefix makes it one of some packets only, and a
 * plain IPv6 route is passed over where its very prefix has routes by source too, as the search then
 * stays among those (fib6_node_lookup_1 in net/ipv6/ip6_fib.c). The root, ::/0, is looked at in any case.
 */
const isForAll = (routes: ReadonlyArray<Route>): ((route: Route) => boolean) => {
  const bySource = new Set(routes.filter(isOfSomeSources).map(({ dst }) => dst));
  return (route) =>
    (route.tos ?? 0) === 0 &&
    !isOfSomeSources(route) &&
    (isEverything(route.dst) || !bySource.has(route.dst));
};

/** The usable main-table routes of `family`, the preferred of equal prefixes first. */
export const kernelTable = (
  state: NamespaceState,
  family: Family,
): ReadonlyArray<TableEntry<MainTableFate>> => {
  const links = linksOf(state);
  const ofMain = (route: Route): boolean =>
    route.family === family && route.table === RT_TABLE.main;
  const forAll = isForAll(state.routes.filter(ofMain));
  return state.routes
    .flatMap((route, index) => {
      if (!ofMain(route) || !forAll(route) || route.expires === 0) return [];
      const fate = fateOf(links, route);
      return fate === null ? [] : [{ route, index, fate }];
    })
    .sort((a, b) => byPreference(a.route, b.route))
    .map(({ route, index, fate }) => ({
      range: rangeOf(route.dst),
      value: { fate, rule: null, route: `routes[${index}]` },
    }));
};

/**
 * What the kernel's main table decides for every address of `family`: the longest prefix, of those the
 * lowest metric, of those the first in the dump.
 *
 * Not modelled: rules and other tables, IPv6 neighbors that do not answer, and the choice among IPv4
 * defaults of equal metric when one is dead. A throw route ends the main table's search, after which the
 * default rules find nothing.
 * Source: fib_table_lookup in net/ipv4/fib_trie.c; fib6_table_lookup and rt6_select in net/ipv6/route.c.
 */
export const mainTableFates = (state: NamespaceState, family: Family): Steps<MainTableFate> =>
  stepsOf(kernelTable(state, family), 'longest-prefix');
