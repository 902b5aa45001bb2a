/**
 * The system calls of this process through koffi: one function per call, nothing above it.
 *
 * koffi and each symbol are loaded at the first call, not at import: starting up is what a short command
 * pays most for. All calls run on the calling thread, so they happen in its network namespace; only
 * `whenReady` waits for something, and it does so in the event loop.
 */
import { createRequire } from 'node:module';
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { O_CLOEXEC, SOCK_CLOEXEC } from './abi.js';
import { HOST_LE } from './byte-order.js';
import { EINTR, EINVAL } from './errno.js';
import type { LibcError, PlatformUnsupported, SyscallError } from './failure.js';
import { type Fd, fdOf } from './fd.js';

type Call<A> = IOE.IOEither<LibcError, A>;

type Koffi = typeof import('koffi');
interface Loaded {
  readonly koffi: Koffi;
  readonly library: ReturnType<Koffi['load']>;
}

const unsupported = (
  needs: PlatformUnsupported['needs'],
  detail = '',
): E.Either<PlatformUnsupported, never> => {
  const { platform, arch } = process;
  return E.left({ _tag: 'PlatformUnsupported', platform, arch, needs, detail });
};

const loadKoffi = (): E.Either<PlatformUnsupported, Loaded> => {
  if (process.platform !== 'linux') return unsupported('linux');
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    if (koffi.sizeof('void *') !== 8) return unsupported('64-bit');
    return E.right({ koffi, library: koffi.load(null) }); // null: the process's own libc, glibc or musl
  } catch (error) {
    return unsupported('koffi', error instanceof Error ? error.message : String(error));
  }
};

let loaded: E.Either<PlatformUnsupported, Loaded> | null = null;
const load = (): E.Either<PlatformUnsupported, Loaded> => {
  loaded ??= loadKoffi();
  return loaded;
};

/**
 * Makes a call that returns a negative number when it failed. One that a signal interrupted is made again:
 * none of those here has done anything by then.
 */
const makeCall = (
  koffi: Koffi,
  call: string,
  run: () => number,
): E.Either<SyscallError, number> => {
  for (;;) {
    const result = run();
    if (result >= 0) return E.right(result);
    const errno = koffi.errno(); // at once: any other call may change it
    if (errno !== EINTR) return E.left({ _tag: 'SyscallError', call, errno, about: '' });
  }
};

/** A C function by its prototype, looked up at its first call. */
const native = <Args extends ReadonlyArray<unknown>>(prototype: string) => {
  let found: ((...args: Args) => number) | null = null;
  const name = /(\w+)\(/.exec(prototype)?.[1] ?? prototype;
  return (...args: Args): Call<number> =>
    () => {
      const lib = load();
      if (E.isLeft(lib)) return lib;
      found ??= lib.right.library.func(prototype) as (...args: Args) => number;
      const call = found;
      return makeCall(lib.right.koffi, name, () => call(...args));
    };
};

const c = {
  socket: native<[number, number, number]>('int socket(int domain, int type, int protocol)'),
  close: native<[number]>('int close(int fd)'),
  bind: native<[number, Uint8Array, number]>('int bind(int fd, const void *addr, uint32_t len)'),
  connect: native<[number, Uint8Array, number]>(
    'int connect(int fd, const void *addr, uint32_t len)',
  ),
  listen: native<[number, number]>('int listen(int fd, int backlog)'),
  accept4: native<[number, null, null, number]>(
    'int accept4(int fd, void *addr, void *len, int flags)',
  ),
  socketpair: native<[number, number, number, Int32Array]>(
    'int socketpair(int domain, int type, int protocol, void *fds)',
  ),
  getsockname: native<[number, Uint8Array, Uint32Array]>(
    'int getsockname(int fd, void *addr, void *len)',
  ),
  send: native<[number, Uint8Array, number, number]>(
    'long send(int fd, const void *buf, size_t len, int flags)',
  ),
  recv: native<[number, Uint8Array, number, number]>(
    'long recv(int fd, void *buf, size_t len, int flags)',
  ),
  sendmsg: native<[number, Uint8Array, number]>('long sendmsg(int fd, const void *msg, int flags)'),
  recvmsg: native<[number, Uint8Array, number]>('long recvmsg(int fd, void *msg, int flags)'),
  setsockopt: native<[number, number, number, Uint8Array, number]>(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t len)',
  ),
  getsockopt: native<[number, number, number, Uint8Array, Uint32Array]>(
    'int getsockopt(int fd, int level, int name, void *value, void *len)',
  ),
  // Variadic in C. All Linux ABIs pass one pointer or integer there as they pass a named argument.
  ioctl: native<[number, number, Uint8Array | null]>(
    'int ioctl(int fd, unsigned long request, void *arg)',
  ),
  open: native<[string, number, number]>(
    'int open(const char *path, int flags, unsigned int mode)',
  ),
  read: native<[number, Uint8Array, number]>('long read(int fd, void *buf, size_t len)'),
  write: native<[number, Uint8Array, number]>('long write(int fd, const void *buf, size_t len)'),
  setns: native<[number, number]>('int setns(int fd, int nstype)'),
  flock: native<[number, number]>('int flock(int fd, int operation)'),
  poll: native<[Uint8Array, number, number]>(
    'int poll(void *fds, unsigned long nfds, int timeout)',
  ),
} as const;

