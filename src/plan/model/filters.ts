/**
 * What steers packets of a namespace and is neither link, address, route, rule, neighbor nor nexthop:
 * netfilter, IPsec policies, programs on links, and settings. Never changed by netplan, only accounted for.
 *
 * Each list is absent where there is nothing of its kind or it was not read, as in states of other sources.
 */
import * as t from 'io-ts';
import type { AddressLabel } from './address-label.js';
import { closed } from './closed.js';
import { Count, I32, IfIndex, IpAddress, U16 } from './scalars.js';

const names = t.readonlyArray(t.string);

/** What one rule translates, as far as it is plain: fields are absent where the rule says more than one value. */
export const Translation = closed(
  'Translation',
  {
    /** snat, dnat, masquerade, redirect, netmap, tproxy */
    kind: t.string,
  },
  {
    /** packets of this protocol only: tcp, udp, or the number */
    protocol: t.string,
    source: IpAddress,
    sourcePort: U16,
    destination: IpAddress,
    destinationPort: U16,
    /** what becomes of the source (snat, masquerade) or destination (all others) */
    to: IpAddress,
    toPort: U16,
  },
);
export type Translation = t.TypeOf<typeof Translation>;

/** A chain that the kernel itself calls, with the chains it leads to. Source: linux/netfilter/nf_tables.h. */
export const FilterChain = closed(
  'FilterChain',
  {
    /** nftables (iptables-nft too) or iptables: the tables of ip_tables and ip6_tables */
    framework: t.union([t.literal('nftables'), t.literal('iptables')]),
    /** as nft(8) prints it: ip, ip6, inet, arp, bridge, netdev */
    family: t.string,
    table: t.string,
    chain: t.string,
    /** prerouting, input, forward, output, postrouting, ingress, egress */
    hook: t.string,
    /** chains of one hook are called in this order, lowest first */
    priority: I32,
    /** accept or drop: what becomes of a packet that no rule decides */
    policy: t.string,
    /** rules in the chain and in all chains that it leads to */
    rules: Count,
    /** what these rules do, in alphabetical order: accept, drop, reject, jump, dnat, mark ... */
    actions: names,
    /** FNV-1a over the rules without their counters: another number, other rules */
    digest: t.string,
  },
  {
    /** nftables only: filter, nat or route */
    type: t.string,
    /** of family netdev and of ingress: the links it is for */
    devices: names,
    /** the first ones, each once */
    translations: t.readonlyArray(Translation),
    /** the table is switched off: the kernel does not call the chain */
    dormant: t.boolean,
    /** there was more than netplan reads: the count is a lower bound */
    partial: t.boolean,
  },
);
export type FilterChain = t.TypeOf<typeof FilterChain>;

/** The IPsec policies of one direction. Source: linux/xfrm.h, ip-xfrm(8). */
export const IpsecPolicies = closed(
  'IpsecPolicies',
  {
    /** in, out or fwd */
    direction: t.string,
    policies: Count,
    /** how many of them drop what they match */
    blocking: Count,
    digest: t.string,
  },
  { partial: t.boolean },
);
export type IpsecPolicies = t.TypeOf<typeof IpsecPolicies>;

/** Classifiers of traffic control, or an XDP program, on a link. Source: linux/pkt_cls.h, linux/if_link.h. */
export const LinkFilter = closed('LinkFilter', {
  ifindex: IfIndex,
  /** ingress and egress: traffic control; xdp: before everything else */
  hook: t.union([t.literal('ingress'), t.literal('egress'), t.literal('xdp')]),
  /** the classifiers' kinds (bpf, u32, flower ...), or how XDP is attached (native, generic, offload) */
  kinds: names,
  filters: Count,
  digest: t.string,
});
export type LinkFilter = t.TypeOf<typeof LinkFilter>;

/** A setting under /proc/sys/net that is not as the kernel compiles it in. Source: ip-sysctl.rst. */
export const Sysctl = closed(
  'Sysctl',
  {
    /** as sysctl(8) writes it, `*` for the link where there is one: net.ipv4.conf.*.rp_filter */
    key: t.string,
    value: t.string,
  },
  { ifindex: IfIndex },
);
export type Sysctl = t.TypeOf<typeof Sysctl>;

/** The optional lists of a state that are about none of its links, addresses and routes. */
export const FILTER_LISTS = {
  netfilter: t.readonlyArray(FilterChain),
  ipsec: t.readonlyArray(IpsecPolicies),
  linkFilters: t.readonlyArray(LinkFilter),
  sysctls: t.readonlyArray(Sysctl),
} as const;

/** What is read besides the objects that rtnetlink dumps and that can be put back. */
export interface Filters {
  readonly netfilter?: ReadonlyArray<FilterChain>;
  readonly ipsec?: ReadonlyArray<IpsecPolicies>;
  readonly linkFilters?: ReadonlyArray<LinkFilter>;
  readonly sysctls?: ReadonlyArray<Sysctl>;
  readonly addressLabels?: ReadonlyArray<AddressLabel>;
  readonly mergedTables?: boolean;
}
