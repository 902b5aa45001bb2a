/** The links and addresses of `ip -j -d addr`. */

import * as t from 'io-ts';
import { inFamilyOrder } from '../model/group-by.js';
import { ADDRESS_FLAGS, type AddressFlag } from '../model/kernel-names/address.js';
import { ARPHRD } from '../model/kernel-names/link.js';
import { nameOf } from '../model/kernel-names/names.js';
import { Family, IfIndex, IpAddress, Mtu, PrefixLen, U32 } from '../model/scalars.js';
import type { Address, Link } from '../model/state.js';
import { PASSING } from './passing.js';
import { printed } from './printed.js';
import {
  AddressProtocol,
  type Indices,
  LlAddress,
  Name,
  OwnName,
  Scope,
  Seconds,
} from './scalars.js';

/** Flags of an address in the order of the state, those of each family first. */
const FLAGS: ReadonlySet<AddressFlag> = new Set(
  [ADDRESS_FLAGS.inet[0], ...ADDRESS_FLAGS.inet6].map(([, name]) => name),
);

/** A key is the flag's name, but for one; of `permanent` iproute2 prints the opposite. Source: ip/ipaddress.c. */
type FlagKey = Exclude<AddressFlag, 'homeaddress' | 'permanent'> | 'home' | 'dynamic';
const keyOf = (flag: AddressFlag): FlagKey => {
  if (flag === 'homeaddress') return 'home';
  return flag === 'permanent' ? 'dynamic' : flag;
};
const flagCodecs = Object.fromEntries(
  [...FLAGS].map((flag) => [keyOf(flag), t.literal(true)]),
) as Record<FlagKey, t.LiteralC<true>>;

/** An object without the keys that are undefined: absent is absent. */
export const defined = <A extends object>(record: { [K in keyof A]: A[K] | undefined }): A =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as A;

const AddressJson = printed(
  'AddressJson',
  {
    family: Family,
    local: IpAddress,
    prefixlen: PrefixLen,
    scope: Scope,
    valid_life_time: Seconds,
    preferred_life_time: Seconds,
  },
  {
    address: IpAddress,
    broadcast: IpAddress,
    anycast: IpAddress,
    label: Name,
    metric: U32,
    protocol: AddressProtocol,
    /** flags that this iproute2 has no name for, in hex */
    ifa_flags: t.string,
    ...flagCodecs,
  },
  PASSING.address,
);
type AddressJson = t.TypeOf<typeof AddressJson>;

const LinkInfo = t.partial({
  info_kind: t.string,
  info_slave_kind: t.string,
  info_data: t.partial({ mode: t.unknown, type: t.unknown }),
});

/** A link has hundreds of other keys, by kind. `promiscuity` is one that only `-d` prints. */
const LinkJson = t.intersection([
  t.type({
    ifindex: IfIndex,
    ifname: OwnName,
    flags: t.readonlyArray(t.string),
    link_type: t.string,
    mtu: Mtu,
    promiscuity: U32,
    addr_info: t.readonlyArray(AddressJson),
  }),
  t.partial({
    address: LlAddress,
    broadcast: LlAddress,
    operstate: t.string,
    gso_max_size: U32,
    master: t.string,
    link: t.union([t.string, t.null]),
    link_index: U32,
    linkinfo: LinkInfo,
    altnames: t.readonlyArray(Name),
    group: t.string,
  }),
]);
type LinkJson = t.TypeOf<typeof LinkJson>;

const isEmpty = (u: unknown): boolean =>
  typeof u === 'object' && u !== null && Object.keys(u).length === 0;

/** The context with its last step as LinkJson's, so that paths leave out the members of its intersection. */
const asLink = (context: t.Context): t.Context => {
  const last = context.at(-1);
  return last === undefined ? context : [...context.slice(0, -1), { ...last, type: LinkJson }];
};

/** One entry of `ip -j -d addr`; `{}`, decoded as null, is one that a filter left out. */
const EntryJson = new t.Type<LinkJson | null, unknown, unknown>(
  LinkJson.name,
  (_u): _u is LinkJson | null => false,
  (u, context) => (isEmpty(u) ? t.success(null) : LinkJson.validate(u, asLink(context))),
  t.identity,
);
export const AddrJson = t.readonlyArray(EntryJson);
type AddrJson = t.TypeOf<typeof AddrJson>;

