/** IPv6 packets without extension headers: neither a ping nor neighbor discovery has any. Source: RFC 8200. */

const IPV6_HEADER = 40;
export const DEFAULT_HOP_LIMIT = 64; // IPV6_DEFAULT_HOPLIMIT in linux/ipv6.h

export const IPPROTO_ICMPV6 = 58; // linux/in6.h

/** Addresses are 16 bytes each; `nextHeader` an IPPROTO_* value. */
export interface Ipv6Packet {
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly payload: Uint8Array;
}

/** Views into `bytes`, cut to the packet's own length; null for another version or a length that does not fit. */
export const decodeIpv6 = (bytes: Uint8Array): Ipv6Packet | null => {
  if (bytes.length < IPV6_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const payloadLength = view.getUint16(4);
  if (view.getUint8(0) >> 4 !== 6 || IPV6_HEADER + payloadLength > bytes.length) return null;
  return {
    nextHeader: view.getUint8(6),
    hopLimit: view.getUint8(7),
    source: bytes.subarray(8, 24),
    destination: bytes.subarray(24, 40),
    payload: bytes.subarray(IPV6_HEADER, IPV6_HEADER + payloadLength),
  };
};

/** Throws a RangeError on a payload over 65,535 bytes. */
export const encodeIpv6 = (packet: Ipv6Packet): Uint8Array => {
  const { length } = packet.payload;
  if (length > 0xffff) throw new RangeError(`IPv6 payload of ${length} bytes`);
  const out = new Uint8Array(IPV6_HEADER + length);
  const view = new DataView(out.buffer);
  view.setUint8(0, 6 << 4);
  view.setUint16(4, length);
  view.setUint8(6, packet.nextHeader);
  view.setUint8(7, packet.hopLimit);
  out.set(packet.source, 8);
  out.set(packet.destination, 24);
  out.set(packet.payload, IPV6_HEADER);
  return out;
};
