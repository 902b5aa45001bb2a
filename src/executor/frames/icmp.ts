/** ICMP and ICMPv6 messages: type, code and body under a checksum. Source: RFC 792; RFC 4443. */
import { checksumOf, pseudoHeaderSum, sum16 } from './checksum.js';
import { IPPROTO_ICMPV6, type Ipv6Packet } from './ipv6.js';

const ICMP_HEADER = 4;

export const ICMP_ECHOREPLY = 0; // linux/icmp.h
export const ICMP_ECHO = 8; // linux/icmp.h
export const ICMPV6_ECHO_REQUEST = 128; // linux/icmpv6.h
export const ICMPV6_ECHO_REPLY = 129; // linux/icmpv6.h

/** `body` is all after the checksum: for an echo, identifier, sequence number and data. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  readonly body: Uint8Array;
}

/** Where an ICMPv6 message goes: part of its checksum. */
export type Ipv6Ends = Pick<Ipv6Packet, 'source' | 'destination'>;

const decode = (bytes: Uint8Array, pseudoHeader: number): IcmpMessage | null =>
  bytes.length < ICMP_HEADER || checksumOf(sum16(bytes, pseudoHeader)) !== 0
    ? null
    : { type: bytes[0] ?? 0, code: bytes[1] ?? 0, body: bytes.subarray(ICMP_HEADER) };

const withChecksum = (message: IcmpMessage, pseudoHeader: number): Uint8Array => {
  const out = new Uint8Array(ICMP_HEADER + message.body.length);
  out[0] = message.type;
  out[1] = message.code;
  out.set(message.body, ICMP_HEADER);
  const checksum = checksumOf(sum16(out, pseudoHeader));
  out[2] = checksum >> 8;
  out[3] = checksum & 0xff;
  return out;
};

const pseudoHeader = (ends: Ipv6Ends, length: number): number =>
  pseudoHeaderSum(ends.source, ends.destination, length, IPPROTO_ICMPV6);

/** A view into `bytes`; null when too short or when the checksum is wrong. */
export const decodeIcmp = (bytes: Uint8Array): IcmpMessage | null => decode(bytes, 0);

/** A view into the payload; null when too short or when the checksum is wrong. */
export const decodeIcmp6 = (packet: Ipv6Packet): IcmpMessage | null =>
  decode(packet.payload, pseudoHeader(packet, packet.payload.length));

export const encodeIcmp = (message: IcmpMessage): Uint8Array => withChecksum(message, 0);

export const encodeIcmp6 = (message: IcmpMessage, ends: Ipv6Ends): Uint8Array =>
  withChecksum(message, pseudoHeader(ends, ICMP_HEADER + message.body.length));
