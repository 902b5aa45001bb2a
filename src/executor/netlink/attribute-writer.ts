/** Writing netlink attributes: the payload of a request. */
import * as E from 'fp-ts/lib/Either.js';
import { parseAddress } from '../../plan/model/address.js';
import { kernelBytes } from '../../plan/model/kernel-text.js';
import type { RawAttributes } from '../../plan/model/state.js';
import { HOST_LE } from '../linux/byte-order.js';
import { NLA_F_NESTED, NLA_HDRLEN } from './abi.js';
import type { WireError } from './failure.js';
import { align4, wireError } from './message.js';

/** Values as bytes in host order. */
export const u8Bytes = (value: number): Uint8Array => Uint8Array.of(value);
export const u16Bytes = (value: number): Uint8Array => {
  const out = new Uint8Array(2);
  new DataView(out.buffer).setUint16(0, value, HOST_LE);
  return out;
};
export const u32Bytes = (...values: ReadonlyArray<number>): Uint8Array => {
  const out = new Uint8Array(4 * values.length);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value, HOST_LE);
  });
  return out;
};
/** A string that the reader gave, with its NUL. */
export const textBytes = (value: string): Uint8Array => Uint8Array.of(...kernelBytes(value), 0);

/**
 * Builds a payload: a fixed header, then attributes. As in the reader, the first thing that cannot be
 * written stays in `error`.
 */
export class AttributeWriter {
  error: WireError | null = null;
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** Bytes as they are: a fixed header, or attributes that were built apart. */
  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  /** An attribute, padded to a multiple of 4; nla_len does not count the padding. */
  attribute(type: number, value: Uint8Array): this {
    const nlaLength = NLA_HDRLEN + value.length;
    if (nlaLength > 0xffff) return this.fail(`attribute ${type} of ${value.length} bytes`);
    const out = new Uint8Array(align4(nlaLength));
    const view = new DataView(out.buffer);
    view.setUint16(0, nlaLength, HOST_LE);
    view.setUint16(2, type, HOST_LE);
    out.set(value, NLA_HDRLEN);
    return this.raw(out);
  }

  /** What `other` has built. */
  append(other: AttributeWriter): this {
    this.error ??= other.error;
    return this.raw(other.bytes());
  }

  nested(type: number, inner: AttributeWriter): this {
    return this.containing(type | NLA_F_NESTED, inner);
  }

  /** An attribute whose value `inner` has built and which is not a nest by the kernel's definition. */
  containing(type: number, inner: AttributeWriter): this {
    this.error ??= inner.error;
    return this.attribute(type, inner.bytes());
  }

  /** Attributes that were kept as hex, by type. */
  kept(other: RawAttributes | undefined): this {
    for (const [type, hex] of Object.entries(other ?? {}))
      this.attribute(Number(type), Uint8Array.from(Buffer.from(hex, 'hex')));
    return this;
  }

  address(type: number, address: string): this {
    return this.attribute(type, this.addressBytes(address));
  }

  /** Bytes of `address` in network order, none (and an error) where it is not one. */
  addressBytes(address: string): Uint8Array {
    const bytes = parseAddress(address);
    if (bytes === null) this.fail(`not an IP address: ${address}`);
    return bytes ?? new Uint8Array();
  }

  /** `value`, or 0 and an error that names what was `wanted`. */
  known(value: number | null, wanted: string): number {
    if (value === null) this.fail(`not a number or a known name: ${wanted}`);
    return value ?? 0;
  }

  /** Bytes so far. */
  get size(): number {
    return this.length;
  }

  fail(problem: string): this {
    this.error ??= wireError(this.length, problem);
    return this;
  }

  finish(): E.Either<WireError, Uint8Array> {
    return this.error === null ? E.right(this.bytes()) : E.left(this.error);
  }

  /** What has been built; only for payloads that cannot be wrong. Others take `finish`. */
  bytes(): Uint8Array {
    const out = new Uint8Array(this.length);
    let offset = 0;
    for (const part of this.parts) {
      out.set(part, offset);
      offset += part.length;
    }
    return out;
  }
}
