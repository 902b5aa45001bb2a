/** Kernel numbers by the names that `ip -j` prints for them, and back. */

/** A value's names; one that has none is written as its number. */
export type Names = ReadonlyMap<number, string>;

export const nameOf = (names: Names, value: number): string => names.get(value) ?? String(value);

/** The inverse of `nameOf`; null for a name that is not known and not a number. */
export const numberOf = (names: Names, name: string): number | null => {
  for (const [value, known] of names) if (known === name) return value;
  return /^\d+$/.test(name) ? Number(name) : null;
};

/** Flags in the order in which iproute2 prints them. */
export type FlagNames = ReadonlyArray<readonly [bit: number, name: string]>;

const NONE: ReadonlyArray<string> = Object.freeze([]);

/** The names of the bits of `value`; what is left of it without a name comes last, in hex. */
export const flagsOf = (names: FlagNames, value: number): ReadonlyArray<string> => {
  if (value === 0) return NONE;
  const out: string[] = [];
  let rest = value;
  for (const [bit, name] of names) {
    if ((value & bit) === 0) continue;
    out.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) out.push(`0x${(rest >>> 0).toString(16)}`);
  return out;
};

/** The inverse of `flagsOf`; null where a name is not known. */
export const bitsOf = (names: FlagNames, flags: ReadonlyArray<string>): number | null => {
  let out = 0;
  for (const flag of flags) {
    const named = names.find(([, name]) => name === flag)?.[0];
    if (named === undefined && !/^0x[0-9a-f]{1,8}$/.test(flag)) return null;
    out |= named ?? Number(flag);
  }
  return out >>> 0;
};

/** IFA_F_*, linux/if_addr.h; 0x01 is IFA_F_SECONDARY of an IPv4 and IFA_F_TEMPORARY of an IPv6 address. */
const IFA_F: FlagNames = [
  [0x02, 'nodad'],
  [0x04, 'optimistic'],
  [0x08, 'dadfailed'],
  [0x10, 'homeaddress'],
  [0x20, 'deprecated'],
  [0x40, 'tentative'],
  [0x80, 'permanent'],
  [0x100, 'mngtmpaddr'],
  [0x200, 'noprefixroute'],
  [0x400, 'autojoin'],
  [0x800, 'stable-privacy'],
];
export const ADDRESS_FLAGS: Readonly<Record<'inet' | 'inet6', FlagNames>> = {
  inet: [[0x01, 'secondary'], ...IFA_F],
  inet6: [[0x01, 'temporary'], ...IFA_F],
};

/** RT_SCOPE_*, linux/rtnetlink.h. */
export const SCOPE: Names = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
  [255, 'nowhere'],
]);

/** RTN_*, linux/rtnetlink.h. */
export const ROUTE_TYPE: Names = new Map([
  [0, 'none'],
  [1, 'unicast'],
  [2, 'local'],
  [3, 'broadcast'],
  [4, 'anycast'],
  [5, 'multicast'],
  [6, 'blackhole'],
  [7, 'unreachable'],
  [8, 'prohibit'],
  [9, 'throw'],
  [10, 'nat'],
  [11, 'xresolve'],
]);

/** RTPROT_*, linux/rtnetlink.h; iproute2's own table, without what a host's rt_protos file adds. */
export const PROTOCOL: Names = new Map([
  [0, 'unspec'],
  [1, 'redirect'],
  [2, 'kernel'],
  [3, 'boot'],
  [4, 'static'],
  [8, 'gated'],
  [9, 'ra'],
  [10, 'mrt'],
  [11, 'zebra'],
  [12, 'bird'],
  [13, 'dnrouted'],
  [14, 'xorp'],
  [15, 'ntk'],
  [16, 'dhcp'],
  [17, 'mrouted'],
  [18, 'keepalived'],
  [42, 'babel'],
  [99, 'openr'],
  [186, 'bgp'],
  [187, 'isis'],
  [188, 'ospf'],
  [189, 'rip'],
  [192, 'eigrp'],
]);

/** RTNH_F_* and RTM_F_*, linux/rtnetlink.h, as in ip/iproute.c print_rt_flags. */
export const ROUTE_FLAGS: FlagNames = [
  [0x1, 'dead'],
  [0x4, 'onlink'],
  [0x2, 'pervasive'],
  [0x8, 'offload'],
  [0x40, 'trap'],
  [0x100, 'notify'],
  [0x10, 'linkdown'],
  [0x20, 'unresolved'],
  [0x4000, 'rt_offload'],
  [0x8000, 'rt_trap'],
  [0x2000_0000, 'rt_offload_failed'],
];

/** ICMPV6_ROUTER_PREF_*, linux/icmpv6.h. */
export const ROUTER_PREFERENCE: Names = new Map([
  [0, 'medium'],
  [1, 'high'],
  [3, 'low'],
]);

/** RTAX_*, linux/rtnetlink.h, without RTAX_LOCK and RTAX_CC_ALGO, which are not amounts. */
export const METRIC: Names = new Map([
  [2, 'mtu'],
  [3, 'window'],
  [4, 'rtt'],
  [5, 'rttvar'],
  [6, 'ssthresh'],
  [7, 'cwnd'],
  [8, 'advmss'],
  [9, 'reordering'],
  [10, 'hoplimit'],
  [11, 'initcwnd'],
  [12, 'features'],
  [13, 'rto_min'],
  [14, 'initrwnd'],
  [15, 'quickack'],
  [17, 'fastopen_no_cookie'],
]);

/** NUD_*, linux/neighbour.h. */
export const NEIGHBOR_STATE: FlagNames = [
  [0x01, 'incomplete'],
  [0x02, 'reachable'],
  [0x04, 'stale'],
  [0x08, 'delay'],
  [0x10, 'probe'],
  [0x20, 'failed'],
  [0x40, 'noarp'],
  [0x80, 'permanent'],
];

/** NTF_* of ndm_flags, then NTF_EXT_* of NDA_FLAGS_EXT eight bits up; linux/neighbour.h. */
export const NEIGHBOR_FLAGS: FlagNames = [
  [0x80, 'router'],
  [0x08, 'proxy'],
  [0x10, 'extern_learn'],
  [0x20, 'offload'],
  [0x01, 'use'],
  [0x02, 'self'],
  [0x04, 'master'],
  [0x40, 'sticky'],
  [0x100, 'managed'],
  [0x200, 'locked'],
  [0x400, 'ext_validated'],
];

/** FR_ACT_*, linux/fib_rules.h. */
export const RULE_ACTION: Names = new Map([
  [1, 'to_tbl'],
  [2, 'goto'],
  [3, 'nop'],
  [6, 'blackhole'],
  [7, 'unreachable'],
  [8, 'prohibit'],
]);
