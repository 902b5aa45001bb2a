/** Whether a routing rule is for a packet. */
import type { Rule } from '../../model/state.js';
import { type PrefixRange, rangeOf } from '../prefix-range.js';
import type { KernelNamespace } from './namespace.js';
import { type Flow, TOS_BITS } from './packet.js';

/** A rule with its prefixes read. */
export interface ReadRule {
  readonly rule: Rule;
  readonly src: PrefixRange | null;
  readonly dst: PrefixRange | null;
}

export const readRule = (rule: Rule): ReadRule => ({
  rule,
  src: rule.src === undefined ? null : rangeOf(rule.src),
  dst: rule.dst === undefined ? null : rangeOf(rule.dst),
});

const holds = (range: PrefixRange | null, address: bigint): boolean =>
  range === null || (range.first <= address && address <= range.last);

/** An IPv4 packet without a source has the source 0.0.0.0; an IPv6 one has none that a prefix could hold. */
const matchesSource = ({ src }: ReadRule, { family, source }: Flow): boolean => {
  if (src === null || src.prefixLen === 0) return true;
  return source === null ? family === 'inet' && holds(src, 0n) : holds(src, source);
};

/** A mark alone is compared whole. Source: fib_nl2rule in net/core/fib_rules.c. */
const matchesMark = ({ fwmark = 0, fwmask }: Rule, { mark }: Flow): boolean => {
  const mask = fwmask ?? (fwmark === 0 ? 0 : 0xffff_ffff);
  return ((fwmark ^ mark) & mask) === 0;
};

/** The sender's packets come from lo. A name of no link matches nothing. */
const matchesLinks = ({ iif, oif }: Rule, flow: Flow, ns: KernelNamespace): boolean =>
  (iif === undefined || ns.indexOf(iif) === ns.loopback) &&
  (oif === undefined || (flow.oif !== 0 && ns.indexOf(oif) === flow.oif));

/** The same of IPv6. */
const DSCP_BITS = 0xfc;

/** FRA_DSCP is compared whole; the old tos of IPv4 without the upper three bits. */
const matchesClass = ({ tos = 0, dscp, dscpMask = 63 }: Rule, flow: Flow): boolean => {
  if (dscp !== undefined) return ((dscp ^ (flow.tos >> 2)) & dscpMask) === 0;
  const bits = flow.family === 'inet' ? TOS_BITS : DSCP_BITS;
  return tos === 0 || (flow.tos & bits) === tos;
};

/** Both ends 0 are no range; with a mask only its bits of the first are compared. Source: net/fib_rules.h. */
const matchesPort = (range: Rule['sport'], mask: number | undefined, port: number): boolean => {
  if (range === undefined) return true;
  if ((mask ?? 0) !== 0) return ((range.start ^ port) & (mask ?? 0)) === 0;
  return range.start === 0 || range.end === 0 || (range.start <= port && port <= range.end);
};

const matchesTransport = (rule: Rule, flow: Flow): boolean =>
  ((rule.ipproto ?? 0) === 0 || rule.ipproto === flow.ipproto) &&
  matchesPort(rule.sport, rule.sportMask, flow.sport) &&
  matchesPort(rule.dport, rule.dportMask, flow.dport);

const matchesUser = ({ uidRange }: Rule, { uid }: Flow): boolean =>
  uidRange === undefined || (uidRange.start <= uid && uid <= uidRange.end);

const matchesLabel = ({ flowlabel = 0, flowlabelMask = 0 }: Rule, flow: Flow): boolean =>
  ((flowlabel ^ flow.flowlabel) & flowlabelMask) === 0;

/** A tunnel's key is set by tunnels alone. */
const matchesTunnel = ({ tunId }: Rule): boolean => tunId === undefined || tunId === '0';

/** Packets of a vrf are bound to it or to one of its links. */
const matchesVrf = ({ l3mdev }: Rule, { oif }: Flow, ns: KernelNamespace): boolean =>
  l3mdev === undefined || ns.domainOf(oif) !== 0;

/**
 * Whether something in the rule is not known: an attribute, a flag; or known but never seen at work, as there
 * was no kernel to ask: rules about a vrf for packets that are bound to a link of one.
 */
const isUnclear = ({ rule, src }: ReadRule, { oif }: Flow, ns: KernelNamespace): boolean => {
  const { other, flags = [], oif: named, l3mdev } = rule;
  const findsSource = flags.includes('find_saddr') && src !== null;
  const strange = flags.some((flag) => flag !== 'permanent' && flag !== 'find_saddr');
  const ofVrf = l3mdev === true || (named !== undefined && ns.domainOf(ns.indexOf(named)) !== 0);
  return other !== undefined || findsSource || strange || (ofVrf && ns.domainOf(oif) !== 0);
};

/**
 * Whether a rule is for a packet; null where that cannot be said. A selector that fails decides, whatever is
 * not known of the others. Source: fib_rule_match in net/core/fib_rules.c, fib4_rule_match, fib6_rule_match.
 */
export const matches = (read: ReadRule, flow: Flow, ns: KernelNamespace): boolean | null => {
  const { rule } = read;
  const all =
    holds(read.dst, flow.destination) &&
    matchesMark(rule, flow) &&
    matchesLinks(rule, flow, ns) &&
    matchesClass(rule, flow) &&
    matchesTransport(rule, flow) &&
    matchesUser(rule, flow) &&
    matchesLabel(rule, flow) &&
    matchesTunnel(rule) &&
    matchesVrf(rule, flow, ns) &&
    (matchesSource(read, flow) || (rule.flags ?? []).includes('find_saddr'));
  if (all && isUnclear(read, flow, ns)) return null;
  return all !== (rule.invert ?? false);
};
