/** Which of the nexthops of the IPv4 routes that were found a packet takes, and from which address it goes. */
import { formatAddress, fromBigInt } from '../../model/address.js';
import { type IpAddress, trusted } from '../../model/scalars.js';
import type { Route } from '../../model/state.js';
import { addressNumber } from '../prefix-range.js';
import type { KernelLeg } from './decision.js';
import { groupChoices, isGoodNeighbor, type KernelHop, kernelHops } from './hops.js';
import { isValidNeighbor, type KernelNamespace } from './namespace.js';
import type { Flow } from './packet.js';
import { SCOPE_LINK, scopeNumber, selectInetSource } from './source-inet.js';
import type { Alias, Hit } from './tables-inet.js';

export const addressOfFlow = (flow: Flow, address: bigint): IpAddress =>
  trusted.ipAddress(formatAddress(fromBigInt(address, flow.family)));

/** The bytes that the kernel takes for an IPv4 gateway: of one of IPv6 the first four. Source: union nhc_gw. */
const nearOf = (gateway: IpAddress | null): bigint | null => {
  if (gateway === null) return null;
  const number = addressNumber(gateway);
  const near = gateway.includes(':') ? number >> 96n : number;
  return near === 0n ? null : near;
};

/**
 * The scopes for which the source of a route may have been chosen: that of the route, or the one that its
 * nexthop object chose for when it was made, which stays until some address of the namespace changes. The
 * kernel does not tell which. Source: nh_create_ipv4 in net/ipv4/nexthop.c, fib_result_prefsrc.
 */
const sourceScopes = (
  ns: KernelNamespace,
  { scope, nhid }: Route,
  { gateway }: KernelHop,
): ReadonlyArray<number> => {
  if (nhid === undefined) return [scopeNumber(scope)];
  const isOnLink = gateway === null || ns.isOwn(gateway);
  return [scopeNumber(scope), isOnLink ? SCOPE_LINK : SCOPE_LINK - 1];
};

/** The source of a packet through a nexthop: one, or those of which it is one. */
const sourcesOfHop = (
  ns: KernelNamespace,
  route: Route,
  hop: KernelHop,
): ReadonlyArray<IpAddress | null> => {
  if (route.prefsrc !== undefined) return [route.prefsrc];
  const { ifindex, gateway } = hop;
  // a nexthop object of IPv6 has no IPv4 gateway to be near to, and remembers no source
  const isForeign = route.nhid !== undefined && gateway?.includes(':') === true;
  if (isForeign) return [selectInetSource(ns, ifindex, null, scopeNumber(route.scope))];
  const found = sourceScopes(ns, route, hop).map((scope) =>
    selectInetSource(ns, ifindex, nearOf(gateway), scope),
  );
  return [...new Set(found)];
};

const linkOf = ({ links }: KernelNamespace, ifindex: number): string =>
  links.get(ifindex)?.name ?? `if${ifindex}`;

/** A gateway that is the namespace's own address means on-link. Source: fib_check_nh_v4_gw. */
export const inetLeg = (
  ns: KernelNamespace,
  { ifindex, gateway }: KernelHop,
  source: IpAddress | null,
): KernelLeg => ({
  link: linkOf(ns, ifindex),
  ifindex,
  gateway: gateway !== null && ns.isOwn(gateway) ? null : gateway,
  source,
});

/**
 * The nexthops of a multipath route among which the hash chooses. A packet with a source takes one that would
 * have given it that source, where there is one. Source: fib_select_multipath in net/ipv4/fib_semantics.c.
 */
const multipath = (
  ns: KernelNamespace,
  { alias: { route }, usable, hops }: Hit,
  flow: Flow,
): ReadonlyArray<KernelHop> => {
  if (route.nhid !== undefined) return groupChoices(ns, hops);
  const good = ns.asksNeighbors ? usable.filter((hop) => isGoodNeighbor(ns, hop)) : usable;
  const found = good.length > 0 ? good : usable.slice(0, 1);
  if (flow.source === null) return found;
  const source = addressOfFlow(flow, flow.source);
  const fitting = found.filter(({ ifindex, gateway }) => {
    const near = nearOf(gateway);
    return selectInetSource(ns, ifindex, near, scopeNumber(route.scope)) === source;
  });
  return fitting.length > 0 ? fitting : found;
};

