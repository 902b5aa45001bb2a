/** The way out of a NIC: next hop, link address, and the frame or the question that is sent. */
import { ETH_P_IP, ETH_P_IPV6, encodeEthernet } from '../executor/frames/ethernet.js';
import { multicastMac } from '../executor/frames/ndp.js';
import { questionFrame } from '../executor/frames/question.js';
import { formatAddress } from '../plan/model/address.js';
import { type Interface, nextHop } from './interface.js';
import { resolve, type WaitingPacket } from './neighbor-table.js';

/** An IP packet with its ends, 4 or 16 bytes each. */
export interface OutgoingPacket {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * The frames that `packet` takes: itself, or a question for the next hop's link address while it waits,
 * or nothing without a route or beyond the MTU.
 */
export const routed = (nic: Interface, packet: OutgoingPacket): ReadonlyArray<Uint8Array> => {
  if (packet.bytes.length > nic.mtu) return [];
  const type = packet.destination.length === 4 ? ETH_P_IP : ETH_P_IPV6;
  const out = { type, bytes: packet.bytes };
  if (packet.destination.length === 16 && packet.destination[0] === 0xff)
    return [framed(nic, multicastMac(packet.destination), out)];
  const hop = nextHop(nic, packet.destination);
  if (hop === null) return [];
  if (nic.mac === null) return [packet.bytes];
  const known = resolve(nic.neighbors, formatAddress(hop), out);
  return [known === null ? questionFrame(nic.mac, packet.source, hop) : framed(nic, known, out)];
};

/** `packet` to the station `destination`; bare on a link without MAC headers. */
export const framed = (
  nic: Interface,
  destination: Uint8Array,
  packet: WaitingPacket,
): Uint8Array =>
  nic.mac === null
    ? packet.bytes
    : encodeEthernet({
        destination,
        source: nic.mac,
        type: packet.type,
        payload: packet.bytes,
      });
