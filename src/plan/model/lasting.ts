/**
 * Lasting content: the objects of a state without what changes without anyone's doing. Equal contents are
 * equal objects; another one is somebody's change.
 */
import * as t from 'io-ts';
import { lastingRecord, type Part } from './lasting-record.js';
import { U32 } from './scalars.js';
import { Address, Link, Neighbor, Nexthop, NexthopObject, Route, Rule } from './state.js';

const names = t.readonlyArray(t.string);

/** Flags but those that the kernel sets and clears by itself. */
const flagsBut = (...passing: ReadonlyArray<string>): Part<ReadonlyArray<string>, typeof names> => {
  const passes = new Set(passing);
  return { codec: names, of: (flags) => flags.filter((flag) => !passes.has(flag)) };
};

const link = lastingRecord('LastingLink', Link, {
  ifindex: 'lasts',
  name: 'lasts',
  // carrier, queues and drivers change these
  flags: flagsBut('LOWER_UP', 'RUNNING', 'NO-CARRIER', 'DORMANT', 'ECHO'),
  type: 'lasts',
  mtu: 'lasts',
  kind: 'lasts',
  address: 'lasts',
  broadcast: 'lasts',
  operstate: 'passes',
  carrier: 'passes',
  gsoMaxSize: 'lasts',
  gso: 'lasts',
  master: 'lasts',
  masterKind: 'lasts',
  parent: 'lasts',
  mode: 'lasts',
  altnames: 'lasts',
  group: 'lasts',
});

const address = lastingRecord(
  'LastingAddress',
  Address,
  {
    ifindex: 'lasts',
    family: 'lasts',
    local: 'lasts',
    prefixLen: 'lasts',
    scope: 'lasts',
    // duplicate address detection ends by itself; its failure, dadfailed, lasts
    flags: flagsBut('tentative', 'optimistic'),
    validLft: 'passes',
    preferredLft: 'passes',
    peer: 'lasts',
    broadcast: 'lasts',
    anycast: 'lasts',
    label: 'lasts',
    metric: 'lasts',
    protocol: 'lasts',
  },
  {
    /** the valid lifetime has an end */
    expires: ({ validLft }: Address) => validLft !== null,
    /** so has the preferred one */
    deprecates: ({ preferredLft }: Address) => preferredLft !== null,
  },
);

/** A loss of carrier marks a route linkdown and leaves it where it is; offload marks are the driver's. */
const routeFlags = flagsBut(
  ...['linkdown', 'offload', 'trap', 'rt_offload', 'rt_trap', 'rt_offload_failed'],
);

const nexthop = lastingRecord('LastingNexthop', Nexthop, {
  weight: 'lasts',
  ifindex: 'lasts',
  gateway: 'lasts',
  flags: {
    codec: names,
    of: (flags) => {
      const left = routeFlags.of(flags);
      return left?.length === 0 ? undefined : left;
    },
  },
  realms: 'lasts',
  other: 'lasts',
});

const route = lastingRecord('LastingRoute', Route, {
  family: 'lasts',
  table: 'lasts',
  type: 'lasts',
  dst: 'lasts',
  protocol: 'lasts',
  scope: 'lasts',
  flags: routeFlags,
  src: 'lasts',
  tos: 'lasts',
  metric: 'lasts',
  prefsrc: 'lasts',
  gateway: 'lasts',
  oif: 'lasts',
  nexthops: { codec: t.readonlyArray(nexthop.codec), of: (legs) => legs.map(nexthop.of) },
  nhid: 'lasts',
  metrics: {
    codec: Route.optional.metrics,
    of: (metrics) =>
      Object.fromEntries(Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1))),
  },
  lock: 'lasts',
  congctl: 'lasts',
  pref: 'lasts',
  // the seconds that are left pass; that they will lasts
  expires: { codec: t.literal(true), of: () => true as const },
  realms: 'lasts',
  other: 'lasts',
});

