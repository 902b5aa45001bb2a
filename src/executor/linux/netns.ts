/** Network namespaces: the file that names one, the stretch inside one, and what tells one from another. */
import { existsSync, fstatSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type { NetnsIdentity } from '../../plan/state.js';
import type { Fd } from '../capabilities.js';
import type { NetnsNotFound } from '../errors.js';
import {
  CLONE_NEWNET,
  NS_GET_NSTYPE,
  O_NONBLOCK,
  O_RDONLY,
  SO_NETNS_COOKIE,
  SOL_SOCKET,
} from './abi.js';
import { HOST_LE } from './byte-order.js';
import { EACCES, ENOENT, ENOTDIR, EPERM, ESRCH } from './errno.js';
import { close, getsockopt, ioctl, type LibcError, open, setns } from './libc.js';

/** How a command line names a namespace: `ip netns`'s name or any path, or a process in it. */
export type NetnsSource = { readonly netns: string } | { readonly pid: number };

/** The file of a namespace: a name is one in /run/netns, as for ip-netns(8); anything with a slash is a path. */
export const netnsPath = (source: NetnsSource): string => {
  if ('pid' in source) return `/proc/${source.pid}/ns/net`;
  return source.netns.includes('/') ? source.netns : `/run/netns/${source.netns}`;
};

/** What an error of open(2) says about the namespace, or that error itself where it says nothing. */
const whyNotOpened = (path: string, error: LibcError): LibcError | NetnsNotFound => {
  const because = (why: NetnsNotFound['why']): NetnsNotFound => ({
    _tag: 'NetnsNotFound',
    path,
    why,
  });
  if (error._tag !== 'SyscallError') return error;
  switch (error.errno) {
    case EACCES:
    case EPERM:
      return because('not-permitted');
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      return because(/^\/proc\/\d+\//.test(path) ? 'no-such-process' : 'missing');
    default:
      return error;
  }
};

/** `ip netns` mounts the namespace over an empty file; after a reboot or umount that file is what is left. */
const isEmptyFile = (fd: Fd): boolean => {
  const stat = fstatSync(fd);
  return stat.isFile() && stat.size === 0;
};

/**
 * Opens the namespace file at `path` and makes sure that it is one of a network namespace. The descriptor
 * keeps the namespace alive. Source: ioctl_ns(2), NS_GET_NSTYPE.
 */
export const openNetnsFile =
  (path: string): IOE.IOEither<LibcError | NetnsNotFound, Fd> =>
  () => {
    const opened = open(path, O_RDONLY | O_NONBLOCK)(); // non-blocking: it may be a FIFO
    if (E.isLeft(opened)) return E.left(whyNotOpened(path, opened.left));
    const kind = ioctl(opened.right, NS_GET_NSTYPE, null)();
    if (E.isRight(kind) && kind.right === CLONE_NEWNET) return opened;
    const why = E.isLeft(kind) && isEmptyFile(opened.right) ? 'unmounted' : 'not-a-netns';
    close(opened.right)();
    return E.left({ _tag: 'NetnsNotFound', path, why });
  };

const HOME = '/proc/thread-self/ns/net';

/** Another namespace than everyone expects is worse than no process: sockets would be opened in it. */
const comeHome = (home: Fd): void => {
  if (E.isLeft(setns(home, CLONE_NEWNET)())) process.abort();
};

const enterAndRun =
  <Err, A>(netns: Fd, home: Fd, use: IOE.IOEither<Err, A>): IOE.IOEither<LibcError | Err, A> =>
  () => {
    const entered = setns(netns, CLONE_NEWNET)();
    if (E.isLeft(entered)) return entered;
    try {
      return use();
    } finally {
      comeHome(home);
    }
  };

const withNetnsFile = <Err, A>(
  path: string,
  use: (fd: Fd) => IOE.IOEither<Err, A>,
): IOE.IOEither<LibcError | NetnsNotFound | Err, A> => {
  return () => {
    const opened = openNetnsFile(path)();
    if (E.isLeft(opened)) return opened;
    try {
      return use(opened.right)();
    } finally {
      close(opened.right)();
    }
  };
};

/**
 * Runs `use` in a network namespace, by its open file or its path, then returns to the current one.
 *
 * IOEither, never TaskEither: setns(2) moves only the calling thread, so an `await` in here would run
 * unrelated code in the wrong namespace. Open sockets inside, use them outside: a socket stays where it
 * was opened. Needs CAP_SYS_ADMIN. If the way back fails, the process aborts.
 */
export const inNetns = <Err, A>(
  netns: Fd | string,
  use: IOE.IOEither<Err, A>,
): IOE.IOEither<LibcError | NetnsNotFound | Err, A> =>
  withNetnsFile(HOME, (home) =>
    typeof netns === 'string'
      ? withNetnsFile(netns, (there) => enterAndRun(there, home, use))
      : enterAndRun(netns, home, use),
  );

/** st_ino of the machine's own network namespace since linux 6.18. Source: NET_NS_INIT_INO, linux/nsfs.h. */
const INIT_INODE = 0xeffffff9n;
/** A sysctl that the kernel registers for the first network namespace alone; /proc/sys/net shows the reader's. */
const ONLY_IN_THE_FIRST = '/proc/sys/net/core/dev_weight';

/** SO_NETNS_COOKIE, u64, never reused before the next boot; 0 where the kernel is older than 5.14. */
const netnsCookie = (socket: Fd): bigint => {
  const cookie = getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, 8)();
  if (E.isLeft(cookie) || cookie.right.length < 8) return 0n;
  return new DataView(cookie.right.buffer).getBigUint64(0, HOST_LE);
};

/**
 * Which namespace this is, from its open file and any socket in it. To be run inside the namespace: the
 * evidence that it is the machine's own is read there.
 */
export const identityFromInside =
  (file: Fd, socket: Fd): IOE.IOEither<never, NetnsIdentity> =>
  () => {
    const inode = fstatSync(file, { bigint: true }).ino;
    return E.right({
      inode: inode.toString(),
      cookie: netnsCookie(socket).toString(),
      root: inode === INIT_INODE || existsSync(ONLY_IN_THE_FIRST),
    });
  };
