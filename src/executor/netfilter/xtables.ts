/** Targets and matches of xtables: the same structures in ip_tables and, through nft_compat, in nftables. */
import { formatAddress } from '../../plan/model/address.js';
import type { Translation } from '../../plan/model/filters.js';
import { trusted } from '../../plan/model/scalars.js';
import { HOST_LE } from '../linux/byte-order.js';
import type { Matched } from './rule-facts.js';

/** Targets whose nft word is another than their name in lower case. */
const WORDS: Readonly<Record<string, string>> = {
  NFQUEUE: 'queue',
  NOTRACK: 'notrack',
  CONNMARK: 'ct',
  TEE: 'dup',
  NFLOG: 'log',
};

/** The nft word for what a target does; other targets' own names in lower case. */
export const actionOfTarget = (name: string): string => WORDS[name] ?? name.toLowerCase();

const TRANSLATES = new Set(['SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP', 'TPROXY']);

/** linux/netfilter/nf_nat.h: NF_NAT_RANGE_MAP_IPS, NF_NAT_RANGE_PROTO_SPECIFIED. */
const MAPS_ADDRESSES = 1;
const MAPS_PORTS = 2;

/** Where a range has its fields, in bytes. */
interface Layout {
  readonly flags: number;
  readonly min: number;
  readonly max: number;
  readonly ports: number;
}
/** struct nf_nat_range and nf_nat_range2: addresses of 16 bytes whatever the family. */
const RANGE: Layout = { flags: 0, min: 4, max: 20, ports: 36 };
const RANGE_BYTES = 40;
/** struct nf_nat_ipv4_multi_range_compat with its one range. */
const IPV4_RANGE: Layout = { flags: 4, min: 8, max: 12, ports: 16 };
const IPV4_RANGE_BYTES = 20;

const layoutOf = (bytes: number): Layout | null => {
  if (bytes >= RANGE_BYTES) return RANGE;
  return bytes >= IPV4_RANGE_BYTES ? IPV4_RANGE : null;
};

/** The one address and the one port that a range is, where it is. */
const readRange = (info: Uint8Array, family: string): Pick<Translation, 'to' | 'toPort'> => {
  const layout = layoutOf(info.length);
  if (layout === null) return {};
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const flags = view.getUint32(layout.flags, HOST_LE);
  const width = family === 'ip6' ? 16 : 4;
  const [min, max] = [layout.min, layout.max].map((at) =>
    formatAddress(info.subarray(at, at + width)),
  );
  const port = view.getUint16(layout.ports, false);
  const onePort = port === view.getUint16(layout.ports + 2, false);
  return {
    ...((flags & MAPS_ADDRESSES) !== 0 && min !== undefined && min === max
      ? { to: trusted.ipAddress(min) }
      : {}),
    ...((flags & MAPS_PORTS) !== 0 && onePort ? { toPort: port } : {}),
  };
};

/** What a target translates; null for one that does not. `family` is ip or ip6. */
export const translationOfTarget = (
  name: string,
  info: Uint8Array,
  family: string,
): Translation | null => {
  if (!TRANSLATES.has(name)) return null;
  const kind = name.toLowerCase();
  return name === 'TPROXY' || (family === 'ip6' && info.length < RANGE_BYTES)
    ? { kind }
    : { kind, ...readRange(info, family) };
};

/** struct xt_tcp and xt_udp begin alike: the range of the source port, then of the destination port. */
const PORT_MATCH_BYTES = 8;
/** Where xt_tcp and xt_udp have the bits that turn a condition around. */
const INVERTED: Readonly<Record<string, number>> = { tcp: 11, udp: 8 };

/** Adds the ports that a match asks for, where it asks for one. */
export const readPortMatch = (name: string, info: Uint8Array, matched: Matched): void => {
  const inverted = INVERTED[name];
  if (inverted === undefined || info.length < PORT_MATCH_BYTES || info[inverted] !== 0) return;
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const [from, to] = [view.getUint16(0, HOST_LE), view.getUint16(2, HOST_LE)];
  if (from === to) matched.sourcePort = from;
  const [first, last] = [view.getUint16(4, HOST_LE), view.getUint16(6, HOST_LE)];
  if (first === last) matched.destinationPort = first;
};
