/** ARP for IPv4 over Ethernet: 28 bytes. Source: RFC 826; linux/if_arp.h. */
import { ETH_P_IP } from './ethernet.js';

const ARP_LENGTH = 28;
const ARPHRD_ETHER = 1; // linux/if_arp.h

export const ARPOP_REQUEST = 1; // linux/if_arp.h
export const ARPOP_REPLY = 2; // linux/if_arp.h

/** MACs are 6 bytes, addresses 4. A sender address of 0.0.0.0 is a probe (RFC 5227). */
export interface ArpPacket {
  /** ARPOP_* */
  readonly operation: number;
  readonly senderMac: Uint8Array;
  readonly senderAddress: Uint8Array;
  readonly targetMac: Uint8Array;
  readonly targetAddress: Uint8Array;
}

/** Views into `bytes`, whose end may be padding; null for anything but IPv4 over Ethernet. */
export const decodeArp = (bytes: Uint8Array): ArpPacket | null => {
  if (bytes.length < ARP_LENGTH) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(0) !== ARPHRD_ETHER || view.getUint16(2) !== ETH_P_IP) return null;
  if (view.getUint8(4) !== 6 || view.getUint8(5) !== 4) return null;
  return {
    operation: view.getUint16(6),
    senderMac: bytes.subarray(8, 14),
    senderAddress: bytes.subarray(14, 18),
    targetMac: bytes.subarray(18, 24),
    targetAddress: bytes.subarray(24, 28),
  };
};

export const encodeArp = (packet: ArpPacket): Uint8Array => {
  const out = new Uint8Array(ARP_LENGTH);
  const view = new DataView(out.buffer);
  view.setUint16(0, ARPHRD_ETHER);
  view.setUint16(2, ETH_P_IP);
  view.setUint8(4, 6); // bytes in a MAC
  view.setUint8(5, 4); // bytes in an address
  view.setUint16(6, packet.operation);
  out.set(packet.senderMac, 8);
  out.set(packet.senderAddress, 14);
  out.set(packet.targetMac, 18);
  out.set(packet.targetAddress, 24);
  return out;
};
