/** The frame that asks a segment who has an address: an ARP request, or a neighbor solicitation. */
import { ARPOP_REQUEST, encodeArp } from './arp.js';
import { BROADCAST, ETH_P_ARP, ETH_P_IPV6, encodeEthernet } from './ethernet.js';
import { encodeIcmp6 } from './icmp.js';
import { encodeIpv6, IPPROTO_ICMPV6 } from './ipv6.js';
import { encodeSolicitation, multicastMac, NDISC_HOPLIMIT, solicitedNodeGroup } from './ndp.js';

const arpRequest = (mac: Uint8Array, source: Uint8Array, target: Uint8Array): Uint8Array =>
  encodeEthernet({
    destination: BROADCAST,
    source: mac,
    type: ETH_P_ARP,
    payload: encodeArp({
      operation: ARPOP_REQUEST,
      senderMac: mac,
      senderAddress: source,
      targetMac: new Uint8Array(6),
      targetAddress: target,
    }),
  });

const solicitation = (mac: Uint8Array, source: Uint8Array, target: Uint8Array): Uint8Array => {
  const ends = { source, destination: solicitedNodeGroup(target) };
  const unspecified = source.every((byte) => byte === 0);
  return encodeEthernet({
    destination: multicastMac(ends.destination),
    source: mac,
    type: ETH_P_IPV6,
    payload: encodeIpv6({
      ...ends,
      nextHeader: IPPROTO_ICMPV6,
      hopLimit: NDISC_HOPLIMIT,
      payload: encodeIcmp6(encodeSolicitation(target, unspecified ? null : mac), ends),
    }),
  });
};

/**
 * Asks who has `target`, 4 or 16 bytes, from `source` of the same length and the station `mac`, 6 bytes.
 * From the unspecified address nobody learns a neighbor from it: an ARP probe, or the solicitation of
 * duplicate address detection, which has no link-layer option.
 * Source: RFC 826; RFC 5227 section 2.1.1; RFC 4861 section 4.3.
 */
export const questionFrame = (
  mac: Uint8Array,
  source: Uint8Array,
  target: Uint8Array,
): Uint8Array =>
  target.length === 4 ? arpRequest(mac, source, target) : solicitation(mac, source, target);
