/** `struct virtio_net_hdr`, which PACKET_VNET_HDR puts before every frame in both directions: 10 bytes. */
import { HOST_LE } from '../linux/byte-order.js';
import { checksumOf, sum16 } from './checksum.js';

/** flags u8, gso_type u8, hdr_len, gso_size, csum_start, csum_offset u16 in host order. Source: linux/virtio_net.h. */
export const VIRTIO_NET_HDR = 10;

const VIRTIO_NET_HDR_F_NEEDS_CSUM = 1; // linux/virtio_net.h

/**
 * The frame after the header, its transport checksum completed.
 *
 * A packet of a local peer (veth) arrives with NEEDS_CSUM: the field holds the sum of the pseudo-header
 * only, and the network card that would add the rest does not exist. Completing it here, as
 * skb_checksum_help() does, leaves one rule to all that follows: verify. Without PACKET_VNET_HDR nothing
 * tells such packets apart from damaged ones; that is right for the ICMP and ICMPv6 that the sandbox
 * answers, whose checksums Linux always computes in software.
 *
 * Writes into `bytes`. Null when shorter than a header or when the checksum lies outside the frame.
 */
export const takeVnetHeader = (bytes: Uint8Array): Uint8Array | null => {
  if (bytes.length < VIRTIO_NET_HDR) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const frame = bytes.subarray(VIRTIO_NET_HDR);
  if ((view.getUint8(0) & VIRTIO_NET_HDR_F_NEEDS_CSUM) === 0) return frame;
  const start = view.getUint16(6, HOST_LE);
  const field = start + view.getUint16(8, HOST_LE);
  if (field + 2 > frame.length) return null;
  const checksum = checksumOf(sum16(frame.subarray(start)));
  view.setUint16(VIRTIO_NET_HDR + field, checksum);
  return frame;
};

/** `frame` behind a header of zeros: no segmentation, checksums complete. */
export const withVnetHeader = (frame: Uint8Array): Uint8Array => {
  const out = new Uint8Array(VIRTIO_NET_HDR + frame.length);
  out.set(frame, VIRTIO_NET_HDR);
  return out;
};
