/** The way of an IPv4 packet out of the namespace. Source: ip_route_output_key_hash_rcu in net/ipv4/route.c. */
import { RT_TABLE } from '../../model/kernel-names/route.js';
import type { IpAddress } from '../../model/scalars.js';
import type { NamespaceState, Route } from '../../model/state.js';
import { addressNumber } from '../prefix-range.js';
import { areAllStandard } from '../standard-rules.js';
import type { KernelDecision, KernelLeg, Origin, WhyUnsent } from './decision.js';
import type { KernelHop } from './hops.js';
import type { KernelNamespace } from './namespace.js';
import type { Flow } from './packet.js';
import { ruleList, type Walked, walkRules } from './rule-walk.js';
import { addressOfFlow, inetLeg, selectInet } from './select-inet.js';
import { SCOPE_GLOBAL, SCOPE_HOST, SCOPE_LINK, selectInetSource } from './source-inet.js';
import { type Hit, inetTable, type Lookup } from './tables-inet.js';

const LIMITED_BROADCAST = 0xffff_ffffn;
const isMulticast = (address: bigint): boolean => address >> 28n === 0xen;
const isLinkMulticast = (address: bigint): boolean => address >> 8n === 0xe0_0000n;

interface Inet {
  readonly ns: KernelNamespace;
  /** the rules and the tables that they ask */
  readonly fib: (flow: Flow) => Walked<Hit> | null;
  readonly local: Lookup;
}

const NO_ORIGIN: Origin = { rule: null, route: null };
const refused = (why: WhyUnsent, origin: Origin = NO_ORIGIN): KernelDecision => ({
  _tag: 'Refused',
  ...origin,
  why,
});

const tablesOf = (state: NamespaceState, ns: KernelNamespace): ((table: number) => Lookup) => {
  const made = new Map<number, Lookup>();
  return (table) => {
    const found =
      made.get(table) ??
      inetTable(state, ns, (route) => route.family === 'inet' && route.table === table);
    made.set(table, found);
    return found;
  };
};

/**
 * Before any rule was made: main and local as one trie, then the default table. Kernels of before 2026 ask the
 * latter also after a route that rejects.
 */
const withoutRules =
  (merged: Lookup, fallback: Lookup) =>
  (flow: Flow): Walked<Hit> | null => {
    const found = merged(flow) ?? fallback(flow);
    return found && { ...found, rule: null };
  };

/** The IPv4 half of the kernel: fib_lookup in net/ip_fib.h, by rules or without. */
const inetOf = (state: NamespaceState, ns: KernelNamespace): Inet => {
  const table = tablesOf(state, ns);
  const rules = ruleList(state, 'inet');
  const ofMerged = ({ family, table: id }: Route): boolean =>
    family === 'inet' && (id === RT_TABLE.main || id === RT_TABLE.local);
  if (
    rules !== null &&
    (state.mergedTables === false ||
      !areAllStandard(
        rules.map(({ rule }) => rule),
        'inet',
      ))
  )
    return {
      ns,
      fib: (flow) => walkRules(rules, flow, ns, (id) => table(id || RT_TABLE.main)(flow)),
      local: table(RT_TABLE.local),
    };
  const merged = inetTable(state, ns, ofMerged);
  return {
    ns,
    fib: withoutRules(merged, table(RT_TABLE.default)),
    local: merged,
  };
};

/** inet_addr_type is RTN_LOCAL. Source: __ip_dev_find in net/ipv4/devinet.c. */
const isLocalSource = ({ ns, local }: Inet, flow: Flow, source: bigint): boolean => {
  if (ns.isOwn(addressOfFlow(flow, source))) return true;
  const found = local({ ...flow, destination: source, source: null, oif: 0 });
  return found?._tag === 'Hit' && found.hit.alias.route.type === 'local';
};

/** A packet to everybody or to a group goes to the link, whatever the route says of a gateway. */
const typeOf = (route: Route | null, { destination }: Flow): string => {
  if (destination === LIMITED_BROADCAST) return 'broadcast';
  return isMulticast(destination) ? 'multicast' : (route?.type ?? 'unicast');
};

const isWithoutGateway = (route: Route | null, { destination }: Flow): boolean =>
  destination === LIMITED_BROADCAST ||
  (isMulticast(destination) && Number(route?.dst.split('/')[1] ?? 0) < 4);

/** What __mkroute_output makes of the nexthops, or its refusal. */
const made = (
  ns: KernelNamespace,
  flow: Flow,
  route: Route | null,
  legs: ReadonlyArray<KernelLeg>,
  origin: Origin,
): KernelDecision => {
  const type = typeOf(route, flow);
  if (flow.destination === 0n && type !== 'local') return refused('invalid', origin);
  const isLo = (ifindex: number): boolean =>
    ns.links.get(ifindex)?.flags.includes('LOOPBACK') === true;
  const sendable = legs.filter(({ ifindex, source }) => {
    const foreign = !isLo(ifindex) && !ns.routesLocalnet(ifindex) && ns.domainOf(ifindex) === 0;
    return !(foreign && source?.startsWith('127.'));
  });
  if (sendable.length === 0) return refused('invalid', origin);
  return {
    _tag: 'Sent',
    ...origin,
    type,
    legs: isWithoutGateway(route, flow)
      ? sendable.map((leg) => ({ ...leg, gateway: null }))
      : sendable,
  };
};

