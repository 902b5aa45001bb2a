/** The sandbox's listening socket: a socket file or an abstract name, and the connections that come. */
import { rmSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { AF_UNIX, SOCK_NONBLOCK, SOCK_STREAM } from '../executor/linux/abi.js';
import { EAGAIN, ECONNABORTED, ENAMETOOLONG } from '../executor/linux/errno.js';
import type { LibcError, SyscallError } from '../executor/linux/failure.js';
import { failedWith } from '../executor/linux/failure.js';
import type { Fd } from '../executor/linux/fd.js';
import { about, accept4, bind, close, listen, socket, watch } from '../executor/linux/libc.js';
import { sockaddrUnAbstract, sockaddrUnFile } from '../executor/linux/sockaddr.js';

/** As gVisor's control server. Source: pkg/unet/unet.go. */
const BACKLOG = 16;

export interface ListenerOptions {
  /** a path for a socket file, made now and removed at the end, or `@NAME` for an abstract name */
  readonly address: string;
  /** Takes over one connection, non-blocking. */
  readonly accepted: (fd: Fd) => void;
  /** Called when no more can be accepted; the listener is then to be closed. */
  readonly failed: (error: LibcError) => void;
}

const bindTo = (fd: Fd, address: string): IOE.IOEither<LibcError, void> => {
  const sockaddr = address.startsWith('@')
    ? sockaddrUnAbstract(address.slice(1), false)
    : sockaddrUnFile(address);
  const call = 'bind';
  const tooLong: SyscallError = { _tag: 'SyscallError', call, errno: ENAMETOOLONG, about: address };
  return sockaddr === null ? () => E.left(tooLong) : about(address)(bind(fd, sockaddr));
};

/** The socket file. One that stays only stands in the way of the next start, which then says so. */
const removeFile = (address: string): void => {
  if (address.startsWith('@')) return;
  try {
    rmSync(address, { force: true });
  } catch {}
};

/** False when nothing more waits to be accepted. */
const acceptOne = (listener: Fd, { accepted, failed }: ListenerOptions): boolean => {
  const next = accept4(listener, SOCK_NONBLOCK)();
  if (E.isRight(next)) {
    accepted(next.right);
    return true;
  }
  const { left } = next;
  if (!failedWith(EAGAIN, ECONNABORTED)(left)) failed(left);
  return failedWith(ECONNABORTED)(left);
};

const listenOn =
  (fd: Fd, options: ListenerOptions): IOE.IOEither<LibcError, IO.IO<void>> =>
  () => {
    const bound = bindTo(fd, options.address)();
    if (E.isLeft(bound)) return bound;
    const listening = listen(fd, BACKLOG)();
    const watching = E.isLeft(listening)
      ? listening
      : watch(fd, 'readable', () => {
          while (acceptOne(fd, options));
        })();
    if (E.isLeft(watching)) removeFile(options.address);
    return watching;
  };

/** Listens until the IO that this gives is run. */
export const openListener =
  (options: ListenerOptions): IOE.IOEither<LibcError, IO.IO<void>> =>
  () => {
    const opened = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)();
    if (E.isLeft(opened)) return opened;
    const watching = listenOn(opened.right, options)();
    if (E.isLeft(watching)) {
      close(opened.right)();
      return watching;
    }
    return E.right(() => {
      watching.right();
      close(opened.right)();
      removeFile(options.address);
    });
  };