const mapped =
  <A, B>(call: Call<A>, f: (a: A) => B): Call<B> =>
  () => {
    const result = call();
    return E.isLeft(result) ? result : E.right(f(result.right));
  };

const discard = (): void => {};
const asFd = (call: Call<number>): Call<Fd> => mapped(call, fdOf);

/** Names in a SyscallError what the call was about: a path, an interface or a socket name. */
export const about =
  (what: string) =>
  <Err extends { readonly _tag: string }, A>(call: IOE.IOEither<Err, A>): IOE.IOEither<Err, A> =>
  () => {
    const result = call();
    return E.isLeft(result) && result.left._tag === 'SyscallError'
      ? E.left({ ...result.left, about: what })
      : result;
  };

/** socket(2), close-on-exec. */
export const socket = (domain: number, type: number, protocol: number): Call<Fd> =>
  asFd(c.socket(domain, type | SOCK_CLOEXEC, protocol));

/**
 * socketpair(2), close-on-exec.
 *
 * @internal tests talk to themselves
 */
export const socketpair =
  (domain: number, type: number): Call<readonly [Fd, Fd]> =>
  () => {
    const fds = new Int32Array(2);
    return mapped(
      c.socketpair(domain, type | SOCK_CLOEXEC, 0, fds),
      () => [fdOf(fds[0] ?? -1), fdOf(fds[1] ?? -1)] as const,
    )();
  };

/** close(2). Never fails: once it returns, even with EINTR, Linux has released the descriptor. */
export const close =
  (fd: Fd): IO.IO<void> =>
  () => {
    const lib = load();
    if (E.isRight(lib)) c.close(fd)();
  };

/** bind(2); `address` is a struct sockaddr_* with its exact length. */
export const bind = (fd: Fd, address: Uint8Array): Call<void> =>
  mapped(c.bind(fd, address, address.length), discard);

/** connect(2); on a non-blocking socket, since a blocking one that is interrupted goes on by itself. */
export const connect = (fd: Fd, address: Uint8Array): Call<void> =>
  mapped(c.connect(fd, address, address.length), discard);

/** listen(2). */
export const listen = (fd: Fd, backlog: number): Call<void> =>
  mapped(c.listen(fd, backlog), discard);

/** accept4(2), close-on-exec; `flags` is 0 or SOCK_NONBLOCK. */
export const accept4 = (fd: Fd, flags: number): Call<Fd> =>
  asFd(c.accept4(fd, null, null, flags | SOCK_CLOEXEC));

/** getsockname(2): the struct sockaddr_*, at most 128 bytes (struct sockaddr_storage). */
export const getsockname =
  (fd: Fd): Call<Uint8Array> =>
  () => {
    const address = new Uint8Array(128);
    const length = Uint32Array.of(address.length);
    return mapped(c.getsockname(fd, address, length), () => address.subarray(0, length[0]))();
  };

/** send(2): how many bytes went. */
export const send = (fd: Fd, bytes: Uint8Array, flags: number): Call<number> =>
  c.send(fd, bytes, bytes.length, flags);

/** recv(2) into `buffer`: how many bytes came; with MSG_TRUNC, how many there were. */
export const recv = (fd: Fd, buffer: Uint8Array, flags: number): Call<number> =>
  c.recv(fd, buffer, buffer.length, flags);

/** sendmsg(2) of a struct msghdr; fd-passing.ts lays it out. */
export const sendmsg = (fd: Fd, msghdr: Uint8Array, flags: number): Call<number> =>
  c.sendmsg(fd, msghdr, flags);

/** recvmsg(2) into a struct msghdr; fd-passing.ts lays it out. */
export const recvmsg = (fd: Fd, msghdr: Uint8Array, flags: number): Call<number> =>
  c.recvmsg(fd, msghdr, flags);

/**
 * Where `bytes` lie in memory, for a pointer inside another structure. They stay there as long as the
 * caller holds a reference to `bytes`; 0 where koffi is not loaded or `bytes` is empty.
 */
export const addressOf =
  (bytes: Uint8Array): IO.IO<bigint> =>
  () => {
    const lib = load();
    return E.isLeft(lib) ? 0n : lib.right.koffi.address(bytes);
  };

/** setsockopt(2) with an option of any layout. */
export const setsockopt = (fd: Fd, level: number, name: number, value: Uint8Array): Call<void> =>
  mapped(c.setsockopt(fd, level, name, value, value.length), discard);

/** setsockopt(2) with an option that is an int. */
export const setsockoptInt = (fd: Fd, level: number, name: number, value: number): Call<void> => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, HOST_LE);
  return setsockopt(fd, level, name, bytes);
};

/** getsockopt(2): the option's bytes, at most `size`. */
export const getsockopt =
  (fd: Fd, level: number, name: number, size: number): Call<Uint8Array> =>
  () => {
    const value = new Uint8Array(size);
    const length = Uint32Array.of(size);
    return mapped(c.getsockopt(fd, level, name, value, length), () =>
      value.subarray(0, length[0]),
    )();
  };