const rule = lastingRecord('LastingRule', Rule, {
  family: 'lasts',
  priority: 'lasts',
  action: 'lasts',
  table: 'lasts',
  src: 'lasts',
  dst: 'lasts',
  iif: 'lasts',
  oif: 'lasts',
  tos: 'lasts',
  fwmark: 'lasts',
  // the kernel sends the mask of all bits with every mark, iproute2 leaves it out
  fwmask: { codec: U32, of: (mask) => (mask === 0xffff_ffff ? undefined : mask) },
  invert: 'lasts',
  protocol: 'lasts',
  goto: 'lasts',
  suppressPrefixlength: 'lasts',
  suppressIfgroup: 'lasts',
  l3mdev: 'lasts',
  uidRange: 'lasts',
  ipproto: 'lasts',
  sport: 'lasts',
  dport: 'lasts',
  sportMask: 'lasts',
  dportMask: 'lasts',
  dscp: 'lasts',
  dscpMask: 'lasts',
  flowlabel: 'lasts',
  flowlabelMask: 'lasts',
  tunId: 'lasts',
  realms: 'lasts',
  flags: 'lasts',
  other: 'lasts',
});

const neighbor = lastingRecord('LastingNeighbor', Neighbor, {
  ifindex: 'lasts',
  family: 'lasts',
  dst: 'lasts',
  state: 'lasts',
  flags: flagsBut('offload'), // a driver's report
  lladdr: 'lasts',
  protocol: 'lasts',
});

const nexthopObject = lastingRecord('LastingNexthopObject', NexthopObject, {
  id: 'lasts',
  family: 'lasts',
  protocol: 'lasts',
  scope: 'lasts',
  flags: routeFlags,
  oif: 'lasts',
  gateway: 'lasts',
  group: {
    codec: NexthopObject.optional.group,
    of: (members) => members.map(({ id, weight }) => ({ id, weight })),
  },
  blackhole: 'lasts',
  fdb: 'lasts',
  other: 'lasts',
});

export const LastingLink = link.codec;
export type LastingLink = t.TypeOf<typeof LastingLink>;
export const LastingAddress = address.codec;
export type LastingAddress = t.TypeOf<typeof LastingAddress>;
export const LastingRoute = route.codec;
export type LastingRoute = t.TypeOf<typeof LastingRoute>;
export const LastingRule = rule.codec;
export type LastingRule = t.TypeOf<typeof LastingRule>;
export const LastingNeighbor = neighbor.codec;
export type LastingNeighbor = t.TypeOf<typeof LastingNeighbor>;
export const LastingNexthopObject = nexthopObject.codec;
export type LastingNexthopObject = t.TypeOf<typeof LastingNexthopObject>;

export const lastingLink = link.of;
export const lastingAddress = address.of;
export const lastingRoute = route.of;
export const lastingRule = rule.of;
export const lastingNexthopObject = nexthopObject.of;

/** Whether an entry is somebody's decision rather than the kernel's cache. */
export const isLastingNeighbor = ({ state, flags }: Pick<Neighbor, 'state' | 'flags'>): boolean =>
  flags.includes('proxy') || (state.length === 1 && state[0] === 'permanent');

/** Of a cache entry nothing lasts but what it is about. */
export const lastingNeighbor = (one: Neighbor): LastingNeighbor => {
  if (isLastingNeighbor(one)) return neighbor.of(one);
  const { ifindex, family, dst } = one;
  return { ifindex, family, dst, state: [], flags: [] };
};

const WITH_AN_ADDRESS: ReadonlySet<string> = new Set(['local', 'anycast', 'multicast']);

/**
 * Whether IPv6 makes and removes a route together with an address or a link. These hang on the address
 * inside the kernel (inet6_ifaddr.rt): a copy made by hand would outlive it. They come back by themselves,
 * some milliseconds after the address, when its duplicate detection has ended.
 */
export const isKernelManaged = ({
  family,
  protocol,
  type,
}: Pick<Route, 'family' | 'protocol' | 'type'>): boolean =>
  family === 'inet6' && protocol === 'kernel' && WITH_AN_ADDRESS.has(type);
