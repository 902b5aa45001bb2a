/** The rules and neighbors of `ip -j -d rule` and `ip -j neigh`. */
import { isIPv4 } from 'node:net';
import * as t from 'io-ts';
import { networkOf, widthOf } from '../model/address.js';
import { closed } from '../model/closed.js';
import type { NeighborFlag } from '../model/kernel-names/neighbor.js';
import { type Family, IpAddress, type Prefix, PrefixLen, trusted, U32 } from '../model/scalars.js';
import type { Neighbor, RawAttributes, Rule } from '../model/state.js';
import { defined } from './links.js';
import { flowHex, hexOf } from './routes.js';
import { Decimal, Device, type Indices, LlAddress, Protocol, Table, Tos } from './scalars.js';

const AddressOrAll = t.union([t.literal('all'), IpAddress], 'an address or all');

const isDigits = (text: string): boolean => /^\d{1,10}$/.test(text);

/** `80`, or `start` to `end`. */
type Ports = readonly [one: number | undefined, start: number | undefined, end: number | undefined];

/** struct fib_rule_port_range: two u16. */
const portsHex = ([one, start, end]: Ports): string | undefined => {
  const [from, to] = [start ?? one, end ?? one];
  return from === undefined || to === undefined ? undefined : hexOf(from, 2) + hexOf(to, 2);
};

/** A number printed as text, or a name that only the host can resolve. */
const textHex = (text: string | undefined, bytes: number): string | undefined =>
  text === undefined || !isDigits(text) ? text : hexOf(Number(text), bytes);

/** IPPROTO_* that a rule is likely to name. Source: linux/in.h. */
const IP_PROTOCOLS: Readonly<Record<string, string>> = {
  icmp: '1',
  tcp: '6',
  udp: '17',
  gre: '47',
  esp: '50',
  ah: '51',
  'ipv6-icmp': '58',
  sctp: '132',
};

/** Keys for selectors and settings that a Rule has no field for. */
const extraCodecs = {
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
  sport: U32,
  sport_start: U32,
  sport_end: U32,
  dport: U32,
  dport_start: U32,
  dport_end: U32,
};

export const RuleJson = closed(
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
    iif: t.string,
    iif_detached: t.null,
    oif: t.string,
    oif_detached: t.null,
    table: Table,
    action: t.string,
    nop: t.null,
    unresolved: t.null,
    protocol: Protocol,
    ...extraCodecs,
  },
);
type RuleJson = t.TypeOf<typeof RuleJson>;

/**
 * FRA_* by number (linux/fib_rules.h). A rule that has one is not the rule without it, so each is kept:
 * as the bytes that a little-endian kernel sends, or as iproute2's text where that is a name of the host's.
 */
const OTHER: ReadonlyArray<readonly [string, (json: RuleJson) => string | undefined]> = [
  ['4', ({ goto }) => (goto === undefined ? undefined : hexOf(goto, 4))],
  ['11', ({ flow_from: from, flow_to: to }) => (from ?? to) && flowHex({ from, to })],
  ['12', ({ tun_id: id }) => id?.toString(16).padStart(16, '0')],
  ['13', ({ suppress_ifgroup: group }) => textHex(group, 4)],
  ['14', ({ suppress_prefixlen: length }) => (length === undefined ? undefined : hexOf(length, 4))],
  ['19', ({ l3mdev }) => (l3mdev === null ? '01' : undefined)],
  [
    '20',
    ({ uid_start: from, uid_end: to }) =>
      from === undefined || to === undefined ? undefined : hexOf(from, 4) + hexOf(to, 4),
  ],
  ['22', ({ ipproto = '' }) => textHex(IP_PROTOCOLS[ipproto] ?? ipproto, 1) || undefined],
  ['23', (json) => portsHex([json.sport, json.sport_start, json.sport_end])],
  ['24', (json) => portsHex([json.dport, json.dport_start, json.dport_end])],
];

const otherOf = (json: RuleJson): RawAttributes | undefined => {
  const found = OTHER.flatMap(([attribute, read]) => {
    const hex = read(json);
    return hex === undefined ? [] : [[attribute, hex] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
};

/** FR_ACT_* as the state names them; iproute2 prints most as `action`. */
const actionOf = (json: RuleJson): string => {
  if (json.goto !== undefined) return 'goto';
  return json.nop === null ? 'nop' : (json.action ?? 'to_tbl');
};

const selectorPrefix = (
  family: Family,
  address: string | undefined,
  length: number | undefined,
): Prefix | undefined =>
  address === undefined || address === 'all'
    ? undefined
    : trusted.prefix(networkOf(address, length ?? widthOf(family)));

export const toRule = (family: Family, json: RuleJson): Rule =>
  defined<Rule>({
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
    other: otherOf(json),
  });

/** The NTF_* that iproute2 prints. Source: ip/ipneigh.c. */
const PRINTED_FLAGS = [
  'router',
  'proxy',
  'extern_learn',
  'offload',
  'managed',
  'locked',
] as const satisfies ReadonlyArray<NeighborFlag>;
const flagCodecs = Object.fromEntries(PRINTED_FLAGS.map((key) => [key, t.null])) as Record<
  (typeof PRINTED_FLAGS)[number],
  t.NullC
>;

export const neighborJson = (indices: Indices) =>
  closed(
    'NeighborJson',
    { dst: IpAddress, dev: Device(indices) },
    {
      lladdr: LlAddress,
      state: t.readonlyArray(t.string),
      protocol: Protocol,
      ...flagCodecs,
      /** counters of `ip -s` */
      refcnt: t.unknown,
      used: t.unknown,
      confirmed: t.unknown,
      updated: t.unknown,
      probes: t.unknown,
    },
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
    flags: PRINTED_FLAGS.filter((flag) => json[flag] === null),
    lladdr: isOneByte(json.lladdr) ? undefined : json.lladdr,
    protocol: json.protocol,
  });
