/** Rule: one line of the routing policy, with every selector that Linux has. */
import * as t from 'io-ts';
import { closed } from './closed.js';
import { RawAttributes } from './raw-attributes.js';
import { Family, Prefix, U8, U16, U32 } from './scalars.js';

/** Ports, both ends included. Source: struct fib_rule_port_range. */
const PortRange = closed('PortRange', { start: U16, end: U16 });

/** User ids, both ends included. Source: struct fib_rule_uid_range. */
const UidRange = closed('UidRange', { start: U32, end: U32 });

/** A routing policy rule. Source: RTM_NEWRULE, linux/fib_rules.h. Never changed by netplan, only accounted for. */
export const Rule = closed(
  'Rule',
  {
    family: Family,
    priority: U32,
    /** FR_ACT_*: to_tbl, goto, nop, blackhole, unreachable, prohibit */
    action: t.string,
  },
  {
    table: U32,
    src: Prefix,
    dst: Prefix,
    iif: t.string,
    oif: t.string,
    tos: U8,
    fwmark: U32,
    fwmask: U32,
    /** FIB_RULE_INVERT: the rule is for the packets that its selectors do not match */
    invert: t.boolean,
    protocol: t.string,
    /** FRA_GOTO: the priority at which the search goes on */
    goto: U32,
    /** FRA_SUPPRESS_PREFIXLEN: what the table finds counts only if its prefix is longer */
    suppressPrefixlength: U32,
    /** FRA_SUPPRESS_IFGROUP: what the table finds counts only if it leaves by a link of another group */
    suppressIfgroup: U32,
    /** FRA_L3MDEV: the table is that of the vrf that the packet comes from or goes to */
    l3mdev: t.literal(true),
    uidRange: UidRange,
    /** FRA_IP_PROTO: IPPROTO_* */
    ipproto: U8,
    sport: PortRange,
    dport: PortRange,
    /** FRA_SPORT_MASK and FRA_DPORT_MASK (linux 6.15): which bits of a single port are compared */
    sportMask: U16,
    dportMask: U16,
    /** FRA_DSCP (linux 6.13) and its mask: the upper six bits of the traffic class, as a number to 63 */
    dscp: U8,
    dscpMask: U8,
    /** FRA_FLOWLABEL (linux 6.14) and its mask, of IPv6 */
    flowlabel: U32,
    flowlabelMask: U32,
    /** FRA_TUN_ID, decimal: a tunnel's key, which packets of applications have not */
    tunId: t.string,
    /** FRA_FLOW, `to` or `from/to`: a tag for packets that the rule routes; steers nothing */
    realms: t.string,
    /** FIB_RULE_* that say what nothing else in the rule does: permanent, find_saddr, or the bits in hex */
    flags: t.readonlyArray(t.string),
    /** a rule with an attribute that netplan does not know is one that it does not understand */
    other: RawAttributes,
  },
);
export type Rule = t.TypeOf<typeof Rule>;
