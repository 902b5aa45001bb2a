/** Ethernet II frames: 14 bytes of header and the payload; no VLAN tag, no frame check sequence. */

export const ETH_HLEN = 14; // linux/if_ether.h
export const ETH_P_IP = 0x0800; // linux/if_ether.h
export const ETH_P_ARP = 0x0806; // linux/if_ether.h
export const ETH_P_IPV6 = 0x86dd; // linux/if_ether.h

/** Addresses are 6 bytes each; `type` an ETH_P_* value. */
export interface EthernetFrame {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly type: number;
  readonly payload: Uint8Array;
}

/** ff:ff:ff:ff:ff:ff */
export const BROADCAST: Uint8Array = new Uint8Array(6).fill(0xff);

/** Views into `bytes`; null when shorter than a header. */
export const decodeEthernet = (bytes: Uint8Array): EthernetFrame | null =>
  bytes.length < ETH_HLEN
    ? null
    : {
        destination: bytes.subarray(0, 6),
        source: bytes.subarray(6, 12),
        type: ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0),
        payload: bytes.subarray(ETH_HLEN),
      };

/** Not padded to the wire's minimum of 60 bytes: the driver does that. */
export const encodeEthernet = (frame: EthernetFrame): Uint8Array => {
  const out = new Uint8Array(ETH_HLEN + frame.payload.length);
  out.set(frame.destination, 0);
  out.set(frame.source, 6);
  out[12] = frame.type >> 8;
  out[13] = frame.type & 0xff;
  out.set(frame.payload, ETH_HLEN);
  return out;
};

/** True for multicast and broadcast addresses: the first bit on the wire. Source: IEEE 802, I/G bit. */
export const isGroupAddress = (mac: Uint8Array): boolean => ((mac[0] ?? 0) & 1) === 1;
