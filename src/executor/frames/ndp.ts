/** Neighbor solicitations and advertisements, the ARP of IPv6. Source: RFC 4861 sections 4.3, 4.4 and 7. */
import type { IcmpMessage } from './icmp.js';

export const NDISC_NEIGHBOUR_SOLICITATION = 135; // net/ndisc.h
export const NDISC_NEIGHBOUR_ADVERTISEMENT = 136; // net/ndisc.h
/** Every neighbor discovery packet has it, so that no router can have forwarded it. */
export const NDISC_HOPLIMIT = 255; // net/ndisc.h

const ND_OPT_SOURCE_LL_ADDR = 1; // net/ndisc.h
const ND_OPT_TARGET_LL_ADDR = 2; // net/ndisc.h
/** Flags or zeros, then the target. */
const FIXED = 20;

const SOLICITED = 0x40;
const OVERRIDE = 0x20;

/** Both messages: 16 bytes of target, and the link address option that belongs to the message, 6 bytes. */
export interface NeighborMessage {
  readonly kind: 'solicitation' | 'advertisement';
  readonly target: Uint8Array;
  readonly linkAddress: Uint8Array | null;
}

const KINDS: { readonly [type: number]: NeighborMessage['kind'] } = {
  [NDISC_NEIGHBOUR_SOLICITATION]: 'solicitation',
  [NDISC_NEIGHBOUR_ADVERTISEMENT]: 'advertisement',
};

/**
 * The message, or null when it is another, its code is not 0, it is too short, or an option is empty or
 * longer than what is left. The caller checks the hop limit.
 */
export const decodeNdp = ({ type, code, body }: IcmpMessage): NeighborMessage | null => {
  const kind = KINDS[type];
  if (kind === undefined || code !== 0 || body.length < FIXED) return null;
  const wanted = kind === 'solicitation' ? ND_OPT_SOURCE_LL_ADDR : ND_OPT_TARGET_LL_ADDR;
  let linkAddress: Uint8Array | null = null;
  let offset = FIXED;
  while (offset < body.length) {
    const length = (body[offset + 1] ?? 0) * 8;
    if (length === 0 || offset + length > body.length) return null;
    if (body[offset] === wanted && length === 8)
      linkAddress = body.subarray(offset + 2, offset + 8);
    offset += length;
  }
  return { kind, target: body.subarray(4, FIXED), linkAddress };
};

const body = (
  flags: number,
  target: Uint8Array,
  option: number,
  mac: Uint8Array | null,
): Uint8Array => {
  const out = new Uint8Array(FIXED + (mac === null ? 0 : 8));
  out[0] = flags;
  out.set(target, 4);
  if (mac === null) return out;
  out[FIXED] = option;
  out[FIXED + 1] = 1; // in units of 8 bytes
  out.set(mac, FIXED + 2);
  return out;
};

/** Who has `target`? Tell `mac`; null, as it must be from `::`: tell all nodes (RFC 4861 section 4.3, RFC 4862 5.4.2). */
export const encodeSolicitation = (target: Uint8Array, mac: Uint8Array | null): IcmpMessage => ({
  type: NDISC_NEIGHBOUR_SOLICITATION,
  code: 0,
  body: body(0, target, ND_OPT_SOURCE_LL_ADDR, mac),
});

/** `target` is at `mac`, overriding what was known; `solicited` is false only in answer to `::` (RFC 4861 7.2.4). */
export const encodeAdvertisement = (
  target: Uint8Array,
  mac: Uint8Array,
  solicited: boolean,
): IcmpMessage => ({
  type: NDISC_NEIGHBOUR_ADVERTISEMENT,
  code: 0,
  body: body(OVERRIDE | (solicited ? SOLICITED : 0), target, ND_OPT_TARGET_LL_ADDR, mac),
});

/** ff02::1 */
export const ALL_NODES: Uint8Array = Uint8Array.of(0xff, 2, ...new Array(13).fill(0), 1);

/** ff02::1:ffXX:XXXX for the last 24 bits of `address`. Source: RFC 4291 section 2.7.1. */
export const solicitedNodeGroup = (address: Uint8Array): Uint8Array => {
  const out = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  out.set(address.subarray(13, 16), 13);
  return out;
};

/** 33:33 and the last 32 bits of the group. Source: RFC 2464 section 7. */
export const multicastMac = (group: Uint8Array): Uint8Array =>
  Uint8Array.of(0x33, 0x33, ...group.subarray(12, 16));
