/** The nexthops of a route as the lookup sees them: which of them can be used. */
import { type Family, type IpAddress, trusted } from '../../model/scalars.js';
import type { Route } from '../../model/state.js';
import { type Hop, hopsOf } from '../hops.js';
import type { WhyUnsent } from './decision.js';
import { isValidNeighbor, type KernelNamespace } from './namespace.js';

/** A nexthop of a route. */
export interface KernelHop {
  readonly ifindex: number;
  readonly gateway: IpAddress | null;
  readonly usable: boolean;
}

const isUsable = (ns: KernelNamespace, route: Route, { flags = [], ifindex }: Hop): boolean => {
  if (ifindex === undefined || flags.includes('dead')) return false;
  if (flags.includes('linkdown') && ns.ignoresLinkdown(route.family, ifindex)) return false;
  // Routes to own addresses and those of host scope stay as they are when their link goes down.
  const minds = route.type === 'unicast' && route.scope !== 'host';
  return !minds || ns.links.get(ifindex)?.flags.includes('UP') !== false;
};

const NO_ADDRESS: ReadonlySet<string> = new Set();

/** A route of IPv6 without a link, one that rejects, leads to lo. */
const withLink = (ns: KernelNamespace, family: Family, hop: Hop): Hop =>
  hop.ifindex === undefined && family === 'inet6'
    ? { ...hop, ifindex: trusted.ifIndex(ns.loopback) }
    : hop;

export const kernelHops = (ns: KernelNamespace, route: Route): ReadonlyArray<KernelHop> =>
  hopsOf({ objects: ns.objects, own: NO_ADDRESS }, route).map((named) => {
    const hop = withLink(ns, route.family, named);
    return {
      ifindex: hop.ifindex ?? 0,
      gateway: hop.gateway ?? null,
      usable: isUsable(ns, route, hop),
    };
  });

/** Whether a neighbor that is asked for and has not answered stands behind a nexthop. */
export const isGoodNeighbor = (ns: KernelNamespace, { ifindex, gateway }: KernelHop): boolean => {
  const state = gateway === null ? null : ns.neighborState(ifindex, gateway);
  return state === null || isValidNeighbor(state);
};

/**
 * The nexthops of a group among which the hash chooses: where it falls on one whose neighbor does not
 * answer, the next one that does is taken, or else that one. Source: nexthop_select_path_hthr.
 */
export const groupChoices = (
  ns: KernelNamespace,
  hops: ReadonlyArray<KernelHop>,
): ReadonlyArray<KernelHop> => {
  const good = hops.map((hop) => isGoodNeighbor(ns, hop));
  const chosen = hops.map((hop, i) => {
    const next = good.indexOf(true, i);
    return next < 0 ? hop : (hops[next] ?? hop);
  });
  return [...new Set(chosen)];
};

/** A nexthop object that drops what is sent to it. */
export const isBlackhole = ({ objects }: KernelNamespace, { nhid }: Route): boolean =>
  nhid !== undefined && objects.get(nhid)?.blackhole === true;

const REJECTING: Readonly<Record<string, WhyUnsent>> = {
  blackhole: 'blackhole',
  unreachable: 'unreachable',
  prohibit: 'prohibit',
  nat: 'blackhole',
  xresolve: 'blackhole',
};

/** What a route that sends nothing makes of a packet; null for one that sends it. */
export const rejectionOf = (ns: KernelNamespace, route: Route): WhyUnsent | null =>
  isBlackhole(ns, route) ? 'blackhole' : (REJECTING[route.type] ?? null);
