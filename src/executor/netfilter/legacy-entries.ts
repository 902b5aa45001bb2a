/** The entries of a table of ip_tables or ip6_tables: struct ipt_entry and ip6t_entry, their matches and targets. */
import * as E from 'fp-ts/lib/Either.js';
import { formatAddress } from '../../plan/model/address.js';
import { trusted } from '../../plan/model/scalars.js';
import { HOST_LE } from '../linux/byte-order.js';
import { hexText } from '../netlink/attribute.js';
import type { WireError } from '../netlink/failure.js';
import { wireError } from '../netlink/message.js';
import { XT_TARGET_LEN } from './abi.js';
import { cString } from './c-string.js';
import { ipProtocol, type Matched } from './rule-facts.js';
import { readPortMatch } from './xtables.js';

/** Where a family's struct ipt_entry has its fields, in bytes. */
export interface Layout {
  readonly family: string;
  readonly source: number;
  readonly destination: number;
  readonly sourceMask: number;
  readonly destinationMask: number;
  readonly width: 4 | 16;
  readonly protocol: number;
  readonly inverted: number;
  readonly targetOffset: number;
  readonly size: number;
}

export const IPV4: Layout = {
  family: 'ip',
  source: 0,
  destination: 4,
  sourceMask: 8,
  destinationMask: 12,
  width: 4,
  protocol: 80,
  inverted: 83,
  targetOffset: 88,
  size: 112,
};
export const IPV6: Layout = {
  family: 'ip6',
  source: 0,
  destination: 16,
  sourceMask: 32,
  destinationMask: 48,
  width: 16,
  protocol: 128,
  inverted: 132,
  targetOffset: 140,
  size: 168,
};

/** IPT_INV_SRCIP, IPT_INV_DSTIP, XT_INV_PROTO: the condition is turned around. */
const INVERTS = { source: 0x08, destination: 0x10, protocol: 0x40 };

/** One entry: a rule, a chain's policy, or the mark where a chain begins. */
export interface Entry {
  /** bytes from the start of the block */
  readonly at: number;
  /** addresses, interfaces, protocol and matches, in hex */
  readonly conditions: string;
  readonly target: string;
  readonly info: Uint8Array;
  readonly matched: Matched;
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const oneAddress = (bytes: Uint8Array, at: number, mask: number, width: number) =>
  bytes.subarray(mask, mask + width).every((byte) => byte === 0xff)
    ? trusted.ipAddress(formatAddress(bytes.subarray(at, at + width)))
    : undefined;

const matchedBy = (layout: Layout, bytes: Uint8Array, targetOffset: number): Matched => {
  const matched: Matched = {};
  const inverted = bytes[layout.inverted] ?? 0;
  const { width } = layout;
  const source = oneAddress(bytes, layout.source, layout.sourceMask, width);
  if (source !== undefined && (inverted & INVERTS.source) === 0) matched.source = source;
  const destination = oneAddress(bytes, layout.destination, layout.destinationMask, width);
  if (destination !== undefined && (inverted & INVERTS.destination) === 0)
    matched.destination = destination;
  const protocol = viewOf(bytes).getUint16(layout.protocol, HOST_LE);
  if (protocol !== 0 && (inverted & INVERTS.protocol) === 0)
    matched.protocol = ipProtocol(protocol);
  readMatches(bytes.subarray(layout.size, targetOffset), matched);
  return matched;
};

/** struct xt_entry_match: u16 size, char name[29], u8 revision, then its data. */
const readMatches = (bytes: Uint8Array, matched: Matched): void => {
  let at = 0;
  while (at + XT_TARGET_LEN <= bytes.length) {
    const size = viewOf(bytes).getUint16(at, HOST_LE);
    if (size < XT_TARGET_LEN) return;
    const name = cString(bytes.subarray(at + 2, at + XT_TARGET_LEN - 1));
    readPortMatch(name, bytes.subarray(at + XT_TARGET_LEN, at + size), matched);
    at += size;
  }
};

/** Splits the block; each entry says where its target and the next entry are. */
export const readEntries = (
  layout: Layout,
  block: Uint8Array,
): E.Either<WireError, ReadonlyArray<Entry>> => {
  const entries: Entry[] = [];
  let at = 0;
  while (at < block.length) {
    if (at + layout.size > block.length)
      return E.left(wireError(at, `${block.length - at} bytes, too few for an entry`));
    const view = viewOf(block.subarray(at));
    const targetOffset = view.getUint16(layout.targetOffset, HOST_LE);
    const next = view.getUint16(layout.targetOffset + 2, HOST_LE);
    if (
      targetOffset < layout.size ||
      targetOffset + XT_TARGET_LEN > next ||
      at + next > block.length
    )
      return E.left(wireError(at, `an entry of ${next} bytes with its target at ${targetOffset}`));
    const bytes = block.subarray(at, at + next);
    const target = bytes.subarray(targetOffset);
    entries.push({
      at,
      conditions: `${hexText(bytes.subarray(0, layout.inverted + 1))} ${hexText(bytes.subarray(layout.size, targetOffset))}`,
      target: cString(target.subarray(2, XT_TARGET_LEN - 1)),
      info: target.subarray(XT_TARGET_LEN),
      matched: matchedBy(layout, bytes, targetOffset),
    });
    at += next;
  }
  return E.right(entries);
};
