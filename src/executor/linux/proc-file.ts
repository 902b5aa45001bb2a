/** Short files of /proc, read on the calling thread: those of a network namespace are the thread's. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { O_RDONLY } from './abi.js';
import { EACCES, ENOENT, EPERM } from './errno.js';
import type { LibcError } from './failure.js';
import { close, open, read } from './libc.js';

/** Bytes: far more than a setting or a list of tables has. */
const MOST = 4096;

const text = new TextDecoder();

/** A kernel without what the file is about, or a process that may not know. */
const NOT_THERE: ReadonlyArray<number> = [ENOENT, EACCES, EPERM];

/** The file's text, 4096 bytes at most unless it is said; null where it is not there or may not be read. */
export const readProcFile =
  (path: string, most = MOST): IOE.IOEither<LibcError, string | null> =>
  () => {
    const opened = open(path, O_RDONLY)();
    if (E.isLeft(opened))
      return opened.left._tag === 'SyscallError' && NOT_THERE.includes(opened.left.errno)
        ? E.right(null)
        : opened;
    const buffer = new Uint8Array(most);
    const got = read(opened.right, buffer)();
    close(opened.right)();
    return E.isLeft(got) ? got : E.right(text.decode(buffer.subarray(0, got.right)));
  };
