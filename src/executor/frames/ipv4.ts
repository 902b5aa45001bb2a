/** IPv4 packets, whole ones only: a fragment is not decoded. Source: RFC 791. */
import { checksumOf, sum16 } from './checksum.js';

const MIN_HEADER = 20;
const DONT_FRAGMENT = 0x4000;
/** MF and the fragment offset. */
const FRAGMENT = 0x3fff;
const DEFAULT_TTL = 64; // IPDEFTTL in linux/ip.h

export const IPPROTO_ICMP = 1; // linux/in.h

/** Addresses are 4 bytes each; `protocol` an IPPROTO_* value. */
export interface Ipv4Packet {
  readonly protocol: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Views into `bytes`, cut to the packet's own length (Ethernet pads short frames). Options are skipped.
 * Null for another version, lengths that do not fit, a wrong header checksum, and fragments.
 */
export const decodeIpv4 = (bytes: Uint8Array): Ipv4Packet | null => {
  if (bytes.length < MIN_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  const headerLength = (first & 0x0f) * 4;
  const length = view.getUint16(2);
  if (first >> 4 !== 4 || headerLength < MIN_HEADER) return null;
  if (length < headerLength || length > bytes.length) return null;
  if (checksumOf(sum16(bytes.subarray(0, headerLength))) !== 0) return null;
  if ((view.getUint16(6) & FRAGMENT) !== 0) return null;
  return {
    protocol: view.getUint8(9),
    source: bytes.subarray(12, 16),
    destination: bytes.subarray(16, 20),
    payload: bytes.subarray(headerLength, length),
  };
};

/**
 * A packet without options, TTL 64, that must not be fragmented: so its identification may be 0
 * (RFC 6864 section 4.1). Throws a RangeError on a payload over 65,515 bytes.
 */
export const encodeIpv4 = (packet: Ipv4Packet): Uint8Array => {
  const length = MIN_HEADER + packet.payload.length;
  if (length > 0xffff) throw new RangeError(`IPv4 packet of ${length} bytes`);
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint8(0, (4 << 4) | (MIN_HEADER / 4));
  view.setUint16(2, length);
  view.setUint16(6, DONT_FRAGMENT);
  view.setUint8(8, DEFAULT_TTL);
  view.setUint8(9, packet.protocol);
  out.set(packet.source, 12);
  out.set(packet.destination, 16);
  view.setUint16(10, checksumOf(sum16(out.subarray(0, MIN_HEADER))));
  out.set(packet.payload, MIN_HEADER);
  return out;
};
