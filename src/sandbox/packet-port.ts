/** One NIC's packet sockets: joined in a fanout group as the sentry joins them, then read until stopped. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import { takeVnetHeader, VIRTIO_NET_HDR, withVnetHeader } from '../executor/frames/virtio-net.js';
import {
  AF_PACKET,
  MSG_DONTWAIT,
  PACKET_FANOUT,
  PACKET_FANOUT_FLAG_UNIQUEID,
  PACKET_FANOUT_HASH,
  SO_DOMAIN,
  SOL_PACKET,
  SOL_SOCKET,
} from '../executor/linux/abi.js';
import { EAGAIN, ENETDOWN } from '../executor/linux/errno.js';
import type { LibcError } from '../executor/linux/failure.js';
import { failedWith, reasonOf } from '../executor/linux/failure.js';
import type { Fd } from '../executor/linux/fd.js';
import { BURST, FRAME_BYTES } from '../executor/linux/frame-port.js';
import { getsockoptInt, recv, send, setsockoptInt, watch } from '../executor/linux/libc.js';

/** A frame behind its virtio_net_hdr, before it is cut into segments. */
const PACKET_BYTES = VIRTIO_NET_HDR + FRAME_BYTES;

/** What the frames of a NIC are answered with. */
export type Receive = (frame: Uint8Array) => ReadonlyArray<Uint8Array>;

export interface PortOptions {
  /** one socket per channel, bound to the same link */
  readonly files: ReadonlyArray<Fd>;
  /** a virtio_net_hdr before every frame both ways: host GSO */
  readonly vnetHeader: boolean;
  readonly receive: Receive;
}

const whyRefused = (what: string, error: LibcError): string => `${what}: ${reasonOf(error)}`;

/**
 * Puts the sockets of one NIC in one fanout group, so that each frame comes to one of them and none sees
 * what another sends; a single socket too, as the sentry does. Fails where it fails for the sentry: on
 * what is no packet socket or not bound and, before Linux 6.13, bound to a link that is down.
 * Source: pkg/tcpip/link/fdbased/endpoint.go; fanout_add() in net/packet/af_packet.c.
 */
const joinFanout = (files: ReadonlyArray<Fd>): E.Either<string, void> => {
  let group = PACKET_FANOUT_FLAG_UNIQUEID << 16;
  for (const fd of files) {
    const domain = getsockoptInt(fd, SOL_SOCKET, SO_DOMAIN)();
    if (E.isLeft(domain)) return E.left(whyRefused('not a packet socket', domain.left));
    if (domain.right !== AF_PACKET) return E.left('not a packet socket');
    const joined = setsockoptInt(fd, SOL_PACKET, PACKET_FANOUT, group)();
    if (E.isLeft(joined))
      return E.left(whyRefused('failed to enable PACKET_FANOUT option', joined.left));
    const found = getsockoptInt(fd, SOL_PACKET, PACKET_FANOUT)();
    if (E.isLeft(found)) return E.left(whyRefused('PACKET_FANOUT', found.left));
    group = (found.right & 0xffff) | (PACKET_FANOUT_HASH << 16);
  }
  return E.right(undefined);
};

/** A frame that cannot be sent now is dropped, as a full queue of a network card drops it. */
const transmit = (fd: Fd, frame: Uint8Array, vnetHeader: boolean): void => {
  send(fd, vnetHeader ? withVnetHeader(frame) : frame, MSG_DONTWAIT)();
};

/** Reads up to a burst of frames and answers each; false when the socket is of no more use. */
const drain = (fd: Fd, buffer: Uint8Array, { vnetHeader, receive }: PortOptions): boolean => {
  for (let taken = 0; taken < BURST; taken++) {
    const got = recv(fd, buffer, MSG_DONTWAIT)();
    if (E.isLeft(got)) {
      // The link went down: read once, the error is gone, and frames come again when it is up.
      return failedWith(EAGAIN, ENETDOWN)(got.left);
    }
    const bytes = buffer.subarray(0, got.right);
    const frame = vnetHeader ? takeVnetHeader(bytes) : bytes;
    if (frame === null) continue;
    for (const reply of receive(frame)) transmit(fd, reply, vnetHeader);
  }
  return true;
};

/**
 * Answers what comes by the sockets of one NIC, in the event loop, until the IO that it gives is run. The
 * sockets stay the caller's to close. Left: why the sentry would refuse them.
 */
export const openPort = (options: PortOptions): E.Either<string, IO.IO<void>> => {
  const joined = joinFanout(options.files);
  if (E.isLeft(joined)) return joined;
  const buffer = new Uint8Array(PACKET_BYTES);
  const watches = new Map<Fd, IO.IO<void>>();
  const unwatch = (fd: Fd): void => {
    watches.get(fd)?.();
    watches.delete(fd);
  };
  const stop = (): void => {
    for (const fd of options.files) unwatch(fd);
  };
  for (const fd of options.files) {
    const watching = watch(fd, 'readable', () => {
      if (!drain(fd, buffer, options)) unwatch(fd);
    })();
    if (E.isLeft(watching)) {
      stop();
      return E.left(whyRefused('watch', watching.left));
    }
    watches.set(fd, watching.right);
  }
  return E.right(stop);
};
