/** A rule while it is read: the registers of its expressions, and what they are compared with. */
import { formatAddress } from '../../plan/model/address.js';
import type { Translation } from '../../plan/model/filters.js';
import { type IpAddress, trusted } from '../../plan/model/scalars.js';
import { AttributeReader, hexText } from '../netlink/attribute.js';
import type { WireError } from '../netlink/failure.js';
import { NFTA_DATA_VALUE } from './abi.js';
import { ipProtocol, type Matched } from './rule-facts.js';

export type Field = keyof Matched;

/** A rule as far as it has been read. */
export interface Reading {
  readonly family: string;
  readonly actions: Set<string>;
  readonly leadsTo: Set<string>;
  leadsAnywhere: boolean;
  readonly translations: Translation[];
  readonly content: string[];
  /** by register: what of the packet is in it, or the value that was put there */
  readonly loaded: Map<number, Field>;
  readonly values: Map<number, Uint8Array>;
  readonly matched: Matched;
  error: WireError | null;
}

/** NFT_REG_1 to NFT_REG_4 are four of the registers from NFT_REG32_00 (8) on each. */
const slotOf = (register: number): number => (register < 8 ? 4 * register + 4 : register);

/** Attributes by type: the last of a type counts, as in the kernel. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

export const attributesIn = (reading: Reading, bytes: Uint8Array | undefined): Attributes => {
  const found = new Map<number, Uint8Array>();
  if (bytes === undefined) return found;
  const inner = new AttributeReader(bytes, 0);
  while (inner.next()) found.set(inner.type, inner.bytes());
  reading.error ??= inner.error;
  return found;
};

export const be32 = (attributes: Attributes, type: number): number | undefined => {
  const bytes = attributes.get(type);
  return bytes?.length === 4
    ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, false)
    : undefined;
};

export const register = (attributes: Attributes, type: number): number | undefined => {
  const number = be32(attributes, type);
  return number === undefined ? undefined : slotOf(number);
};

export const NOTHING = new Uint8Array();

/** The value in an attribute that holds one; empty where it holds a verdict. */
export const valueIn = (reading: Reading, bytes: Uint8Array | undefined): Uint8Array =>
  attributesIn(reading, bytes).get(NFTA_DATA_VALUE) ?? NOTHING;

export const portOf = (bytes: Uint8Array | undefined): number | undefined =>
  bytes?.length === 2 ? 256 * (bytes[0] ?? 0) + (bytes[1] ?? 0) : undefined;

export const addressValue = (bytes: Uint8Array | undefined): IpAddress | undefined =>
  bytes?.length === 4 || bytes?.length === 16 ? trusted.ipAddress(formatAddress(bytes)) : undefined;

export const setMatched = (matched: Matched, field: Field, value: Uint8Array): void => {
  if (field === 'protocol') {
    if (value.length === 1) matched.protocol = ipProtocol(value[0] ?? 0);
    return;
  }
  if (field === 'source' || field === 'destination') {
    const address = addressValue(value);
    if (address !== undefined) matched[field] = address;
    return;
  }
  const port = portOf(value);
  if (port !== undefined) matched[field] = port;
};

export const load = (
  reading: Reading,
  slot: number | undefined,
  field: Field | undefined,
): void => {
  if (slot === undefined) return;
  reading.values.delete(slot);
  if (field === undefined) reading.loaded.delete(slot);
  else reading.loaded.set(slot, field);
};

/** What an expression put there that netplan does not follow. */
export const forget = ({ loaded, values }: Reading): void => {
  loaded.clear();
  values.clear();
};

/** What is in the registers that two attributes name, where both have the same in them. */
export const fixed = (
  reading: Reading,
  attributes: Attributes,
  min: number,
  max: number,
): Uint8Array | undefined => {
  const from = register(attributes, min);
  if (from === undefined) return undefined;
  const first = reading.values.get(from);
  const to = register(attributes, max);
  if (to === undefined || to === from) return first;
  const last = reading.values.get(to);
  return first !== undefined && last !== undefined && hexText(first) === hexText(last)
    ? first
    : undefined;
};
