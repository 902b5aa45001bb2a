/** What a lookup needs to know of a namespace besides its rules and tables. */
import { groupBy } from '../../model/group-by.js';
import type { Family, IfName, IpAddress } from '../../model/scalars.js';
import type { Address, Link, NamespaceState, NexthopObject } from '../../model/state.js';

export interface KernelNamespace {
  readonly links: ReadonlyMap<number, Link>;
  readonly indexOf: (name: string) => number;
  readonly loopback: number;
  /** the addresses of a link in the kernel's order */
  readonly addressesOf: (family: Family, ifindex: number) => ReadonlyArray<Address>;
  /** whether an address is one of the namespace's own */
  readonly isOwn: (address: string) => boolean;
  readonly objects: ReadonlyMap<number, NexthopObject>;
  /** NUD_* of a neighbor, null where there is no entry */
  readonly neighborState: (ifindex: number, address: IpAddress) => string | null;
  /** the vrf that a link belongs to or is; 0: none */
  readonly domainOf: (ifindex: number) => number;
  /** routes through this link are passed over while it has no carrier */
  readonly ignoresLinkdown: (family: Family, ifindex: number) => boolean;
  /** net.ipv4.conf: loopback addresses may be used on this link */
  readonly routesLocalnet: (ifindex: number) => boolean;
  /** net.ipv6.conf.all.forwarding: a router does not ask whether its gateways answer */
  readonly forwardsInet6: boolean;
  /** net.ipv6.conf: temporary addresses are better than public ones */
  readonly prefersTemporary: (ifindex: number) => boolean;
  /** net.ipv6.conf: what leaves by this link has an address of it */
  readonly usesOwnAlone: (ifindex: number) => boolean;
  /** net.ipv6.conf: addresses whose check has not ended are as good as others */
  readonly usesOptimistic: (ifindex: number) => boolean;
  /** net.ipv4.fib_multipath_use_neigh */
  readonly asksNeighbors: boolean;
}

/** Settings of links and of all. What is not in the state is 0, as the kernel compiles it in. */
const settingsOf = ({ sysctls = [] }: NamespaceState) => {
  const values = new Map(sysctls.map(({ key, ifindex, value }) => [`${key} ${ifindex}`, value]));
  const value = (key: string, ifindex?: number): number =>
    Number(values.get(`${key} ${ifindex}`) ?? 0);
  const ofAll = (key: string): boolean => value(key.replace('*', 'all')) !== 0;
  const ofLink = (key: string, ifindex: number): boolean => value(key, ifindex) !== 0;
  const ofEither = (key: string, ifindex: number): boolean => ofAll(key) || ofLink(key, ifindex);
  return {
    // IN_DEV_ORCONF for IPv4, the link's own alone for IPv6
    ignoresLinkdown: (family: Family, ifindex: number): boolean =>
      family === 'inet'
        ? ofEither('net.ipv4.conf.*.ignore_routes_with_linkdown', ifindex)
        : ofLink('net.ipv6.conf.*.ignore_routes_with_linkdown', ifindex),
    routesLocalnet: (ifindex: number): boolean =>
      ofEither('net.ipv4.conf.*.route_localnet', ifindex),
    forwardsInet6: ofAll('net.ipv6.conf.all.forwarding'),
    prefersTemporary: (ifindex: number): boolean =>
      value('net.ipv6.conf.*.use_tempaddr', ifindex) >= 2,
    usesOwnAlone: (ifindex: number): boolean =>
      ofLink('net.ipv6.conf.*.use_oif_addrs_only', ifindex),
    usesOptimistic: (ifindex: number): boolean =>
      ofEither('net.ipv6.conf.*.optimistic_dad', ifindex) &&
      ofEither('net.ipv6.conf.*.use_optimistic', ifindex),
    asksNeighbors: ofAll('net.ipv4.fib_multipath_use_neigh'),
  };
};

const NONE: ReadonlyArray<never> = [];

export const kernelNamespace = (state: NamespaceState): KernelNamespace => {
  const { links, addresses, nexthops, neighbors } = state;
  const byIndex = new Map(links.map((link) => [Number(link.ifindex), link]));
  const byName = new Map<string, number>(links.map(({ name, ifindex }) => [name, ifindex]));
  const onLinks = groupBy(addresses, ({ family, ifindex }) => `${family} ${ifindex}`);
  const own = new Set<string>(addresses.map(({ local }) => local));
  const known = new Map(
    neighbors
      .filter(({ flags }) => !flags.includes('proxy'))
      .map(({ ifindex, dst, state: states }) => [`${ifindex} ${dst}`, states[0] ?? 'none']),
  );
  return {
    links: byIndex,
    indexOf: (name: IfName | string) => byName.get(name) ?? -1,
    loopback: links.find(({ flags }) => flags.includes('LOOPBACK'))?.ifindex ?? 1,
    addressesOf: (family, ifindex) => onLinks.get(`${family} ${ifindex}`) ?? NONE,
    isOwn: (address) => own.has(address),
    objects: new Map(nexthops.map((object) => [object.id, object])),
    neighborState: (ifindex, address) => known.get(`${ifindex} ${address}`) ?? null,
    domainOf: (ifindex) => {
      const link = byIndex.get(ifindex);
      if (link?.kind === 'vrf') return ifindex;
      return link?.masterKind === 'vrf' ? (link.master ?? 0) : 0;
    },
    ...settingsOf(state),
  };
};

/** Neighbor states in which packets are sent at once: NUD_VALID in net/neighbour.h. */
const VALID: ReadonlySet<string> = new Set([
  'permanent',
  'noarp',
  'reachable',
  'probe',
  'stale',
  'delay',
]);
export const isValidNeighbor = (state: string): boolean => VALID.has(state);
