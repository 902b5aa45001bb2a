/** A raw packet socket on one link: what the sandbox sends and receives frames through. */
import { close as closeFile } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type * as T from 'fp-ts/lib/Task.js';
import { linkAddressBytes } from '../../plan/model/link-address.js';
import type { BindPacketSocket } from '../../plan/model/ops.js';
import type { IfIndex, LinkAddress } from '../../plan/model/scalars.js';
import {
  AF_PACKET,
  ETH_P_ALL,
  PACKET_ADD_MEMBERSHIP,
  PACKET_MR_MULTICAST,
  PACKET_VNET_HDR,
  SO_ERROR,
  SOCK_RAW,
  SOL_PACKET,
  SOL_SOCKET,
} from './abi.js';
import { HOST_LE } from './byte-order.js';
import { ENODEV, ENXIO } from './errno.js';
import type { LibcError, LinkGone } from './failure.js';
import { failedWith } from './failure.js';
import type { Fd } from './fd.js';
import { about, bind, close, getsockoptInt, setsockopt, setsockoptInt, socket } from './libc.js';
import { sockaddrLl } from './sockaddr.js';
import { askForBuffer } from './socket-buffer.js';

/** Bytes that may wait on each side. Source: gVisor's bufSize, runsc/sandbox/network.go. */
const QUEUE_BYTES = 4 * 1024 * 1024;

export interface PacketSocket {
  readonly fd: Fd;
  /** what the kernel gave less of than asked */
  readonly warnings: ReadonlyArray<string>;
}

type Result<A> = E.Either<LibcError | LinkGone, A>;

/**
 * `struct packet_mreq` that lets frames to a multicast link-layer address in: 16 bytes, more where the
 * address is longer than 8. Source: linux/if_packet.h; packet(7), PACKET_ADD_MEMBERSHIP.
 */
export const packetMreq = (ifindex: IfIndex, address: LinkAddress): Uint8Array => {
  const bytes = linkAddressBytes(address);
  const view = new DataView(new ArrayBuffer(8 + Math.max(8, bytes.length)));
  view.setInt32(0, ifindex, HOST_LE); // mr_ifindex
  view.setUint16(4, PACKET_MR_MULTICAST, HOST_LE); // mr_type
  view.setUint16(6, bytes.length, HOST_LE); // mr_alen
  const mreq = new Uint8Array(view.buffer);
  mreq.set(bytes, 8); // mr_address
  return mreq;
};

/** A bound socket whose link is down says so in SO_ERROR, and bind(2) still succeeds. */
const pendingError = (fd: Fd): Result<null> => {
  const pending = getsockoptInt(fd, SOL_SOCKET, SO_ERROR)();
  if (E.isLeft(pending)) return pending;
  if (pending.right === 0) return E.right(null);
  return E.left({ _tag: 'SyscallError', call: 'bind', errno: pending.right, about: '' });
};

/** Everything is set before bind(2): no frame arrives until then. */
const prepare = (fd: Fd, op: BindPacketSocket): Result<unknown> => {
  const options = [
    ...(op.vnetHeader ? [setsockoptInt(fd, SOL_PACKET, PACKET_VNET_HDR, 1)] : []),
    ...op.memberships.map((address) =>
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, packetMreq(op.ifindex, address)),
    ),
  ];
  for (const option of options) {
    const set = option();
    if (E.isLeft(set)) return set;
  }
  return E.right(null);
};

const growBuffers = (
  fd: Fd,
  op: BindPacketSocket,
  bytes: number,
): Result<ReadonlyArray<string>> => {
  const warnings: string[] = [];
  for (const side of ['receive', 'send'] as const) {
    const given = askForBuffer(fd, side, bytes)();
    if (E.isLeft(given)) return given;
    if (given.right < bytes)
      warnings.push(
        `${side} buffer of channel ${op.channel} of ${op.link} is ${given.right} bytes instead of ` +
          `${bytes}: it needs CAP_NET_ADMIN in the first user namespace`,
      );
  }
  return E.right(warnings);
};

const prepareAndBind = (
  fd: Fd,
  op: BindPacketSocket,
  bufferBytes: number,
): Result<PacketSocket> => {
  const prepared = prepare(fd, op);
  if (E.isLeft(prepared)) return prepared;
  const warnings = growBuffers(fd, op, bufferBytes);
  if (E.isLeft(warnings)) return warnings;
  const bound = bind(fd, sockaddrLl(op.ifindex, ETH_P_ALL))();
  if (E.isLeft(bound)) return bound;
  const pending = pendingError(fd);
  return E.isLeft(pending) ? pending : E.right({ fd, warnings: warnings.right });
};

const orLinkGone = (op: BindPacketSocket, error: LibcError | LinkGone): LibcError | LinkGone =>
  failedWith(ENODEV, ENXIO)(error) ? { _tag: 'LinkGone', link: op.link } : error;

/**
 * AF_PACKET, SOCK_RAW, bound to the op's link for every protocol, in the network namespace of the calling
 * thread. Opened with protocol 0, so that nothing is received, and bind is fast, until the socket is ready.
 * `bufferBytes` may wait on each side. Needs CAP_NET_RAW. PACKET_FANOUT is left to the sandbox. Source: packet(7).
 */
export const openPacketSocket = (
  op: BindPacketSocket,
  bufferBytes: number = QUEUE_BYTES,
): IOE.IOEither<LibcError | LinkGone, PacketSocket> =>
  about(op.link)(() => {
    const opened = socket(AF_PACKET, SOCK_RAW, 0)();
    if (E.isLeft(opened)) return opened;
    const ready = prepareAndBind(opened.right, op, bufferBytes);
    if (E.isRight(ready)) return ready;
    close(opened.right)();
    return E.left(orLinkGone(op, ready.left));
  });

/**
 * close(2) on another thread. The last reference to a bound packet socket takes a grace period of the
 * kernel, about 10 ms (synchronize_net in packet_release, net/packet/af_packet.c): an event loop would
 * stand still for the time of all its sockets together.
 */
export const closePacketSocket =
  (fd: Fd): T.Task<void> =>
  () =>
    new Promise((resolve) => closeFile(fd, () => resolve()));
