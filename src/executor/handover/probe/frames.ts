/** The frames of a probe: an ARP probe or a neighbor solicitation, and who an answer says has the address. */
import { formatAddress } from '../../../plan/model/address.js';
import { formatLinkAddress } from '../../../plan/model/link-address.js';
import { decodeArp } from '../../frames/arp.js';
import { decodeEthernet, ETH_P_ARP, ETH_P_IPV6 } from '../../frames/ethernet.js';
import { decodeIcmp6 } from '../../frames/icmp.js';
import { decodeIpv6, IPPROTO_ICMPV6 } from '../../frames/ipv6.js';
import { decodeNdp, NDISC_HOPLIMIT } from '../../frames/ndp.js';
import { questionFrame } from '../../frames/question.js';

/** Who asks. */
export interface Asker {
  /** 6 bytes */
  readonly mac: Uint8Array;
  /** 16 bytes; null: the question is the one of duplicate address detection, from `::` */
  readonly linkLocal: Uint8Array | null;
}

/** Who has an address. */
export interface Claim {
  /** as formatAddress writes it */
  readonly address: string;
  /** lower-case hex with colons */
  readonly mac: string;
}

/** The frame that asks the segment who has `target`, 4 or 16 bytes; IPv4 is asked from 0.0.0.0. */
export const probeFrame = ({ mac, linkLocal }: Asker, target: Uint8Array): Uint8Array => {
  const unspecified = new Uint8Array(target.length);
  const source = target.length === 4 ? unspecified : (linkLocal ?? unspecified);
  return questionFrame(mac, source, target);
};

const neighborClaim = (payload: Uint8Array, source: Uint8Array): Claim | null => {
  const packet = decodeIpv6(payload);
  if (packet?.nextHeader !== IPPROTO_ICMPV6 || packet.hopLimit !== NDISC_HOPLIMIT) return null;
  const message = decodeIcmp6(packet);
  const neighbor = message === null ? null : decodeNdp(message);
  if (neighbor?.kind !== 'advertisement') return null;
  return {
    address: formatAddress(neighbor.target),
    mac: formatLinkAddress(neighbor.linkAddress ?? source),
  };
};

/**
 * Who the frame says has which address, or null where it says nothing of the kind. Of ARP, requests too:
 * who asks in the name of an address uses it (RFC 5227 section 2.1.1).
 */
export const claimOf = (frame: Uint8Array): Claim | null => {
  const ethernet = decodeEthernet(frame);
  if (ethernet?.type === ETH_P_IPV6) return neighborClaim(ethernet.payload, ethernet.source);
  if (ethernet?.type !== ETH_P_ARP) return null;
  const arp = decodeArp(ethernet.payload);
  return arp === null
    ? null
    : { address: formatAddress(arp.senderAddress), mac: formatLinkAddress(arp.senderMac) };
};
