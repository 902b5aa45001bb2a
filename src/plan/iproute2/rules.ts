/** The rules and neighbors of `ip -j -d rule` and `ip -j neigh`. */
import { isIPv4 } from 'node:net';
import * as t from 'io-ts';
import { networkOf, widthOf } from '../model/address.js';
import type { NeighborFlag } from '../model/kernel-names/neighbor.js';
import {
  type Family,
  IpAddress,
  type Prefix,
  PrefixLen,
  trusted,
  U16,
  U32,
} from '../model/scalars.js';
import type { Neighbor, RawAttributes, Rule } from '../model/state.js';
import { defined } from './links.js';
import { PASSING } from './passing.js';
import { printed } from './printed.js';
import { realmsText, textOf } from './routes.js';
import {
  Decimal,
  Device,
  DSCP,
  type Indices,
  LlAddress,
  Mask16,
  Name,
  Protocol,
  Table,
  Tos,
} from './scalars.js';

const AddressOrAll = t.union([t.literal('all'), IpAddress], 'an address or all');

/** `80`, or `start` to `end`. */
type Ports = readonly [one: number | undefined, start: number | undefined, end: number | undefined];

const portsOf = ([one, start, end]: Ports): Rule['sport'] => {
  const [from, to] = [start ?? one, end ?? one];
  return from === undefined || to === undefined ? undefined : { start: from, end: to };
};

/** What a text stands for: its digits, or a name of `names`; undefined for a name that only the host knows. */
const numbered = (
  text: string | undefined,
  names: Readonly<Record<string, number>>,
): number | undefined => {
  if (text === undefined) return undefined;
  return /^\d{1,10}$/.test(text) ? Number(text) : names[text];
};

/** IPPROTO_* that a rule is likely to name. Source: linux/in.h. */
const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  sctp: 132,
};

/** Interface groups that every host names. Source: etc/iproute2/group. */
const GROUPS: Readonly<Record<string, number>> = { default: 0 };

/** Keys of selectors and settings. Source: print_rule in ip/iprule.c, of 4.17 to 7.1. */
const selectorCodecs = {
  goto: U32,
  flow_from: t.string,
  flow_to: t.string,
  tun_id: U32,
  suppress_ifgroup: t.string,
  suppress_prefixlen: U32,
  l3mdev: t.null,
  uid_start: U32,
  uid_end: U32,
  ipproto: t.string,
  sport: U16,
  sport_start: U16,
  sport_end: U16,
  sport_mask: Mask16,
  dport: U16,
  dport_start: U16,
  dport_end: U16,
  dport_mask: Mask16,
  dscp: t.string,
  dscp_mask: Tos,
  flowlabel: Decimal,
  flowlabel_mask: Decimal,
};

export const RuleJson = printed(
  'RuleJson',
  { priority: U32 },
  {
    src: AddressOrAll,
    srclen: PrefixLen,
    dst: AddressOrAll,
    dstlen: PrefixLen,
    not: t.null,
    tos: Tos,
    fwmark: Decimal,
    fwmask: Decimal,
    iif: Name,
    iif_detached: t.null,
    oif: Name,
    oif_detached: t.null,
    table: Table,
    action: t.string,
    /** what is `action` since iproute2 5.1 */
    to_tbl: t.string,
    nop: t.null,
    unresolved: t.null,
    protocol: Protocol,
    ...selectorCodecs,
  },
  PASSING.rule,
);
type RuleJson = t.TypeOf<typeof RuleJson>;

/** Selectors that iproute2 writes as a name: FRA_* by number (linux/fib_rules.h), its text, its number. */
const namedSelectors = ({ ipproto, suppress_ifgroup: group, dscp }: RuleJson) => ({
  ipproto: ['22', ipproto, numbered(ipproto, IP_PROTOCOLS)] as const,
  suppressIfgroup: ['13', group, numbered(group, GROUPS)] as const,
  dscp: ['25', dscp, numbered(dscp, DSCP)] as const,
});

/** Keys that nobody here knows: the rule may select by them, so it is not the rule without them. */
const unknownOf = ({ others = {} }: RuleJson): ReadonlyArray<readonly [string, string]> =>
  Object.entries(others).map(([key, value]) => [key, textOf(value)]);

