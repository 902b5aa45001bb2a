/**
 * NamespaceState: everything in a network namespace that is needed to plan it and to put it back.
 *
 * Lists are in the kernel's dump order, which carries meaning: IPv6 addresses newest first, equal IPv4
 * routes in lookup order. Optional fields are absent when the kernel did not send the attribute.
 */
import * as t from 'io-ts';
import { AddressLabel } from './address-label.js';
import { closed } from './closed.js';
import { FILTER_LISTS } from './filters.js';
import { RawAttributes } from './raw-attributes.js';
import { Rule } from './rule.js';
import {
  Family,
  IfIndex,
  IfName,
  IpAddress,
  LegWeight,
  LinkAddress,
  MemberWeight,
  Mtu,
  Prefix,
  PrefixLen,
  U8,
  U32,
} from './scalars.js';

export { RawAttributes, Rule };

const names = t.readonlyArray(t.string);

/** A network interface. Source: RTM_NEWLINK, linux/if_link.h. */
export const Link = closed(
  'Link',
  {
    ifindex: IfIndex,
    name: IfName,
    /** IFF_* without the prefix, as iproute2 prints them: UP, LOOPBACK, NOARP, LOWER_UP (linux/if.h) */
    flags: names,
    /** ARPHRD_* as iproute2 prints it: ether, loopback, none, or the number (linux/if_arp.h) */
    type: t.string,
    mtu: Mtu,
  },
  {
    /** IFLA_INFO_KIND: veth, macvlan, bridge, tun ...; absent for loopback and physical devices */
    kind: t.string,
    address: LinkAddress,
    broadcast: LinkAddress,
    /** IFLA_OPERSTATE as iproute2 prints it: UP, DOWN, UNKNOWN, LOWERLAYERDOWN (RFC 2863) */
    operstate: t.string,
    /** IFLA_CARRIER: false is "no cable" */
    carrier: t.boolean,
    /** IFLA_GSO_MAX_SIZE, bytes */
    gsoMaxSize: U32,
    /** ETHTOOL_GGSO: whether the host segments for this link; absent when it was not asked */
    gso: t.boolean,
    /** IFLA_MASTER: the bridge, bond or vrf that this link is a port of */
    master: IfIndex,
    /** IFLA_INFO_SLAVE_KIND: what the master is (bridge, bond, vrf) */
    masterKind: t.string,
    /** IFLA_LINK: the device below a vlan, macvlan or the peer of a veth; may be in another namespace */
    parent: U32,
    /** the mode of a tun device ("tun" or "tap"), macvlan or ipvlan, from IFLA_INFO_DATA */
    mode: t.string,
    altnames: names,
    /** IFLA_GROUP; absent is 0 */
    group: U32,
  },
);
export type Link = t.TypeOf<typeof Link>;

/** Seconds, or null for forever (INFINITY_LIFE_TIME, 0xffffffff). */
export const Lifetime = t.union([U32, t.null], 'Lifetime');

/** An interface address. Source: RTM_NEWADDR, linux/if_addr.h. */
export const Address = closed(
  'Address',
  {
    ifindex: IfIndex,
    family: Family,
    /** IFA_LOCAL, or IFA_ADDRESS where the kernel sends only that */
    local: IpAddress,
    prefixLen: PrefixLen,
    /** RT_SCOPE_* as iproute2 prints it: global, link, host, site, or the number */
    scope: t.string,
    /** IFA_F_* without the prefix, lower case: permanent, secondary, tentative, dadfailed, deprecated,
     * noprefixroute, nodad, mngtmpaddr, autojoin, temporary, optimistic, homeaddress, stable-privacy */
    flags: names,
    /** IFA_CACHEINFO: ifa_valid and ifa_prefered, seconds left */
    validLft: Lifetime,
    preferredLft: Lifetime,
  },
  {
    /** IFA_ADDRESS where it differs from IFA_LOCAL: the other end of a point-to-point address */
    peer: IpAddress,
    broadcast: IpAddress,
    anycast: IpAddress,
    label: t.string,
    /** IFA_RT_PRIORITY: metric of the prefix route */
    metric: U32,
    /** IFA_PROTO, as sent: 1 kernel_lo, 2 kernel_ra, 3 kernel_ll */
    protocol: U8,
  },
);
export type Address = t.TypeOf<typeof Address>;

/** One leg of a multipath route. Source: struct rtnexthop, linux/rtnetlink.h. */
export const Nexthop = closed(
  'Nexthop',
  { weight: LegWeight },
  {
    ifindex: IfIndex,
    gateway: IpAddress,
    /** RTNH_F_*: onlink, dead, linkdown, pervasive ... */
    flags: names,
    /** RTA_FLOW as ip-route(8) writes it, `to` or `from/to`: a tag, steers nothing */
    realms: t.string,
    other: RawAttributes,
  },
);
export type Nexthop = t.TypeOf<typeof Nexthop>;

