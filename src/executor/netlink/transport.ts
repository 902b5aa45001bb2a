/** A netlink socket as what the connection needs of it: datagrams out and in. Tests put their own here. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { MSG_DONTWAIT, MSG_TRUNC, NETLINK_ROUTE, SOL_NETLINK } from '../linux/abi.js';
import { HOST_LE } from '../linux/byte-order.js';
import type { LibcError } from '../linux/failure.js';
import type { Fd } from '../linux/fd.js';
import {
  close,
  connect,
  getsockname,
  recv,
  send,
  setsockoptInt,
  whenReady,
} from '../linux/libc.js';
import { openNetlinkSocket } from '../linux/netlink-socket.js';
import { sockaddrNl } from '../linux/sockaddr.js';
import { NETLINK_ADD_MEMBERSHIP } from './abi.js';

export interface Transport {
  /** the socket's netlink port, which the kernel writes in every reply */
  readonly portId: number;
  readonly send: (datagram: Uint8Array) => IOE.IOEither<LibcError, number>;
  /**
   * The next datagram, copied to `buffer`; its length on the wire, which is more than the buffer's where it
   * was cut. Never waits: EAGAIN when there is none. The kernel answers inside of send and receive, so for a
   * reply that is a failure.
   */
  readonly receive: (buffer: Uint8Array) => IOE.IOEither<LibcError, number>;
  /** Waits in the event loop until there is something to receive. */
  readonly readable: (timeoutMs: number) => TE.TaskEither<LibcError, 'ready' | 'timeout'>;
  readonly close: IO.IO<void>;
}

const transportOver = (fd: Fd, portId: number): Transport => ({
  portId,
  send: (datagram) => send(fd, datagram, 0),
  receive: (buffer) => recv(fd, buffer, MSG_DONTWAIT | MSG_TRUNC),
  readable: (timeoutMs) => whenReady(fd, 'readable', timeoutMs),
  close: close(fd),
});

/** nl_pid of a struct sockaddr_nl. Source: linux/netlink.h. */
const portIdOf = (sockaddr: Uint8Array): number =>
  new DataView(sockaddr.buffer, sockaddr.byteOffset).getUint32(4, HOST_LE);

const connectAndJoin =
  (fd: Fd, groups: ReadonlyArray<number>): IOE.IOEither<LibcError, Transport> =>
  () => {
    // Connected to port 0: messages of any other sender than the kernel are refused.
    const connected = connect(fd, sockaddrNl())();
    if (E.isLeft(connected)) return connected;
    for (const group of groups) {
      const joined = setsockoptInt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)();
      if (E.isLeft(joined)) return joined;
    }
    const name = getsockname(fd)();
    return E.isLeft(name) ? name : E.right(transportOver(fd, portIdOf(name.right)));
  };

/**
 * A socket of the calling thread's network namespace, of `protocol` (NETLINK_*), that has joined the
 * multicast `groups` of it (RTNLGRP_*).
 */
export const openTransport =
  (groups: ReadonlyArray<number>, protocol = NETLINK_ROUTE): IOE.IOEither<LibcError, Transport> =>
  () => {
    const opened = openNetlinkSocket(protocol)();
    if (E.isLeft(opened)) return opened;
    const ready = connectAndJoin(opened.right, groups)();
    if (E.isLeft(ready)) close(opened.right)();
    return ready;
  };
