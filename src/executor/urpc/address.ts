/** Where a sandbox listens, and a connection to it: from the caller's own network namespace. */
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import {
  AF_UNIX,
  O_PATH,
  SO_PEERCRED,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../linux/abi.js';
import { EAGAIN, ECONNREFUSED, ENAMETOOLONG, ETIMEDOUT } from '../linux/errno.js';
import type { LibcError } from '../linux/failure.js';
import { failedWith } from '../linux/failure.js';
import type { Fd } from '../linux/fd.js';
import { close, connect, getsockoptInt, open, socket } from '../linux/libc.js';
import { sockaddrUnAbstract, sockaddrUnFile } from '../linux/sockaddr.js';
import type { SandboxUnreachable, WrongListener } from './failure.js';

/** Where a sandbox listens: a socket file, or an abstract name (written with `@` first). */
export interface SandboxAddress {
  readonly address: string;
  /** the sandbox's process, where it is known: nothing else may listen there */
  readonly pid?: number;
}

/** How long to wait before asking again a listener that has too many connections waiting. */
const RETRY_MS = 10;

type Connected = E.Either<LibcError | SandboxUnreachable, Fd>;

const unreachable = (to: SandboxAddress, errno: number): E.Either<SandboxUnreachable, never> =>
  E.left({ _tag: 'SandboxUnreachable', address: to.address, errno });

/** What errno says of the address; other failures are of this process. */
const orUnreachable = (
  to: SandboxAddress,
  error: LibcError,
): E.Either<LibcError | SandboxUnreachable, never> =>
  error._tag === 'SyscallError' ? unreachable(to, error.errno) : E.left(error);

const isAgain = failedWith(EAGAIN);

/** Connects, without blocking, until `deadline`: a unix listener with a full backlog is EAGAIN. */
const connectUntil = async (
  to: SandboxAddress,
  sockaddr: Uint8Array,
  deadline: number,
): Promise<Connected> => {
  const opened = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)();
  if (E.isLeft(opened)) return opened;
  for (;;) {
    const result = connect(opened.right, sockaddr)();
    if (E.isRight(result)) return opened;
    const again = isAgain(result.left);
    if (again && performance.now() < deadline) {
      await wait(RETRY_MS);
      continue;
    }
    close(opened.right)();
    return again ? unreachable(to, ETIMEDOUT) : orUnreachable(to, result.left);
  }
};

/**
 * gVisor's abstract names end in a NUL on all builds but those with golang.org/x/sys 0.14 or later
 * (golang/go#63579), and the name without it is another one: first with, then without.
 */
const connectAbstract = async (to: SandboxAddress, deadline: number): Promise<Connected> => {
  const name = to.address.slice(1);
  for (const trailingNul of [true, false]) {
    const sockaddr = sockaddrUnAbstract(name, trailingNul);
    if (sockaddr === null) continue;
    const connected = await connectUntil(to, sockaddr, deadline);
    const refused =
      E.isLeft(connected) &&
      connected.left._tag === 'SandboxUnreachable' &&
      connected.left.errno === ECONNREFUSED;
    if (!(refused && trailingNul)) return connected;
  }
  return unreachable(to, ENAMETOOLONG);
};

/** A path that does not fit struct sockaddr_un is reached through an O_PATH descriptor of the file. */
const connectLongPath = async (to: SandboxAddress, deadline: number): Promise<Connected> => {
  const file = open(to.address, O_PATH)();
  if (E.isLeft(file)) return orUnreachable(to, file.left);
  try {
    const sockaddr = sockaddrUnFile(`/proc/self/fd/${file.right}`);
    if (sockaddr === null) return unreachable(to, ENAMETOOLONG);
    return await connectUntil(to, sockaddr, deadline);
  } finally {
    close(file.right)();
  }
};

const connectFile = (to: SandboxAddress, deadline: number): Promise<Connected> => {
  const sockaddr = sockaddrUnFile(to.address);
  return sockaddr === null ? connectLongPath(to, deadline) : connectUntil(to, sockaddr, deadline);
};

/**
 * The process that called listen(2), as this pid namespace numbers it. gVisor's socket is bound by the
 * process that creates the sandbox, but it is the sandbox that listens (pkg/unet/unet.go).
 */
const listenerOf = (fd: Fd): E.Either<LibcError, number> =>
  getsockoptInt(fd, SOL_SOCKET, SO_PEERCRED)(); // pid is the first int of struct ucred

const checkListener = (
  fd: Fd,
  { address, pid }: SandboxAddress,
): E.Either<LibcError | WrongListener, Fd> => {
  if (pid === undefined) return E.right(fd);
  const found = listenerOf(fd);
  if (E.isRight(found) && found.right === pid) return E.right(fd);
  close(fd)();
  if (E.isLeft(found)) return found;
  return E.left({ _tag: 'WrongListener', address, expected: pid, found: found.right });
};

/**
 * A connected, non-blocking stream socket. `@name` is an abstract name, anything else a file, of any
 * length. SandboxUnreachable has connect(2)'s errno, ETIMEDOUT where the listener took nobody in for
 * `timeoutMs`, or ENAMETOOLONG for an abstract name that cannot be one. WrongListener: nothing was sent.
 */
export const connectSocket =
  (
    to: SandboxAddress,
    timeoutMs: number,
  ): TE.TaskEither<LibcError | SandboxUnreachable | WrongListener, Fd> =>
  async () => {
    const deadline = performance.now() + timeoutMs;
    const connected = await (to.address.startsWith('@')
      ? connectAbstract(to, deadline)
      : connectFile(to, deadline));
    return E.isLeft(connected) ? connected : checkListener(connected.right, to);
  };
