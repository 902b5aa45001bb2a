/** What each system call can give: the ERRORS of its manual page, and what a full or broken machine adds. */
import * as errno from '../../src/executor/linux/errno.js';
import type { Fault } from './system-calls.js';

const EFBIG = 27;
const ENOLCK = 37;
const ECONNRESET = 104;
const ENOBUFS = 105;
const ETOOMANYREFS = 109;
const ECONNREFUSED = 111;
const EDQUOT = 122;

const { EPERM, ENOENT, ESRCH, EINTR, EIO, ENXIO, EAGAIN, ENOMEM, EACCES, EBUSY, EEXIST } = errno;
const { ENODEV, ENOTDIR, EINVAL, ENFILE, EMFILE, ENOTTY, ENOSPC, EROFS, EPIPE, ELOOP } = errno;
const { ENOTSOCK, EMSGSIZE, EPROTOTYPE, ENOPROTOOPT, EOPNOTSUPP, EAFNOSUPPORT } = errno;
const { EADDRINUSE, ENETDOWN } = errno;

const BEFORE: Readonly<Record<string, ReadonlyArray<number>>> = {
  open: [EIO, EACCES, ENOENT, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS, ELOOP, EINTR],
  ioctl: [ENOTTY, EPERM, ENODEV, EOPNOTSUPP, ENOMEM],
  setns: [EPERM, EINVAL, ENOMEM],
  socket: [EMFILE, ENFILE, EPERM, EACCES, ENOBUFS, ENOMEM, EAFNOSUPPORT],
  setsockopt: [EPERM, ENOPROTOOPT, EINVAL, ENODEV, ENOBUFS, ENOMEM],
  getsockopt: [EINVAL, ENOMEM], // no ENOPROTOOPT: a kernel has an option or not, in all calls
  getsockname: [ENOBUFS],
  bind: [ENODEV, ENXIO, ENETDOWN, EADDRINUSE, EPERM, EINVAL, ENOMEM],
  connect: [ECONNREFUSED, ENOENT, EACCES, EAGAIN, EINTR, EPROTOTYPE, ENOTSOCK],
  send: [ENOBUFS, ENOMEM, EPERM, ECONNREFUSED, EINTR, EAGAIN, EMSGSIZE],
  recv: [ENOBUFS, ENOMEM, EAGAIN, EINTR, ECONNRESET],
  sendmsg: [EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETOOMANYREFS, EMSGSIZE, EAGAIN, EINTR],
  flock: [EAGAIN, EINTR, ENOLCK],
  stat: [EIO, EACCES, ENOENT, ENOMEM],
  lstat: [EIO, EACCES, ENOTDIR, ELOOP, ENOMEM], // no ENOENT: nobody else removes what is there
  fstat: [EIO, ENOMEM],
  mkdir: [EIO, EACCES, EEXIST, ENOENT, ENOSPC, EDQUOT, EROFS],
  readdir: [EIO, EACCES, EMFILE, ENOENT, ENOMEM],
  readFile: [EIO, EACCES, EMFILE, ENOENT, ESRCH, ENOMEM],
  readlink: [EIO, ENOMEM, ELOOP],
  read: [EIO, EINTR, ENOMEM],
  pread: [EIO, EINTR],
  write: [EIO, ENOSPC, EDQUOT, EFBIG, EINTR],
  ftruncate: [EIO, EROFS, EFBIG, EINTR],
  fsync: [EIO, ENOSPC, EDQUOT, EROFS, EINVAL],
  rename: [EIO, EACCES, ENOENT, ENOSPC, EDQUOT, EROFS],
  unlink: [EIO, EACCES, EPERM, EBUSY, EROFS], // nor here
  close: [EIO, EINTR, ENOSPC, EDQUOT],
};

/** Calls that may have done what they were for when they fail: on a disk, or where the answer is lost. */
const AFTER: Readonly<Record<string, number>> = {
  mkdir: EIO,
  ftruncate: EIO,
  write: EIO,
  fsync: EIO,
  rename: EIO,
  unlink: EIO,
  recv: ENOBUFS,
};

/** Throws for a call that has none: it would be left out without a word. */
export const faultsOf = (name: string): ReadonlyArray<Fault> => {
  const before = BEFORE[name];
  if (before === undefined) throw new Error(`no errors are known of ${name}`);
  const after = AFTER[name];
  return [
    ...before.map((errno): Fault => ({ errno, when: 'before' })),
    ...(after === undefined ? [] : [{ errno: after, when: 'after' } as const]),
  ];
};
