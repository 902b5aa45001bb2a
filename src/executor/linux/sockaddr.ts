/** Socket addresses as the bytes that bind(2) and connect(2) take. */
import type { IfIndex } from '../../plan/model/scalars.js';
import { AF_NETLINK, AF_PACKET, AF_UNIX } from './abi.js';
import { HOST_LE } from './byte-order.js';

/**
 * `struct sockaddr_ll` for bind(2) on an AF_PACKET socket: 20 bytes.
 *
 * `protocol` is an ETH_P_* value in host order, stored in network order (__be16); every other field
 * is in host order. bind ignores the hardware address, which stays zero.
 * Source: linux/if_packet.h; packet(7).
 */
export const sockaddrLl = (ifindex: IfIndex, protocol: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint16(0, AF_PACKET, HOST_LE); // sll_family
  view.setUint16(2, protocol, false); // sll_protocol
  view.setInt32(4, ifindex, HOST_LE); // sll_ifindex
  return new Uint8Array(view.buffer);
};

/**
 * `struct sockaddr_nl` that lets the kernel choose the port id (nl_pid 0) and joins no groups: 12 bytes.
 * Source: linux/netlink.h; netlink(7).
 */
export const sockaddrNl = (): Uint8Array => {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint16(0, AF_NETLINK, HOST_LE); // nl_family
  return new Uint8Array(view.buffer);
};

/** Bytes of sun_path. Source: linux/un.h (UNIX_PATH_MAX). */
export const SUN_PATH_BYTES = 108;

const sockaddrUn = (name: Uint8Array): Uint8Array | null => {
  if (name.length > SUN_PATH_BYTES) return null;
  const bytes = new Uint8Array(2 + name.length);
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, HOST_LE); // sun_family
  bytes.set(name, 2); // sun_path
  return bytes;
};

/**
 * `struct sockaddr_un` of a socket file, its NUL included: 3 bytes more than `path`. Null for a path that
 * does not fit (107 bytes, UTF-8) or has a NUL in it. Source: unix(7).
 */
export const sockaddrUnFile = (path: string): Uint8Array | null =>
  path.includes('\0') ? null : sockaddrUn(Buffer.from(`${path}\0`));

/**
 * `struct sockaddr_un` of an abstract name, given without the NUL in front that makes it one. Every byte
 * counts: with `trailingNul` it is another name. Null for a name that does not fit. Source: unix(7).
 */
export const sockaddrUnAbstract = (name: string, trailingNul: boolean): Uint8Array | null =>
  sockaddrUn(Buffer.from(`\0${name}${trailingNul ? '\0' : ''}`));