const addressFlags = (json: AddressJson): ReadonlyArray<string> => [
  ...[...FLAGS].filter((flag) => (json[keyOf(flag)] === true) !== (flag === 'permanent')),
  ...(json.ifa_flags === undefined ? [] : [json.ifa_flags]),
];

const toAddress = (ifindex: IfIndex, json: AddressJson): Address =>
  defined<Address>({
    ifindex,
    family: json.family,
    local: json.local,
    prefixLen: json.prefixlen,
    scope: json.scope,
    flags: addressFlags(json),
    validLft: json.valid_life_time.seconds,
    preferredLft: json.preferred_life_time.seconds,
    peer: json.address,
    broadcast: json.broadcast,
    anycast: json.anycast,
    label: json.label,
    metric: json.metric,
    protocol: json.protocol,
  });

/** The mode of macvlan and ipvlan is called `mode`, that of a tun device `type`. */
const modeOf = ({ info_kind, info_data }: t.TypeOf<typeof LinkInfo>): string | undefined => {
  if (!['macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'tun'].includes(info_kind ?? ''))
    return undefined;
  const mode = info_kind === 'tun' ? info_data?.type : info_data?.mode;
  return typeof mode === 'string' ? mode : undefined;
};

/** IFLA_LINK: an index in another namespace, a name in this one, null for 0 (a tunnel over no device). */
const parentOf = (indices: Indices, { link, link_index }: LinkJson): number | undefined => {
  if (link_index !== undefined) return link_index;
  return link === null ? 0 : indices.get(link);
};

/** IFF_LOWER_UP is the carrier while a link is UP; of one that is down, iproute2 does not say. */
const carrierOf = (flags: ReadonlyArray<string>): boolean | undefined =>
  flags.includes('UP') ? flags.includes('LOWER_UP') : undefined;

/** iproute2's own flag: the device below is down. The kernel has none such. */
const PARENT_DOWN = 'M-DOWN';

/** `default` is 0, which the state leaves out; other names are in the host's files only. */
const groupOf = (group: string | undefined): number | undefined =>
  group !== undefined && /^[1-9]\d{0,8}$/.test(group) ? Number(group) : undefined;

/** `[519]` is a type that this iproute2 has no name for. Source: ll_type_n2a in lib/ll_types.c. */
const typeOf = (type: string): string => {
  const [, number] = /^\[(\d{1,5})\]$/.exec(type) ?? [];
  return number === undefined ? type : nameOf(ARPHRD, Number(number));
};

const toLink = (indices: Indices, json: LinkJson): Link =>
  defined<Link>({
    ifindex: json.ifindex,
    name: json.ifname,
    flags: json.flags.filter((flag) => flag !== PARENT_DOWN),
    type: typeOf(json.link_type),
    mtu: json.mtu,
    kind: json.linkinfo?.info_kind,
    address: json.address,
    broadcast: json.broadcast,
    operstate: json.operstate,
    carrier: carrierOf(json.flags),
    gsoMaxSize: json.gso_max_size,
    master: indices.get(json.master),
    masterKind: json.linkinfo?.info_slave_kind,
    parent: parentOf(indices, json),
    mode: modeOf(json.linkinfo ?? {}),
    altnames: json.altnames,
    group: groupOf(json.group),
  });

/** Indices by the names of links, as far as they can be read: errors in links are reported by the codec. */
export const linkIndices = (addr: unknown): Indices => {
  const found = new Map<unknown, IfIndex>();
  for (const link of Array.isArray(addr) ? addr : []) {
    const { ifname, ifindex } = (link ?? {}) as { ifname?: unknown; ifindex?: unknown };
    if (IfIndex.is(ifindex)) found.set(ifname, ifindex);
  }
  return found;
};

const isLink = (entry: LinkJson | null): entry is LinkJson => entry !== null;

export const toLinks = (indices: Indices, addr: AddrJson): ReadonlyArray<Link> =>
  addr.filter(isLink).map((link) => toLink(indices, link));

/**
 * In the order of a dump: all IPv4 addresses before all IPv6 ones, by link within a family; iproute2
 * sorts them by link.
 */
export const toAddresses = (addr: AddrJson): ReadonlyArray<Address> => {
  const all = addr
    .filter(isLink)
    .flatMap(({ ifindex, addr_info }) => addr_info.map((json) => toAddress(ifindex, json)));
  return inFamilyOrder(all, ({ family }) => family);
};
