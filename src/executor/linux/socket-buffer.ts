/** How much the kernel may queue on a socket, asked for with and without privilege. */
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import { SO_RCVBUF, SO_RCVBUFFORCE, SO_SNDBUF, SO_SNDBUFFORCE, SOL_SOCKET } from './abi.js';
import type { LibcError } from './failure.js';
import type { Fd } from './fd.js';
import { getsockoptInt, setsockoptInt } from './libc.js';

const OPTIONS = {
  receive: { force: SO_RCVBUFFORCE, plain: SO_RCVBUF },
  send: { force: SO_SNDBUFFORCE, plain: SO_SNDBUF },
} as const;

/**
 * Asks for `bytes` of buffer: how many the socket has now. The FORCE option needs CAP_NET_ADMIN in the
 * machine's first user namespace; without it the kernel gives at most net.core.rmem_max or wmem_max and
 * reports no error. Source: socket(7); the kernel doubles what it is asked for, and that is undone here.
 */
export const askForBuffer = (
  fd: Fd,
  side: keyof typeof OPTIONS,
  bytes: number,
): IOE.IOEither<LibcError, number> => {
  const { force, plain } = OPTIONS[side];
  return pipe(
    setsockoptInt(fd, SOL_SOCKET, force, bytes),
    IOE.orElse(() => setsockoptInt(fd, SOL_SOCKET, plain, bytes)),
    IOE.flatMap(() => getsockoptInt(fd, SOL_SOCKET, plain)),
    IOE.map((doubled) => doubled / 2),
  );
};
