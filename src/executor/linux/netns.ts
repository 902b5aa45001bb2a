/** Network namespaces: the file that names one, the stretch inside one, and what tells one from another. */
import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import {
  CLONE_NEWNET,
  NS_GET_NSTYPE,
  O_NONBLOCK,
  O_RDONLY,
  SO_NETNS_COOKIE,
  SOL_SOCKET,
} from './abi.js';
import { HOST_LE } from './byte-order.js';
import {
  EINVAL,
  ENOENT,
  ENOPROTOOPT,
  ENOTDIR,
  ENOTTY,
  EOPNOTSUPP,
  ESRCH,
  NOT_PERMITTED,
} from './errno.js';
import type { LibcError, NetnsNotFound, SyscallError } from './failure.js';
import { failedWith } from './failure.js';
import type { Fd } from './fd.js';
import { fileError } from './file-error.js';
import { close, getsockopt, ioctl, open, setns } from './libc.js';

/** What an error of open(2) says about the namespace, or that error itself where it says nothing. */
const whyNotOpened = (path: string, error: LibcError): LibcError | NetnsNotFound => {
  const because = (why: NetnsNotFound['why']): NetnsNotFound => ({
    _tag: 'NetnsNotFound',
    path,
    why,
  });
  if (failedWith(...NOT_PERMITTED)(error)) return because('not-permitted');
  if (failedWith(ENOENT, ENOTDIR, ESRCH)(error))
    return because(/^\/proc\/\d+\//.test(path) ? 'no-such-process' : 'missing');
  return error;
};

const statOf = (fd: Fd): IOE.IOEither<SyscallError, BigIntStats> =>
  IOE.tryCatch(() => fstatSync(fd, { bigint: true }), fileError('the namespace file'));

/** What file systems and drivers answer to an ioctl(2) that is not theirs. */
const NO_SUCH_IOCTL: ReadonlyArray<number> = [ENOTTY, EINVAL, EOPNOTSUPP];

/** `ip netns` mounts the namespace over an empty file; after a reboot or umount that file is what is left. */
const isEmptyFile = (fd: Fd): boolean => {
  const stat = statOf(fd)();
  return E.isRight(stat) && stat.right.isFile() && stat.right.size === 0n;
};

/** CLONE_NEW* of an open namespace file; null for any other file. */
const namespaceType = (fd: Fd): IOE.IOEither<LibcError, number | null> =>
  pipe(
    ioctl(fd, NS_GET_NSTYPE, null),
    IOE.orElse((error): IOE.IOEither<LibcError, number | null> => {
      return failedWith(...NO_SUCH_IOCTL)(error) ? IOE.right(null) : IOE.left(error);
    }),
  );

/**
 * Opens the namespace file at `path` and makes sure that it is one of a network namespace. The descriptor
 * keeps the namespace alive. Source: ioctl_ns(2), NS_GET_NSTYPE.
 */
export const openNetnsFile =
  (path: string): IOE.IOEither<LibcError | NetnsNotFound, Fd> =>
  () => {
    const opened = open(path, O_RDONLY | O_NONBLOCK)(); // non-blocking: it may be a FIFO
    if (E.isLeft(opened)) return E.left(whyNotOpened(path, opened.left));
    const kind = namespaceType(opened.right)();
    if (E.isRight(kind) && kind.right === CLONE_NEWNET) return opened;
    const unmounted = E.isRight(kind) && kind.right === null && isEmptyFile(opened.right);
    close(opened.right)();
    if (E.isLeft(kind)) return kind;
    return E.left({ _tag: 'NetnsNotFound', path, why: unmounted ? 'unmounted' : 'not-a-netns' });
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
const netnsCookie = (socket: Fd): IOE.IOEither<LibcError, bigint> =>
  pipe(
    getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, 8),
    IOE.map((cookie) => new DataView(cookie.buffer).getBigUint64(0, HOST_LE)),
    // Any other failure must not pass for an old kernel: the journal is found by this number.
    IOE.orElse((error) => (failedWith(ENOPROTOOPT)(error) ? IOE.right(0n) : IOE.left(error))),
  );

const isThere = (path: string): IOE.IOEither<SyscallError, boolean> =>
  IOE.tryCatch(() => statSync(path, { throwIfNoEntry: false }) !== undefined, fileError(path));

/**
 * Which namespace this is, from its open file and any socket in it. To be run inside the namespace: the
 * evidence that it is the machine's own is read there.
 */
export const identityFromInside = (file: Fd, socket: Fd): IOE.IOEither<LibcError, NetnsIdentity> =>
  pipe(
    IOE.Do,
    IOE.apS('facts', statOf(file)),
    IOE.apSW('cookie', netnsCookie(socket)),
    IOE.apSW('inTheFirst', isThere(ONLY_IN_THE_FIRST)),
    IOE.map(({ facts: { ino }, cookie, inTheFirst }) => ({
      inode: ino.toString(),
      cookie: cookie.toString(),
      root: ino === INIT_INODE || inTheFirst,
    })),
  );
