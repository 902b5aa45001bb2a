/** A host's answers to ARP, neighbor discovery and echo requests: frames in, frames out, no sockets. */
import * as t from 'io-ts';
import {
  ARPOP_REPLY,
  ARPOP_REQUEST,
  type ArpPacket,
  decodeArp,
  encodeArp,
} from '../executor/frames/arp.js';
import {
  decodeEthernet,
  ETH_P_ARP,
  ETH_P_IP,
  ETH_P_IPV6,
  encodeEthernet,
  isGroupAddress,
} from '../executor/frames/ethernet.js';
import {
  decodeIcmp,
  decodeIcmp6,
  encodeIcmp,
  encodeIcmp6,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  type IcmpMessage,
} from '../executor/frames/icmp.js';
import { decodeIpv4, encodeIpv4, IPPROTO_ICMP } from '../executor/frames/ipv4.js';
import {
  DEFAULT_HOP_LIMIT,
  decodeIpv6,
  encodeIpv6,
  IPPROTO_ICMPV6,
  type Ipv6Packet,
} from '../executor/frames/ipv6.js';
import {
  ALL_NODES,
  decodeNdp,
  encodeAdvertisement,
  NDISC_HOPLIMIT,
  type NeighborMessage,
} from '../executor/frames/ndp.js';
import { formatAddress } from '../plan/model/address.js';
import { closed } from '../plan/model/closed.js';
import type { AcceptedNetwork } from './contract/accepted.js';
import { type Interface, interfacesOf } from './interface.js';
import { learn } from './neighbor-table.js';
import { framed, type OutgoingPacket, routed } from './output.js';

/** Requests answered, of both families where there are two. */
export const Counters = closed('Counters', { arp: t.number, ndp: t.number, echo: t.number });
export type Counters = t.TypeOf<typeof Counters>;

type Counting = { -readonly [K in keyof Counters]: Counters[K] };

export const zeroCounters = (): Counting => ({ arp: 0, ndp: 0, echo: 0 });

export interface Stack {
  /**
   * Takes one frame that came in by NIC number `nic` of the accepted network (of `frame` nothing is kept),
   * and gives the frames to send by the same NIC. No bytes make it throw.
   */
  readonly receive: (nic: number, frame: Uint8Array) => ReadonlyArray<Uint8Array>;
  readonly counters: Counters;
}

/** What one frame is handled with. */
interface Receiving {
  readonly nic: Interface;
  readonly counters: Counting;
}

type Frames = ReadonlyArray<Uint8Array>;
const NO_FRAMES: Frames = [];

/**
 * The stack of an accepted network. Its state is the neighbor tables of its NICs and the counters.
 *
 * A NIC answers for its own addresses only, and by the NIC that asked, as gVisor's does (a strong host).
 * There is no timer: a request for a link address that was lost is made again with the next packet.
 */
export const createStack = (
  network: AcceptedNetwork,
  counters: Counting = zeroCounters(),
): Stack => {
  const interfaces = interfacesOf(network);
  const receive = (index: number, frame: Uint8Array): Frames => {
    const nic = interfaces[index];
    if (nic === undefined) return NO_FRAMES;
    return nic.mac === null
      ? receivePacket({ nic, counters }, frame)
      : receiveEthernet({ nic, counters }, nic.mac, frame);
  };
  return { receive, counters };
};

/** A link without MAC headers: the first four bits say which IP it is. */
const receivePacket = (context: Receiving, packet: Uint8Array): Frames =>
  (packet[0] ?? 0) >> 4 === 4 ? receiveIpv4(context, packet) : receiveIpv6(context, packet, null);

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * Frames for another station are dropped, and so are frames from this one: a packet socket also sees what
 * others send by its link (PACKET_OUTGOING), such as the kernel's own router solicitations.
 */
const receiveEthernet = (context: Receiving, mac: Uint8Array, bytes: Uint8Array): Frames => {
  const frame = decodeEthernet(bytes);
  if (frame === null || equal(frame.source, mac)) return NO_FRAMES;
  if (!isGroupAddress(frame.destination) && !equal(frame.destination, mac)) return NO_FRAMES;
  switch (frame.type) {
    case ETH_P_ARP:
      return receiveArp(context, mac, frame.payload);
    case ETH_P_IP:
      return receiveIpv4(context, frame.payload);
    case ETH_P_IPV6:
      return receiveIpv6(context, frame.payload, mac);
    default:
      return NO_FRAMES;
  }
};

/** True for what one host may have as a source: not unspecified, not multicast or broadcast, not ours. */
const isForeignUnicast = (nic: Interface, address: Uint8Array): boolean => {
  const first = address[0] ?? 0;
  const unicast = address.length === 4 ? first > 0 && first < 224 : first !== 0xff;
  return (
    unicast && address.some((byte) => byte !== 0) && !nic.addresses.has(formatAddress(address))
  );
};

/** What waited for `address`, now that it is known to be at `mac`. */
const released = (nic: Interface, address: Uint8Array, mac: Uint8Array): Frames =>
  isGroupAddress(mac)
    ? NO_FRAMES
    : learn(nic.neighbors, formatAddress(address), mac).map((packet) => framed(nic, mac, packet));

