/** Hops: the ways out that a route names, by itself or through a nexthop object. */
import type { NamespaceState, Nexthop, NexthopObject, Route } from '../model/state.js';

/** What is needed of a state to read the nexthops of its routes. */
export interface HopContext {
  readonly objects: ReadonlyMap<number, NexthopObject>;
  /** own addresses: a gateway that is one of them means on-link (fib_check_nh_v4_gw in net/ipv4/fib_semantics.c) */
  readonly own: ReadonlySet<string>;
}

export const hopContext = ({ nexthops, addresses }: NamespaceState): HopContext => ({
  objects: new Map(nexthops.map((object) => [object.id, object])),
  own: new Set(addresses.map(({ local }) => local)),
});

/** One way out; without a gateway it is on-link. */
export interface Hop extends Pick<Nexthop, 'ifindex' | 'gateway' | 'flags' | 'weight'> {
  /** a nexthop object that drops packets */
  readonly blackhole?: boolean;
}

const hopOfObject = ({ oif, gateway, blackhole, flags }: NexthopObject, weight: number): Hop => ({
  weight,
  ...(oif === undefined ? {} : { ifindex: oif }),
  ...(gateway === undefined ? {} : { gateway }),
  ...(blackhole === undefined ? {} : { blackhole }),
  flags,
});

/** The nexthops of an object, through its group where it is one; the kernel has no groups of groups. */
const hopsOfObject = (
  objects: ReadonlyMap<number, NexthopObject>,
  id: number,
): ReadonlyArray<Hop> => {
  const object = objects.get(id);
  if (object === undefined) return [];
  if (object.group === undefined) return [hopOfObject(object, 1)];
  return object.group.flatMap((member) => {
    const one = objects.get(member.id);
    return one === undefined ? [] : [hopOfObject(one, member.weight)];
  });
};

const named = (objects: ReadonlyMap<number, NexthopObject>, route: Route): ReadonlyArray<Hop> => {
  if (route.nexthops !== undefined) return route.nexthops;
  const { oif, gateway, flags, nhid } = route;
  if (oif === undefined && nhid !== undefined) return hopsOfObject(objects, nhid);
  return [
    {
      weight: 1,
      ...(oif === undefined ? {} : { ifindex: oif }),
      ...(gateway === undefined ? {} : { gateway }),
      flags,
    },
  ];
};

/**
 * The nexthops of `route`, a plain route being its own single one. With net.ipv4.nexthop_compat_mode off
 * the kernel sends the id of a nexthop object alone.
 */
export const hopsOf = ({ objects, own }: HopContext, route: Route): ReadonlyArray<Hop> =>
  named(objects, route).map((hop) => {
    if (hop.gateway === undefined || !own.has(hop.gateway)) return hop;
    const { gateway: _, ...onLink } = hop;
    return onLink;
  });
