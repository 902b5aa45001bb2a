/** The sandbox's loopback: addresses of lo, a route for each, lo's own routes and the prefixes that drop packets. */

import { familyOf, networkOf } from '../model/address.js';
import { inFamilyOrder } from '../model/group-by.js';
import type { LoopbackLink, PlannedAddress, PlannedRoute } from '../model/network-plan.js';
import { type Family, type IpAddress, trusted } from '../model/scalars.js';
import type { Context } from './context.js';
import type { AddressAt, PlacedLink, Placement } from './links.js';
import type { Candidate } from './routes.js';

const DEFAULT_ADDRESSES: ReadonlyArray<PlannedAddress & { readonly family: Family }> = [
  { family: 'inet', address: trusted.ipAddress('127.0.0.1'), prefixLen: 8, from: [] },
  { family: 'inet6', address: trusted.ipAddress('::1'), prefixLen: 128, from: [] },
];

const addressRoute = ({ address, prefixLen, from }: PlannedAddress): PlannedRoute => ({
  destination: trusted.prefix(networkOf(address, prefixLen)),
  gateway: null,
  from,
});

const plannedAddress = ({ address, path }: AddressAt): PlannedAddress => ({
  address: address.local,
  prefixLen: address.prefixLen,
  from: [path],
});

/** The default loopback of a sandbox: 127.0.0.1/8 and ::1/128. Source: runsc/boot/network.go DefaultLoopbackLink. */
export const defaultLoopback = (families: ReadonlyArray<Family>): LoopbackLink => {
  const addresses = DEFAULT_ADDRESSES.filter(({ family }) => families.includes(family)).map(
    ({ family: _, ...address }): PlannedAddress => address,
  );
  return {
    name: trusted.ifName('lo'),
    addresses,
    routes: addresses.map(addressRoute),
    from: [],
  };
};

/** One route per destination; a route that an address already implies only adds its provenance. */
const merged = (routes: ReadonlyArray<PlannedRoute>): ReadonlyArray<PlannedRoute> => {
  const byDestination = new Map<string, PlannedRoute>();
  for (const route of routes) {
    const before = byDestination.get(route.destination);
    byDestination.set(
      route.destination,
      before === undefined ? route : { ...before, from: [...before.from, ...route.from] },
    );
  }
  return [...byDestination.values()];
};

/** Before 2020-02 gVisor took one loopback link per address, under one name. */
const perAddress = (whole: LoopbackLink): ReadonlyArray<LoopbackLink> => {
  const implied = new Set(whole.addresses.map((address) => addressRoute(address).destination));
  const parts = whole.addresses.map((address) => {
    const { destination } = addressRoute(address);
    const routes = whole.routes.filter((route) => route.destination === destination);
    return { ...whole, addresses: [address], routes };
  });
  const more = whole.routes.filter(({ destination }) => !implied.has(destination));
  const [first, ...rest] = parts;
  return first === undefined
    ? [whole]
    : [{ ...first, routes: [...first.routes, ...more] }, ...rest];
};

export const isLoopback = ({ role }: PlacedLink): boolean => role === 'loopback';

const ofLink = (
  { options }: Context,
  lo: PlacedLink | undefined,
): { readonly link: LoopbackLink; readonly synthesised: boolean } => {
  const standard = defaultLoopback(options.families);
  if (lo === undefined) return { link: standard, synthesised: true };
  const synthesised = lo.addresses.length === 0;
  const once = new Map<IpAddress, PlannedAddress>();
  for (const one of lo.addresses)
    if (!once.has(one.address.local)) once.set(one.address.local, plannedAddress(one));
  const addresses = synthesised ? standard.addresses : [...once.values()];
  const { name } = lo.link;
  const link = { name, addresses, routes: addresses.map(addressRoute), from: [lo.path] };
  return { link, synthesised };
};

/**
 * The loopback links of the plan. `routes` are the chosen ones that end on loopback: lo's own routes of
 * the main table, and the prefixes for which packets are dropped.
 */
export const planLoopback = (
  context: Context,
  placement: Placement,
  routes: ReadonlyArray<Candidate>,
): { readonly links: ReadonlyArray<LoopbackLink>; readonly synthesised: boolean } => {
  const { link, synthesised } = ofLink(context, placement.links.find(isLoopback));
  const own = routes.map(
    ({ route, path }): PlannedRoute => ({ destination: route.dst, gateway: null, from: [path] }),
  );
  const all = inFamilyOrder(merged([...link.routes, ...own]), (r) => familyOf(r.destination));
  const whole = { ...link, routes: all };
  return {
    links: context.target.loopback === 'merged' ? [whole] : perAddress(whole),
    synthesised,
  };
};