/** Names that nobody but the host can resolve, and unknown keys: the rule is not understood, and says by what. */
const otherOf = (
  json: RuleJson,
  named: ReturnType<typeof namedSelectors>,
): RawAttributes | undefined => {
  const unresolved = Object.values(named).flatMap(([attribute, text, number]) =>
    text !== undefined && number === undefined ? [[attribute, text] as const] : [],
  );
  const found = [...unresolved, ...unknownOf(json)];
  return found.length > 0 ? Object.fromEntries(found) : undefined;
};

/** FR_ACT_* as the state names them; iproute2 prints most as `action`. */
const actionOf = (json: RuleJson): string => {
  if (json.goto !== undefined) return 'goto';
  return json.nop === null ? 'nop' : (json.action ?? json.to_tbl ?? 'to_tbl');
};

const selectorPrefix = (
  family: Family,
  address: string | undefined,
  length: number | undefined,
): Prefix | undefined =>
  address === undefined || address === 'all'
    ? undefined
    : trusted.prefix(networkOf(address, length ?? widthOf(family)));

const uidRangeOf = ({ uid_start: start, uid_end: end }: RuleJson): Rule['uidRange'] =>
  start === undefined || end === undefined ? undefined : { start, end };

export const toRule = (family: Family, json: RuleJson): Rule => {
  const named = namedSelectors(json);
  return defined<Rule>({
    family,
    priority: json.priority,
    action: actionOf(json),
    table: json.table,
    src: selectorPrefix(family, json.src, json.srclen),
    dst: selectorPrefix(family, json.dst, json.dstlen),
    iif: json.iif,
    oif: json.oif,
    tos: json.tos,
    fwmark: json.fwmark,
    fwmask: json.fwmask,
    invert: json.not === null ? true : undefined,
    protocol: json.protocol,
    goto: json.goto,
    suppressPrefixlength: json.suppress_prefixlen,
    suppressIfgroup: named.suppressIfgroup[2],
    l3mdev: json.l3mdev === null ? true : undefined,
    uidRange: uidRangeOf(json),
    ipproto: named.ipproto[2],
    sport: portsOf([json.sport, json.sport_start, json.sport_end]),
    dport: portsOf([json.dport, json.dport_start, json.dport_end]),
    sportMask: json.sport_mask,
    dportMask: json.dport_mask,
    dscp: named.dscp[2],
    dscpMask: json.dscp_mask,
    flowlabel: json.flowlabel,
    flowlabelMask: json.flowlabel_mask,
    tunId: json.tun_id?.toString(),
    realms: realmsText({ from: json.flow_from, to: json.flow_to }),
    flags: undefined,
    other: otherOf(json, named),
  });
};

/** The NTF_* that iproute2 prints, by its keys. Source: ip/ipneigh.c. */
const PRINTED_FLAGS = {
  router: 'router',
  proxy: 'proxy',
  extern_learn: 'extern_learn',
  offload: 'offload',
  managed: 'managed',
  locked: 'locked',
  extern_valid: 'ext_validated',
} as const satisfies Readonly<Record<string, NeighborFlag>>;
type FlagKey = keyof typeof PRINTED_FLAGS;
const FLAG_KEYS = Object.keys(PRINTED_FLAGS) as ReadonlyArray<FlagKey>;
const flagCodecs = Object.fromEntries(FLAG_KEYS.map((key) => [key, t.null])) as Record<
  FlagKey,
  t.NullC
>;

export const neighborJson = (indices: Indices) =>
  printed(
    'NeighborJson',
    { dst: IpAddress, dev: Device(indices) },
    {
      lladdr: LlAddress,
      state: t.readonlyArray(t.string),
      protocol: Protocol,
      ...flagCodecs,
    },
    PASSING.neighbor,
  );
type NeighborJson = t.TypeOf<ReturnType<typeof neighborJson>>;

/**
 * For the empty address of a neighbor on a device without addresses (tun), iproute2 prints the byte behind
 * it. Source: ll_addr_n2a in lib/ll_addr.c.
 */
const isOneByte = (lladdr: string | undefined): boolean => lladdr?.length === 2;

export const toNeighbor = (json: NeighborJson): Neighbor =>
  defined<Neighbor>({
    ifindex: json.dev,
    family: isIPv4(json.dst) ? 'inet' : 'inet6',
    dst: json.dst,
    state: (json.state ?? []).map((state) => state.toLowerCase()),
    flags: FLAG_KEYS.filter((key) => json[key] === null).map((key) => PRINTED_FLAGS[key]),
    lladdr: isOneByte(json.lladdr) ? undefined : json.lladdr,
    protocol: json.protocol,
  });