/** A route of any table. Source: RTM_NEWROUTE, struct rtmsg, linux/rtnetlink.h. */
export const Route = closed(
  'Route',
  {
    family: Family,
    /** RTA_TABLE or rtm_table: 254 main, 255 local, 253 default */
    table: U32,
    /** RTN_*: unicast, local, broadcast, anycast, multicast, blackhole, unreachable, prohibit, throw, nat */
    type: t.string,
    /** 0.0.0.0/0 or ::/0 for a default route: absence of RTA_DST is a length of 0, nothing else */
    dst: Prefix,
    /** RTPROT_*: kernel, boot, static, ra, dhcp, bird ..., or the number */
    protocol: t.string,
    /** RT_SCOPE_* */
    scope: t.string,
    /** RTNH_F_* of rtm_flags: onlink, linkdown, dead, pervasive, offload ... */
    flags: names,
  },
  {
    /** RTA_SRC: source prefix of an IPv6 subtree route */
    src: Prefix,
    tos: U8,
    /** RTA_PRIORITY; absent is 0 */
    metric: U32,
    prefsrc: IpAddress,
    /** RTA_GATEWAY, or RTA_VIA where the nexthop is of the other family */
    gateway: IpAddress,
    /** RTA_OIF */
    oif: IfIndex,
    nexthops: t.readonlyArray(Nexthop),
    /** RTA_NH_ID */
    nhid: U32,
    /** RTA_METRICS: mtu, advmss, window, rtt ... by iproute2's names (RTAX_*), in the kernel's units */
    metrics: t.readonly(t.record(t.string, U32)),
    /** mask of locked metrics, RTAX_LOCK */
    lock: U32,
    /** RTAX_CC_ALGO */
    congctl: t.string,
    /** RTA_PREF: low, medium, high */
    pref: t.string,
    /** seconds left, begun ones included, from RTA_CACHEINFO; 0 is past its time, absent is forever */
    expires: U32,
    /** RTA_FLOW as ip-route(8) writes it, `to` or `from/to`: a tag, steers nothing */
    realms: t.string,
    other: RawAttributes,
  },
);
export type Route = t.TypeOf<typeof Route>;

/** A neighbor table entry. Source: RTM_NEWNEIGH, linux/neighbour.h. */
export const Neighbor = closed(
  'Neighbor',
  {
    ifindex: IfIndex,
    family: Family,
    /** NDA_DST */
    dst: IpAddress,
    /** NUD_* in lower case: permanent, reachable, stale, noarp ...; empty for NUD_NONE */
    state: names,
    /** NTF_*: router, proxy, extern_learn, use, self ... */
    flags: names,
  },
  { lladdr: LinkAddress, protocol: t.string },
);
export type Neighbor = t.TypeOf<typeof Neighbor>;

/** A nexthop object. Source: RTM_NEWNEXTHOP, linux/nexthop.h. */
export const NexthopObject = closed(
  'NexthopObject',
  {
    id: U32,
    /** inet, inet6, or unspec for a group */
    family: t.string,
    protocol: t.string,
    scope: t.string,
    flags: names,
  },
  {
    oif: IfIndex,
    gateway: IpAddress,
    /** NHA_GROUP: ids with their weights */
    group: t.readonlyArray(closed('NexthopGroupMember', { id: U32, weight: MemberWeight })),
    blackhole: t.boolean,
    fdb: t.boolean,
    other: RawAttributes,
  },
);
export type NexthopObject = t.TypeOf<typeof NexthopObject>;

/** Which namespace a state was read from. The inode may be reused; the cookie is not, for the life of a boot. */
export const NetnsIdentity = closed('NetnsIdentity', {
  /** st_ino of the nsfs file, decimal */
  inode: t.string,
  /** SO_NETNS_COOKIE (linux 5.14), decimal; "0" where the kernel has none */
  cookie: t.string,
  /** whether it is the machine's own: netns inode 0xEFFFFFF9, or /proc/sys/net/core/dev_weight visible in it */
  root: t.boolean,
});
export type NetnsIdentity = t.TypeOf<typeof NetnsIdentity>;

export const NamespaceState = closed(
  'NamespaceState',
  {
    kind: t.literal('NamespaceState'),
    formatVersion: t.literal(1),
    links: t.readonlyArray(Link),
    addresses: t.readonlyArray(Address),
    routes: t.readonlyArray(Route),
    rules: t.readonlyArray(Rule),
    neighbors: t.readonlyArray(Neighbor),
    nexthops: t.readonlyArray(NexthopObject),
  },
  {
    netns: NetnsIdentity,
    ...FILTER_LISTS,
    /** the policy table of RFC 6724 in the kernel's order; absent where it is that of a new namespace */
    addressLabels: t.readonlyArray(AddressLabel),
    /**
     * Whether the local and the main table of IPv4 are still one trie, as they are until a rule is added or
     * removed for the first time; absent when nobody asked. Source: fib_unmerge in net/ipv4/fib_frontend.c.
     */
    mergedTables: t.boolean,
  },
);
/** The document of `netplan capture`: one namespace at one moment. */
export type NamespaceState = t.TypeOf<typeof NamespaceState>;

/** The kinds of objects of a state, in document order. */
export const OBJECT_LISTS = [
  'links',
  'addresses',
  'routes',
  'rules',
  'neighbors',
  'nexthops',
  'netfilter',
  'ipsec',
  'linkFilters',
  'sysctls',
] as const;
export type ObjectList = (typeof OBJECT_LISTS)[number];

/** Where an object stands in a state: `routes[3]`. */
export type ObjectPath = `${ObjectList}[${number}]`;
