/** errno: the numbers, names and meanings of the errors that netplan's system calls can meet. */

export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const EIO = 5;
export const ENXIO = 6;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENODEV = 19;
export const ENOTDIR = 20;
export const EISDIR = 21;
export const EINVAL = 22;
export const ENFILE = 23;
export const EMFILE = 24;
export const ENOTTY = 25;
export const ENOSPC = 28;
export const EROFS = 30;
export const EPIPE = 32;
export const ERANGE = 34;
export const ENAMETOOLONG = 36;
export const ENOSYS = 38;
export const ELOOP = 40;
export const ENOTSOCK = 88;
export const EMSGSIZE = 90;
export const EPROTOTYPE = 91;
export const ENOPROTOOPT = 92;
export const EPROTONOSUPPORT = 93;
export const EOPNOTSUPP = 95;
export const EAFNOSUPPORT = 97;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ECONNABORTED = 103;
export const ECONNRESET = 104;
export const ENOBUFS = 105;
export const ENOTCONN = 107;
export const ETOOMANYREFS = 109;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTUNREACH = 113;
export const EALREADY = 114;
export const EINPROGRESS = 115;
export const ESTALE = 116;

/** Name and meaning by number, asm-generic (x86, arm, riscv, loongarch); the words are errno(3)'s. */
const ERRNOS: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [EPERM, ['EPERM', 'operation not permitted']],
  [ENOENT, ['ENOENT', 'no such file or directory']],
  [ESRCH, ['ESRCH', 'no such process or object']],
  [EINTR, ['EINTR', 'interrupted by a signal']],
  [EIO, ['EIO', 'input/output error']],
  [ENXIO, ['ENXIO', 'no such device or address']],
  [EBADF, ['EBADF', 'bad file descriptor']],
  [EAGAIN, ['EAGAIN', 'not ready yet, or the time was over']],
  [ENOMEM, ['ENOMEM', 'out of memory']],
  [EACCES, ['EACCES', 'permission denied']],
  [EBUSY, ['EBUSY', 'device or resource busy']],
  [EEXIST, ['EEXIST', 'exists already']],
  [ENODEV, ['ENODEV', 'no such device']],
  [ENOTDIR, ['ENOTDIR', 'not a directory']],
  [EISDIR, ['EISDIR', 'is a directory']],
  [EINVAL, ['EINVAL', 'invalid argument']],
  [ENFILE, ['ENFILE', 'too many open files in the system']],
  [EMFILE, ['EMFILE', 'too many open files in this process']],
  [ENOTTY, ['ENOTTY', 'not an operation of this kind of file']],
  [ENOSPC, ['ENOSPC', 'no space left']],
  [EROFS, ['EROFS', 'read-only file system']],
  [EPIPE, ['EPIPE', 'the other end is closed']],
  [ERANGE, ['ERANGE', 'out of range']],
  [ENAMETOOLONG, ['ENAMETOOLONG', 'name too long']],
  [ENOSYS, ['ENOSYS', 'not in this kernel, or filtered by seccomp']],
  [ELOOP, ['ELOOP', 'too many symbolic links']],
  [ENOTSOCK, ['ENOTSOCK', 'not a socket']],
  [EMSGSIZE, ['EMSGSIZE', 'message too long']],
  [EPROTOTYPE, ['EPROTOTYPE', 'wrong type of socket']],
  [ENOPROTOOPT, ['ENOPROTOOPT', 'this kernel does not have the socket option']],
  [EPROTONOSUPPORT, ['EPROTONOSUPPORT', 'this kernel does not have the protocol']],
  [EOPNOTSUPP, ['EOPNOTSUPP', 'operation not supported']],
  [EAFNOSUPPORT, ['EAFNOSUPPORT', 'this kernel does not have the address family']],
  [EADDRINUSE, ['EADDRINUSE', 'address in use']],
  [EADDRNOTAVAIL, ['EADDRNOTAVAIL', 'address not available']],
  [ENETDOWN, ['ENETDOWN', 'the interface is down']],
  [ENETUNREACH, ['ENETUNREACH', 'network unreachable']],
  [ECONNABORTED, ['ECONNABORTED', 'connection aborted']],
  [ECONNRESET, ['ECONNRESET', 'connection reset by the other end']],
  [ENOBUFS, ['ENOBUFS', 'no buffer space; messages were lost']],
  [ENOTCONN, ['ENOTCONN', 'not connected']],
  [ETOOMANYREFS, ['ETOOMANYREFS', 'too many descriptors in flight']],
  [ETIMEDOUT, ['ETIMEDOUT', 'timed out']],
  [ECONNREFUSED, ['ECONNREFUSED', 'nobody listens there']],
  [EHOSTUNREACH, ['EHOSTUNREACH', 'host unreachable']],
  [EALREADY, ['EALREADY', 'already under way']],
  [EINPROGRESS, ['EINPROGRESS', 'under way']],
  [ESTALE, ['ESTALE', 'stale file handle']],
]);

/** `EADDRNOTAVAIL`, or `errno 999`. */
export const errnoName = (errno: number): string => ERRNOS.get(errno)?.[0] ?? `errno ${errno}`;

/** One line in lower case, without a full stop: `address not available`. */
export const errnoMeaning = (errno: number): string =>
  ERRNOS.get(errno)?.[1] ?? 'an error that netplan does not know';

/** A right is missing: one of the process, or one of the file. */
export const NOT_PERMITTED: ReadonlyArray<number> = [EPERM, EACCES];

export const isNotPermitted = (errno: number): boolean => NOT_PERMITTED.includes(errno);
