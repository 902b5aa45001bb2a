/** FD links: a placed link with its routes, neighbors, sockets and the addresses to take from the host. */
import { parseAddress } from '../model/address.js';
import { formatLinkAddress, isZeroLinkAddress } from '../model/link-address.js';
import type {
  FdLink,
  Gso,
  HostAddress,
  PlannedAddress,
  PlannedNeighbor,
  PlannedRoute,
} from '../model/network-plan.js';
import { type LinkAddress, trusted } from '../model/scalars.js';
import type { Context } from './context.js';
import type { AddressAt, PlacedLink } from './links.js';
import type { Candidate } from './routes.js';

/** 64 KiB, the largest IPv4 packet: gVisor's own segmentation size, and the bound of what it can segment. */
const GSO_MAX_SIZE = 65536;

const gsoOf = ({ options, target }: Context, { link }: PlacedLink): Gso => {
  const hostSize = Math.min(link.gsoMaxSize ?? GSO_MAX_SIZE, GSO_MAX_SIZE);
  const host =
    options.gso === 'host' || (options.gso === 'auto' && link.gso === true && target.hostGso);
  if (host) return { mode: 'host', maxSize: hostSize };
  const gvisor = options.gso !== 'off' && target.gvisorGso;
  return gvisor ? { mode: 'gvisor', maxSize: GSO_MAX_SIZE } : { mode: 'off', maxSize: 0 };
};

const plannedAddresses = (addresses: ReadonlyArray<AddressAt>): ReadonlyArray<PlannedAddress> => {
  const once = new Map<string, PlannedAddress>();
  for (const { address, path } of addresses) {
    const before = once.get(address.local);
    once.set(
      address.local,
      before === undefined
        ? { address: address.local, prefixLen: address.prefixLen, from: [path] }
        : { ...before, from: [...before.from, path] },
    );
  }
  return [...once.values()];
};

const hostAddress = ({ address, path }: AddressAt): HostAddress => ({
  family: address.family,
  local: address.local,
  ...(address.peer === undefined ? {} : { peer: address.peer }),
  prefixLen: address.prefixLen,
  from: [path],
});

/**
 * In the order they are deleted. IPv4 last first, secondaries before their primary: whatever is deleted
 * can be appended again. IPv6 newest first, as dumped: whatever is deleted can be added in front again.
 */
const hostAddresses = ({ dumped }: PlacedLink): ReadonlyArray<HostAddress> => {
  const of = (family: string) => dumped.filter(({ address }) => address.family === family);
  return [...of('inet').reverse(), ...of('inet6')].map(hostAddress);
};

/** Multicast filtering is per device on these kinds: with the addresses, their groups are gone. */
const FILTERING_KINDS = new Set(['macvlan', 'macvtap']);

/** The MAC of an address's solicited-node group, 33:33:ff and its last 24 bits. Source: RFC 4291 2.7.1, RFC 2464 7. */
export const solicitedNode = (bytes: Uint8Array): LinkAddress =>
  formatLinkAddress(Uint8Array.of(0x33, 0x33, 0xff, ...bytes.subarray(13)));

const membershipsOf = ({ link, addresses }: PlacedLink): ReadonlyArray<LinkAddress> => {
  if (!FILTERING_KINDS.has(link.kind ?? '')) return [];
  const groups = addresses.flatMap(({ address }) => {
    const bytes = parseAddress(address.local);
    return bytes?.length === 16 ? [solicitedNode(bytes)] : [];
  });
  const allNodes = trusted.linkAddress('33:33:00:00:00:01');
  return groups.length === 0 ? [] : [allNodes, ...new Set(groups)];
};

const plannedRoute = (context: Context, { route, path, via }: Candidate): PlannedRoute => {
  const mtu = context.target.routeMtu ? route.metrics?.['mtu'] : undefined;
  return {
    destination: route.dst,
    gateway: via?.gateway ?? null,
    ...(mtu === undefined ? {} : { mtu }),
    from: [path],
  };
};

/** Plans one link. `routes` are the chosen ones through it, without default gateways. */
export const planFdLink = (
  context: Context,
  placed: PlacedLink,
  routes: ReadonlyArray<Candidate>,
  neighbors: ReadonlyArray<PlannedNeighbor>,
): FdLink => {
  const { link, layer, path } = placed;
  const { options, target } = context;
  const mac = layer === 'ethernet' && target.linkAddress ? (link.address ?? null) : null;
  return {
    name: link.name,
    ifindex: link.ifindex,
    ...(link.kind === undefined ? {} : { kind: link.kind }),
    mtu: link.mtu,
    layer,
    linkAddress: mac === null || isZeroLinkAddress(mac) ? null : mac,
    addresses: plannedAddresses(placed.addresses),
    routes: routes.map((route) => plannedRoute(context, route)),
    neighbors,
    channels: options.channels,
    gso: gsoOf(context, placed),
    gro: options.gro && target.gro,
    txChecksumOffload: options.txChecksumOffload,
    rxChecksumOffload: options.rxChecksumOffload,
    qdisc: target.qdiscs.includes(options.qdisc) ? options.qdisc : 'none',
    memberships: membershipsOf(placed),
    hostAddresses: hostAddresses(placed),
    from: [path],
  };
};
