/** A netlink socket to the kernel, in the network namespace of the calling thread. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import {
  AF_NETLINK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_ROUTE,
  SOCK_RAW,
  SOL_NETLINK,
} from './abi.js';
import type { LibcError } from './failure.js';
import type { Fd } from './fd.js';
import { bind, close, setsockoptInt, socket } from './libc.js';
import { sockaddrNl } from './sockaddr.js';
import { askForBuffer } from './socket-buffer.js';

/** Room for the replies to a batch of requests; a dump is paced by the reader and needs none of it. */
const REPLIES_BYTES = 4 * 1024 * 1024;

const configure = (fd: Fd): E.Either<LibcError, unknown> => {
  // Both are refinements that old kernels lack (4.12, 4.20): without them errors have no text, and dumps
  // are filtered by less.
  setsockoptInt(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1)();
  setsockoptInt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)();
  const steps = [askForBuffer(fd, 'receive', REPLIES_BYTES), bind(fd, sockaddrNl())];
  for (const step of steps) {
    const result = step();
    if (E.isLeft(result)) return result;
  }
  return E.right(null);
};

/**
 * AF_NETLINK, SOCK_RAW, of `protocol` (NETLINK_*), bound to a port id that the kernel chose; with extended
 * acknowledgements and strict checking of dump requests.
 */
export const openNetlinkSocket =
  (protocol = NETLINK_ROUTE): IOE.IOEither<LibcError, Fd> =>
  () => {
    const opened = socket(AF_NETLINK, SOCK_RAW, protocol)();
    if (E.isLeft(opened)) return opened;
    const ready = configure(opened.right);
    if (E.isRight(ready)) return opened;
    close(opened.right)();
    return ready;
  };