/** getsockopt(2) with a structure that says what is wanted: the same bytes, as the kernel left them. */
export const getsockoptInto = (
  fd: Fd,
  level: number,
  name: number,
  value: Uint8Array,
): Call<Uint8Array> => {
  const length = Uint32Array.of(value.length);
  return mapped(c.getsockopt(fd, level, name, value, length), () => value.subarray(0, length[0]));
};

/** getsockopt(2) of an option that is an int. */
export const getsockoptInt = (fd: Fd, level: number, name: number): Call<number> =>
  mapped(getsockopt(fd, level, name, 4), (value) =>
    new DataView(value.buffer).getInt32(0, HOST_LE),
  );

/** ioctl(2) with a structure that it reads and may write, or null for none. */
export const ioctl = (fd: Fd, request: number, argument: Uint8Array | null): Call<number> =>
  c.ioctl(fd, request, argument);

/** open(2), close-on-exec. `mode` counts only with O_CREAT. A path with a NUL, which C would cut there, is EINVAL. */
export const open = (path: string, flags: number, mode = 0): Call<Fd> =>
  path.includes('\0')
    ? () => E.left({ _tag: 'SyscallError', call: 'open', errno: EINVAL, about: path })
    : about(path)(asFd(c.open(path, flags | O_CLOEXEC, mode)));

/** read(2): how many bytes came, 0 at the end. */
export const read = (fd: Fd, buffer: Uint8Array): Call<number> => c.read(fd, buffer, buffer.length);

/**
 * write(2): how many bytes went.
 *
 * @internal tests write frames to a tun device
 */
export const write = (fd: Fd, bytes: Uint8Array): Call<number> => c.write(fd, bytes, bytes.length);

/** setns(2): moves the calling thread, no other. Only netns.ts calls it. */
export const setns = (fd: Fd, nstype: number): Call<void> => mapped(c.setns(fd, nstype), discard);

/** flock(2). */
export const flock = (fd: Fd, operation: number): Call<void> =>
  mapped(c.flock(fd, operation), discard);

/** One descriptor of poll(2) and the POLL* bits asked for. */
export interface PollFd {
  readonly fd: Fd;
  readonly events: number;
}

/**
 * poll(2), blocking for at most `timeoutMs` (-1: for ever): the POLL* bits found, in the order given.
 *
 * @internal scripts and tests wait; the product does in its event loop
 */
export const poll =
  (fds: ReadonlyArray<PollFd>, timeoutMs: number): Call<ReadonlyArray<number>> =>
  () => {
    const view = new DataView(new ArrayBuffer(8 * fds.length)); // struct pollfd {int; short; short}
    fds.forEach(({ fd, events }, i) => {
      view.setInt32(8 * i, fd, HOST_LE);
      view.setInt16(8 * i + 4, events, HOST_LE);
    });
    return mapped(c.poll(new Uint8Array(view.buffer), fds.length, timeoutMs), () =>
      fds.map((_, i) => view.getInt16(8 * i + 6, HOST_LE)),
    )();
  };

/**
 * Calls `ready` in the event loop as often as `fd` can be read or written, or has an error or hang-up to
 * tell of, until the IO that it answers with is run. No thread is held. `fd` becomes non-blocking (libuv).
 * At most one watch per descriptor at a time; `fd` must be one that epoll(7) takes and stay open meanwhile.
 */
export const watch =
  (fd: Fd, what: 'readable' | 'writable', ready: IO.IO<void>): Call<IO.IO<void>> =>
  () => {
    const lib = load();
    if (E.isLeft(lib)) return lib;
    let watching = true;
    const listen = (): void => {
      // koffi calls back outside of Node's callback scope, where promises would not be run
      setImmediate(() => {
        if (watching) ready();
        if (watching) handle.start({ [what]: true }, listen); // libuv stops at POLLERR: a link went down
      });
    };
    const handle = lib.right.koffi.node.poll(fd, { [what]: true }, listen);
    return E.right(() => {
      watching = false;
      handle.close();
    });
  };

/**
 * Waits in the event loop until `fd` can be read or written, or has an error or hang-up to tell of; after
 * `timeoutMs` (null: no limit) answers `timeout`. A `watch` of this one moment, with its conditions.
 */
export const whenReady =
  (
    fd: Fd,
    what: 'readable' | 'writable',
    timeoutMs: number | null,
  ): TE.TaskEither<LibcError, 'ready' | 'timeout'> =>
  () =>
    new Promise((resolve) => {
      let timer: NodeJS.Timeout | null = null;
      const watching = watch(fd, what, () => finish('ready'))();
      if (E.isLeft(watching)) return resolve(watching);
      const finish = (outcome: 'ready' | 'timeout'): void => {
        watching.right();
        if (timer !== null) clearTimeout(timer);
        resolve(E.right(outcome));
      };
      if (timeoutMs !== null) timer = setTimeout(() => finish('timeout'), timeoutMs);
    });