/** A default route that competes with others of its metric. */
interface Candidate {
  readonly route: Route;
  readonly hop: KernelHop;
  /** NUD_* of its gateway; null: not asked for yet */
  readonly state: string | null;
}

/** The default routes that fib_select_default tries: through a gateway, of the metric of the one that was found. */
const candidatesOf = (ns: KernelNamespace, { alias, siblings }: Hit): ReadonlyArray<Candidate> =>
  siblings.flatMap(({ route }: Alias) => {
    const competes =
      route.table === alias.route.table &&
      route.type === 'unicast' &&
      route.scope === alias.route.scope &&
      (route.tos ?? 0) === (alias.route.tos ?? 0) &&
      (route.metric ?? 0) === (alias.route.metric ?? 0);
    const [hop] = competes ? kernelHops(ns, route) : [];
    if (hop === undefined || !hop.usable || hop.gateway === null || ns.isOwn(hop.gateway))
      return [];
    return [{ route, hop, state: ns.neighborState(hop.ifindex, hop.gateway) }];
  });

/** One pass over the candidates, with the memory of which was chosen last (-1: none). Source: fib_detect_death. */
const pick = (candidates: ReadonlyArray<Candidate>, last: number): number => {
  let resort = -1;
  for (const [order, { state }] of candidates.entries()) {
    if (state === null || state === 'reachable') return order;
    const valid = isValidNeighbor(state);
    if (valid && order !== last) return order;
    if (valid || (resort < 0 && order > last && state !== 'incomplete')) resort = order;
  }
  return resort;
};

/**
 * Equal defaults: the kernel takes the first whose gateway is not known to be dead, and remembers it. What it
 * remembers cannot be asked, so each memory it can have is tried.
 */
const equalDefaults = (ns: KernelNamespace, hit: Hit): ReadonlyArray<Candidate> | null => {
  const candidates = candidatesOf(ns, hit);
  if (candidates.length < 2 || candidates[0]?.route !== hit.alias.route) return null;
  const memories = [-1, ...candidates.keys()];
  const chosen = new Set(memories.map((last) => pick(candidates, last)));
  return [...new Set([...chosen].map((i) => Math.max(i, 0)))].flatMap((i) => candidates[i] ?? []);
};

const isDefault = ({ dst, type }: Route): boolean => dst.endsWith('/0') && type === 'unicast';

/** A nexthop that a packet may take, with a source that it may have there. */
interface Choice {
  readonly hop: KernelHop;
  readonly source: IpAddress | null;
}

/** What a packet may take, before its source is looked for. Source: fib_select_path. */
const pathsOf = (
  ns: KernelNamespace,
  hit: Hit,
  flow: Flow,
): ReadonlyArray<{ readonly route: Route; readonly hop: KernelHop }> => {
  const { route } = hit.alias;
  const one = hit.usable.slice(0, 1).map((hop) => ({ route, hop }));
  if (flow.oif !== 0) return one;
  if (hit.hops.length > 1) return multipath(ns, hit, flow).map((hop) => ({ route, hop }));
  return (isDefault(route) ? equalDefaults(ns, hit) : null) ?? one;
};

/** The nexthops that a packet may take, each with the sources that it may have there. */
export const selectInet = (ns: KernelNamespace, hit: Hit, flow: Flow): ReadonlyArray<Choice> => {
  const given = flow.source === null ? null : addressOfFlow(flow, flow.source);
  return pathsOf(ns, hit, flow).flatMap(({ route, hop }) => {
    const sources = given === null ? sourcesOfHop(ns, route, hop) : [given];
    return sources.map((source) => ({ hop, source }));
  });
};