const receiveArp = (context: Receiving, mac: Uint8Array, bytes: Uint8Array): Frames => {
  const { nic } = context;
  const packet = decodeArp(bytes);
  if (packet === null || !nic.addresses.has(formatAddress(packet.targetAddress))) return NO_FRAMES;
  const waited = isForeignUnicast(nic, packet.senderAddress)
    ? released(nic, packet.senderAddress, packet.senderMac)
    : NO_FRAMES; // a probe (RFC 5227) tells no address
  return packet.operation === ARPOP_REQUEST ? [answerArp(context, mac, packet), ...waited] : waited;
};

const answerArp = ({ counters }: Receiving, mac: Uint8Array, request: ArpPacket): Uint8Array => {
  counters.arp += 1;
  const payload = encodeArp({
    operation: ARPOP_REPLY,
    senderMac: mac,
    senderAddress: request.targetAddress,
    targetMac: request.senderMac,
    targetAddress: request.senderAddress,
  });
  return encodeEthernet({ destination: request.senderMac, source: mac, type: ETH_P_ARP, payload });
};

const receiveIpv4 = (context: Receiving, bytes: Uint8Array): Frames => {
  const { nic, counters } = context;
  const packet = decodeIpv4(bytes);
  if (packet === null || packet.protocol !== IPPROTO_ICMP) return NO_FRAMES;
  if (!nic.addresses.has(formatAddress(packet.destination))) return NO_FRAMES;
  const message = decodeIcmp(packet.payload);
  if (message?.type !== ICMP_ECHO || message.code !== 0) return NO_FRAMES;
  if (!isForeignUnicast(nic, packet.source)) return NO_FRAMES;
  const reply: OutgoingPacket = {
    source: packet.destination,
    destination: packet.source,
    bytes: encodeIpv4({
      protocol: IPPROTO_ICMP,
      source: packet.destination,
      destination: packet.source,
      payload: encodeIcmp({ ...message, type: ICMP_ECHOREPLY }),
    }),
  };
  counters.echo += 1;
  return routed(nic, reply);
};

const icmp6 = (
  source: Uint8Array,
  destination: Uint8Array,
  hopLimit: number,
  message: IcmpMessage,
): OutgoingPacket => {
  const ends = { source, destination };
  const payload = encodeIcmp6(message, ends);
  const bytes = encodeIpv6({ ...ends, nextHeader: IPPROTO_ICMPV6, hopLimit, payload });
  return { ...ends, bytes };
};

/** `mac` is null on a link without MAC headers, where there are no neighbors to discover. */
const receiveIpv6 = (context: Receiving, bytes: Uint8Array, mac: Uint8Array | null): Frames => {
  const packet = decodeIpv6(bytes);
  if (packet === null || packet.nextHeader !== IPPROTO_ICMPV6) return NO_FRAMES;
  const message = decodeIcmp6(packet);
  if (message === null) return NO_FRAMES;
  if (message.type === ICMPV6_ECHO_REQUEST && message.code === 0)
    return answerEcho6(context, packet, message);
  const neighbor = decodeNdp(message);
  return neighbor === null || mac === null || packet.hopLimit !== NDISC_HOPLIMIT
    ? NO_FRAMES
    : receiveNeighbor(context, mac, packet, neighbor);
};

const answerEcho6 = (
  { nic, counters }: Receiving,
  packet: Ipv6Packet,
  echo: IcmpMessage,
): Frames => {
  if (!nic.addresses.has(formatAddress(packet.destination))) return NO_FRAMES;
  if (!isForeignUnicast(nic, packet.source)) return NO_FRAMES;
  counters.echo += 1;
  const message = { ...echo, type: ICMPV6_ECHO_REPLY };
  return routed(nic, icmp6(packet.destination, packet.source, DEFAULT_HOP_LIMIT, message));
};

const receiveNeighbor = (
  context: Receiving,
  mac: Uint8Array,
  packet: Ipv6Packet,
  message: NeighborMessage,
): Frames =>
  message.kind === 'solicitation'
    ? answerSolicitation(context, mac, packet, message)
    : receiveAdvertisement(context, message);

/**
 * Answers the sender, or all nodes when it only asks whether the address is taken (source `::`). Sent to
 * the solicited-node group or, as reachability probes are, to the address itself.
 */
const answerSolicitation = (
  { nic, counters }: Receiving,
  mac: Uint8Array,
  packet: Ipv6Packet,
  { target, linkAddress }: NeighborMessage,
): Frames => {
  if (!nic.addresses.has(formatAddress(target))) return NO_FRAMES;
  const solicited = isForeignUnicast(nic, packet.source);
  const destination = solicited ? packet.source : ALL_NODES;
  const waited =
    solicited && linkAddress !== null ? released(nic, packet.source, linkAddress) : NO_FRAMES;
  counters.ndp += 1;
  const advertisement = encodeAdvertisement(target, mac, solicited);
  return [...waited, ...routed(nic, icmp6(target, destination, NDISC_HOPLIMIT, advertisement))];
};

/** Taken only for a neighbor that is known or asked for. Source: RFC 4861 section 7.2.5. */
const receiveAdvertisement = (
  { nic }: Receiving,
  { target, linkAddress }: NeighborMessage,
): Frames =>
  linkAddress !== null && nic.neighbors.has(formatAddress(target))
    ? released(nic, target, linkAddress)
    : NO_FRAMES;
