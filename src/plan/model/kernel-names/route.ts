/** What the kernel calls the tables, kinds, makers, flags and metrics of routes, and the actions of rules. */
import type { FlagNames, Names } from './names.js';

/** RT_TABLE_*, linux/rtnetlink.h: the tables that the rules of every namespace look routes up in. */
export const RT_TABLE = { default: 253, main: 254, local: 255 } as const;
export const TABLE: Names = new Map(Object.entries(RT_TABLE).map(([name, table]) => [table, name]));

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

/** FR_ACT_*, linux/fib_rules.h. */
export const RULE_ACTION: Names = new Map([
  [1, 'to_tbl'],
  [2, 'goto'],
  [3, 'nop'],
  [6, 'blackhole'],
  [7, 'unreachable'],
  [8, 'prohibit'],
]);

/** FIB_RULE_* but those that a rule has fields for or that follow from other objects, linux/fib_rules.h. */
export const RULE_FLAGS: FlagNames = [
  [0x1, 'permanent'],
  [0x1_0000, 'find_saddr'],
];
