/** The way of an IPv6 packet out of the namespace. Source: ip6_route_output_flags in net/ipv6/route.c. */
import { RT_TABLE } from '../../model/kernel-names/route.js';
import type { IpAddress } from '../../model/scalars.js';
import type { NamespaceState, Route } from '../../model/state.js';
import { areStandard } from '../standard-rules.js';
import type { KernelDecision, KernelLeg } from './decision.js';
import { groupChoices, type KernelHop } from './hops.js';
import type { KernelNamespace } from './namespace.js';
import type { Flow } from './packet.js';
import { ruleList, type Walked, walkRules } from './rule-walk.js';
import { addressOfFlow } from './select-inet.js';
import { inet6Source, type SelectInet6Source } from './source-inet6.js';
import { type Hit6, inet6Table, type Lookup6, type Search, scoreOf } from './tables-inet6.js';

const isLinkLocal = (address: bigint): boolean => address >> 118n === 0x3fan;
const isMulticast = (address: bigint): boolean => address >> 120n === 0xffn;
const isNear = (address: bigint): boolean =>
  isLinkLocal(address) || isMulticast(address) || address === 1n;

const searchOf = (
  { forwardsInet6 }: KernelNamespace,
  { oif, source, destination }: Flow,
): Search => ({
  oif,
  strict: isNear(destination) || (oif !== 0 && source === null),
  reachable: !forwardsInet6,
});

/** The nexthops among which the hash chooses. Source: fib6_select_path in net/ipv6/route.c. */
const choices = (
  ns: KernelNamespace,
  { route, hop, hops, search }: Hit6,
): ReadonlyArray<KernelHop> => {
  if (hops.length < 2) return [hop];
  if (route.nhid !== undefined) return groupChoices(ns, hops);
  const fitting = hops.filter((one) => one.usable && scoreOf(ns, route, one, search) >= 0);
  return fitting.length > 0 ? fitting : [hop];
};

/** A packet to an own address, or to one that every router of a subnet has, comes back by lo. Source: ip6_rt_get_dev_rcu. */
const comesBack = ({ type, protocol }: Route): boolean =>
  type === 'local' || (type === 'anycast' && protocol === 'kernel');

const sentOn = (
  ns: KernelNamespace,
  select: SelectInet6Source,
  flow: Flow,
  { route, hops }: Hit6,
  { ifindex, gateway }: KernelHop,
): KernelLeg => {
  const out = comesBack(route) ? ns.loopback : ifindex;
  // of a nexthop group the kernel asks for the source of its first member's link
  const asked = route.nhid === undefined ? ifindex : (hops[0]?.ifindex ?? ifindex);
  const given: IpAddress | undefined =
    flow.source === null ? route.prefsrc : addressOfFlow(flow, flow.source);
  return {
    link: ns.links.get(out)?.name ?? `if${out}`,
    ifindex: out,
    gateway,
    source: given ?? select(asked, flow.destination),
  };
};

/**
 * The local and then the main table, as long as no rule was ever added: that one was removed the kernel does
 * not heed (fib6_rule_delete). One that was added and removed again leaves no trace, and is not thought of.
 */
const withoutRules = (
  local: Lookup6,
  main: Lookup6,
  flow: Flow,
  search: Search,
): Walked<Hit6> | null => {
  const found = local(flow, search) ?? main(flow, search);
  return found && { ...found, rule: null };
};

/** What the kernel does with an IPv6 packet of `state`. */
export const inet6Output = (
  state: NamespaceState,
  ns: KernelNamespace,
): ((flow: Flow) => KernelDecision) => {
  const select = inet6Source(state, ns);
  const rules = ruleList(state, 'inet6');
  const untouched = areStandard((rules ?? []).map(({ rule }) => rule));
  const made = new Map<number, Lookup6>();
  const table = (id: number): Lookup6 => {
    const found = made.get(id) ?? inet6Table(state, ns, id);
    made.set(id, found);
    return found;
  };
  const walk = (flow: Flow): Walked<Hit6> | null => {
    const search = searchOf(ns, flow);
    return rules === null || untouched
      ? withoutRules(table(RT_TABLE.local), table(RT_TABLE.main), flow, search)
      : walkRules(rules, flow, ns, (id) => table(id)(flow, search));
  };
  return (flow) => {
    const walked = walk(flow);
    if (walked === null) return { _tag: 'Refused', why: 'no-route', rule: null, route: null };
    if (walked._tag === 'Unknown') return { _tag: 'Unknown', rule: walked.rule, route: null };
    const { rule, route } = walked;
    if (walked._tag === 'Reject') return { _tag: 'Refused', why: walked.why, rule, route };
    const { hit } = walked;
    const legs = choices(ns, hit).map((hop) => sentOn(ns, select, flow, hit, hop));
    return { _tag: 'Sent', rule, route, type: hit.route.type, legs };
  };
};