const onLinkHop = (ifindex: number): KernelHop => ({ ifindex, gateway: null, usable: true });

const onLink = (
  ns: KernelNamespace,
  flow: Flow,
  ifindex: number,
  source: IpAddress | null,
  origin: Origin = NO_ORIGIN,
): KernelDecision => made(ns, flow, null, [inetLeg(ns, onLinkHop(ifindex), source)], origin);

const givenSource = (flow: Flow): IpAddress | null =>
  flow.source === null ? null : addressOfFlow(flow, flow.source);

/** What a source alone decides; null: nothing. */
const bySource = (inet: Inet, flow: Flow): KernelDecision | null => {
  const { source, oif, destination } = flow;
  if (source === null) return null;
  if (isMulticast(source) || source === LIMITED_BROADCAST) return refused('invalid');
  if (!isLocalSource(inet, flow, source)) return refused('invalid');
  const toGroup = isMulticast(destination) || destination === LIMITED_BROADCAST;
  return oif === 0 && toGroup ? fromOwner(inet.ns, flow, addressOfFlow(flow, source)) : null;
};

/** What the link alone decides that a packet is bound to; null: nothing. */
const byLink = (ns: KernelNamespace, flow: Flow): KernelDecision | null => {
  const { oif, destination } = flow;
  if (oif === 0) return null;
  if (ns.links.get(oif)?.flags.includes('UP') !== true) return refused('no-route');
  if (!isLinkMulticast(destination) && destination !== LIMITED_BROADCAST) return null;
  return onLink(ns, flow, oif, givenSource(flow) ?? selectInetSource(ns, oif, null, SCOPE_LINK));
};

/** What is decided before any table is asked; null: ask. */
const beforeLookup = (inet: Inet, flow: Flow): KernelDecision | null =>
  bySource(inet, flow) ??
  byLink(inet.ns, flow) ??
  (flow.destination === 0n ? toItself(inet.ns, flow) : null);

/** A group's packet with a source leaves by the link that has that source, or one of those. */
const fromOwner = (ns: KernelNamespace, flow: Flow, source: IpAddress): KernelDecision | null => {
  const owners = [...ns.links.keys()].filter((ifindex) =>
    ns.addressesOf('inet', ifindex).some(({ local }) => local === source),
  );
  const legs = owners.map((ifindex) => inetLeg(ns, onLinkHop(ifindex), source));
  return legs.length > 0 ? made(ns, flow, null, legs, NO_ORIGIN) : null;
};

const LOCALHOST = 0x7f00_0001n;

/** 0.0.0.0 as a destination is the sender. */
const toItself = (ns: KernelNamespace, flow: Flow): KernelDecision => {
  const bound = flow.oif === 0 ? null : selectInetSource(ns, flow.oif, null, SCOPE_HOST);
  const source = givenSource(flow) ?? bound ?? addressOfFlow(flow, LOCALHOST);
  const leg = inetLeg(ns, onLinkHop(ns.loopback), source);
  return { _tag: 'Sent', ...NO_ORIGIN, type: 'local', legs: [leg] };
};

/** A packet that is bound to a link goes out on it, whatever the tables say. */
const withoutRoute = (
  ns: KernelNamespace,
  flow: Flow,
  why: WhyUnsent,
  origin: Origin,
): KernelDecision => {
  if (flow.oif === 0) return refused(why, origin);
  const source = givenSource(flow) ?? selectInetSource(ns, flow.oif, null, SCOPE_LINK);
  return onLink(ns, flow, flow.oif, source, origin);
};

const afterLookup = (ns: KernelNamespace, flow: Flow, walked: Walked<Hit>): KernelDecision => {
  if (walked._tag === 'Unknown') return { _tag: 'Unknown', rule: walked.rule, route: null };
  const { rule, route: path } = walked;
  const origin = { rule, route: path };
  if (walked._tag === 'Reject') return withoutRoute(ns, flow, walked.why, origin);
  const { route } = walked.hit.alias;
  if (route.type === 'local') {
    const source = givenSource(flow) ?? route.prefsrc ?? addressOfFlow(flow, flow.destination);
    const leg = inetLeg(ns, onLinkHop(ns.loopback), source);
    return made(ns, flow, route, [leg], origin);
  }
  const legs = selectInet(ns, walked.hit, flow).map(({ hop, source }) => inetLeg(ns, hop, source));
  return made(ns, flow, route, legs, origin);
};

/** A group's packet that is bound to a link has its source before a rule is asked. */
const withGroupSource = (ns: KernelNamespace, flow: Flow): Flow => {
  if (flow.oif === 0 || flow.source !== null || !isMulticast(flow.destination)) return flow;
  const source = selectInetSource(ns, flow.oif, null, SCOPE_GLOBAL);
  return source === null ? flow : { ...flow, source: addressNumber(source) };
};

/** What the kernel does with an IPv4 packet of `state`. */
export const inetOutput = (
  state: NamespaceState,
  ns: KernelNamespace,
): ((flow: Flow) => KernelDecision) => {
  const inet = inetOf(state, ns);
  return (flow) => {
    const early = beforeLookup(inet, flow);
    if (early !== null) return early;
    const asked = withGroupSource(ns, flow);
    const walked = inet.fib(asked);
    return walked === null
      ? withoutRoute(ns, asked, 'no-route', NO_ORIGIN)
      : afterLookup(ns, asked, walked);
  };
};
