/** The real Files: node's file calls, each as a TaskEither with the errno that the kernel gave. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { FileFacts, Files, OpenFile } from '../effects/capabilities.js';
import { EAGAIN, EIO, ENOENT } from '../linux/errno.js';
import type { SyscallError } from '../linux/failure.js';
import { failedWith } from '../linux/failure.js';
import { fdOf } from '../linux/fd.js';
import { fileError } from '../linux/file-error.js';
import { flock } from '../linux/libc.js';

const fileCall = <A>(about: string, run: () => Promise<A>): TE.TaskEither<SyscallError, A> =>
  TE.tryCatch(run, fileError(about));

const nullIfMissing = <A>(
  task: TE.TaskEither<SyscallError, A>,
): TE.TaskEither<SyscallError, A | null> =>
  pipe(
    task,
    TE.orElse((error) =>
      error.errno === ENOENT ? TE.right<SyscallError, A | null>(null) : TE.left(error),
    ),
  );

interface Stat {
  readonly uid: number;
  readonly mode: number;
  readonly size: number;
  readonly ino: number;
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
  readonly isSymbolicLink: () => boolean;
}

const fileKind = (stat: Stat): FileFacts['kind'] => {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'link' : 'other';
};

const factsOf = (stat: Stat): FileFacts => ({
  kind: fileKind(stat),
  uid: stat.uid,
  mode: stat.mode & 0o7777,
  bytes: stat.size,
  inode: String(stat.ino),
});

const readWhole = async (handle: FileHandle, limit: number): Promise<string> => {
  const buffer = Buffer.alloc(Math.min(limit, (await handle.stat()).size));
  let filled = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) return buffer.toString('utf8', 0, filled);
    filled += bytesRead;
  }
};

const LOCK_EX_NB = 2 | 4; // LOCK_EX | LOCK_NB, sys/file.h

const takeLock = (fd: number, path: string): TE.TaskEither<SyscallError, 'taken' | 'held'> =>
  TE.fromIOEither(() => {
    const taken = flock(fdOf(fd), LOCK_EX_NB)();
    if (E.isRight(taken)) return E.right('taken');
    const error = taken.left;
    if (failedWith(EAGAIN)(error)) return E.right('held');
    const errno = error._tag === 'SyscallError' ? error.errno : EIO;
    return E.left({ _tag: 'SyscallError', call: 'flock', errno, about: path });
  });

const openFile = (handle: FileHandle, path: string): OpenFile => ({
  facts: pipe(
    fileCall(path, () => handle.stat()),
    TE.map(factsOf),
  ),
  read: (limit) => fileCall(path, () => readWhole(handle, limit)),
  write: (text) => fileCall(path, () => handle.writeFile(text)),
  truncate: fileCall(path, () => handle.truncate(0)),
  sync: fileCall(path, () => handle.sync()),
  lock: takeLock(handle.fd, path),
  close: () => handle.close().catch(() => {}),
});

export const liveFiles: Files = {
  lstat: (path) =>
    pipe(
      nullIfMissing(fileCall(path, () => lstat(path))),
      TE.map((stat) => stat && factsOf(stat)),
    ),
  mkdir: (path, mode) => fileCall(path, async () => void (await mkdir(path, { mode }))),
  list: (path) => fileCall(path, () => readdir(path)),
  open: (path, flags, mode) =>
    pipe(
      nullIfMissing(fileCall(path, () => open(path, flags | constants.O_NOFOLLOW, mode))),
      TE.map((handle) => handle && openFile(handle, path)),
    ),
  rename: (from, to) => fileCall(from, () => rename(from, to)),
  unlink: (path) => fileCall(path, () => unlink(path)),
};
