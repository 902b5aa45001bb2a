/** Reading netlink attributes: a cursor that never leaves its range. */
import { formatAddress } from '../../plan/model/address.js';
import { kernelText } from '../../plan/model/kernel-text.js';
import { formatLinkAddress } from '../../plan/model/link-address.js';
import {
  type Family,
  type IpAddress,
  type LinkAddress,
  trusted,
} from '../../plan/model/scalars.js';
import { AF_INET, AF_INET6 } from '../linux/abi.js';
import { HOST_LE } from '../linux/byte-order.js';
import { NLA_HDRLEN, NLA_TYPE_MASK } from './abi.js';
import type { WireError } from './failure.js';
import { align4, wireError } from './message.js';

/** Bytes of an address: 4 or 16. */
export const addressLength = (family: Family): 4 | 16 => (family === 'inet' ? 4 : 16);

/** AF_INET and AF_INET6 by iproute2's names; null for the other families that answer an AF_UNSPEC dump. */
export const familyOfAf = (af: number): Family | null => {
  if (af === AF_INET) return 'inet';
  return af === AF_INET6 ? 'inet6' : null;
};

export const afOfFamily = (family: Family): number => (family === 'inet' ? AF_INET : AF_INET6);

/** Bytes as lower-case hex, as unknown attributes are kept. */
export const hexText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/**
 * Walks the attributes of `payload` after its fixed header of `headerLength` bytes.
 *
 * `next` moves to an attribute and says whether there is one; `type` and the value methods are about
 * that one. The first thing that is wrong (a length that lies, a value of the wrong size) stays in
 * `error`, ends the walk, and makes every value zero or empty: callers check `error` once, at the end.
 * Source: struct nlattr and NLA_ALIGN in linux/netlink.h.
 */
export class AttributeReader {
  /** nla_type without NLA_F_NESTED and NLA_F_NET_BYTEORDER: the only place that masks them */
  type = 0;
  error: WireError | null = null;
  private readonly payload: Uint8Array;
  private readonly view: DataView;
  private readonly end: number;
  private start = 0;
  private length = 0;
  private following: number;

  constructor(payload: Uint8Array, headerLength: number, end = payload.length) {
    this.payload = payload;
    this.view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    this.following = headerLength;
    this.end = end;
    if (headerLength > end)
      this.fail(end, `${end} bytes, shorter than a header of ${headerLength}`);
  }

  /** A field of the fixed header, 0 where the payload is too short for it. */
  headerU8(offset: number): number {
    return this.payload[offset] ?? 0;
  }
  headerU16(offset: number): number {
    return offset + 2 <= this.end ? this.view.getUint16(offset, HOST_LE) : 0;
  }
  headerU32(offset: number): number {
    return offset + 4 <= this.end ? this.view.getUint32(offset, HOST_LE) : 0;
  }

  next(): boolean {
    const left = this.end - this.following;
    if (left <= 0 || this.error !== null) return false; // the last attribute may be unpadded
    const at = this.following;
    if (left < NLA_HDRLEN) return this.fail(at, `${left} trailing bytes`);
    const nlaLength = this.view.getUint16(at, HOST_LE);
    if (nlaLength < NLA_HDRLEN || nlaLength > left)
      return this.fail(at, `nla_len ${nlaLength} is not in ${NLA_HDRLEN}..${left}`);
    this.type = this.view.getUint16(at + 2, HOST_LE) & NLA_TYPE_MASK;
    this.start = at + NLA_HDRLEN;
    this.length = nlaLength - NLA_HDRLEN;
    this.following = at + align4(nlaLength);
    return true;
  }

  /** Records what is wrong, at `offset` bytes of the payload, and ends the walk. */
  fail(offset: number, problem: string): false {
    this.error ??= wireError(offset, problem);
    return false;
  }

  /** Records that this attribute is wrong. */
  reject(problem: string): void {
    this.fail(this.start - NLA_HDRLEN, `attribute ${this.type}: ${problem}`);
  }

  private sized(bytes: number): boolean {
    if (this.length === bytes) return true;
    this.reject(`${this.length} bytes instead of ${bytes}`);
    return false;
  }

  u8(): number {
    return this.sized(1) ? this.view.getUint8(this.start) : 0;
  }
  u16(): number {
    return this.sized(2) ? this.view.getUint16(this.start, HOST_LE) : 0;
  }
  u32(): number {
    return this.sized(4) ? this.view.getUint32(this.start, HOST_LE) : 0;
  }

  /** A number in network order, as netfilter sends all of them. */
  be32(): number {
    return this.sized(4) ? this.view.getUint32(this.start, false) : 0;
  }
  be64(): bigint {
    return this.sized(8) ? this.view.getBigUint64(this.start, false) : 0n;
  }

  /** A view of the value: valid as long as the receive buffer is. */
  bytes(): Uint8Array {
    return this.payload.subarray(this.start, this.start + this.length);
  }
  hex(): string {
    return hexText(this.bytes());
  }

  /** A string up to its NUL, or up to the end where it has none; bytes that are not UTF-8 are kept (kernel-text.ts). */
  string(): string {
    const bytes = this.bytes();
    const nul = bytes.indexOf(0);
    return kernelText(nul < 0 ? bytes : bytes.subarray(0, nul));
  }

  /** Bytes of the value. */
  get size(): number {
    return this.length;
  }

  /** A field of a structure in this attribute, at `offset` bytes of the value. */
  u8At(offset: number): number {
    return this.holds(offset, 1) ? this.view.getUint8(this.start + offset) : 0;
  }
  u16At(offset: number): number {
    return this.holds(offset, 2) ? this.view.getUint16(this.start + offset, HOST_LE) : 0;
  }
  u32At(offset: number): number {
    return this.holds(offset, 4) ? this.view.getUint32(this.start + offset, HOST_LE) : 0;
  }

  private holds(offset: number, bytes: number): boolean {
    if (offset + bytes <= this.length) return true;
    this.reject(`${this.length} bytes, too short for a field at ${offset}`);
    return false;
  }

  address(family: Family): IpAddress {
    return this.addressAt(family, 0);
  }

  /** struct rtvia: u16 family, then its address. Source: linux/rtnetlink.h. */
  via(): IpAddress {
    const family = familyOfAf(this.u16At(0));
    if (family !== null) return this.addressAt(family, 2);
    this.reject('neither AF_INET nor AF_INET6');
    return trusted.ipAddress('');
  }

  private addressAt(family: Family, skip: number): IpAddress {
    const size = addressLength(family);
    if (!this.sized(skip + size)) return trusted.ipAddress('');
    const from = this.start + skip;
    return trusted.ipAddress(formatAddress(this.payload.subarray(from, from + size)));
  }

  /** Link-layer address in colons, or null where it has no bytes (point-to-point devices). */
  linkAddress(): LinkAddress | null {
    return this.length === 0 ? null : formatLinkAddress(this.bytes());
  }

  /** Calls `visit` for each attribute inside this one; what it finds wrong is wrong here too. */
  nested(visit: (inner: AttributeReader) => void): void {
    this.within(0, this.length, visit);
  }

  /** As `nested`, for attributes that lie `from` bytes inside this one and end at `to`. */
  within(from: number, to: number, visit: (inner: AttributeReader) => void): void {
    const inner = new AttributeReader(this.payload, this.start + from, this.start + to);
    while (inner.next()) visit(inner);
    this.error ??= inner.error;
  }
}
