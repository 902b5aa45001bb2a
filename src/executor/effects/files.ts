/** The files' capability as work. */
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { FileFacts, OpenFile } from './capabilities.js';
import { type Exec, type Needs, nothing } from './exec.js';

type OnFiles<A> = Exec<Needs<'files'>, A>;

/** Null: there is nothing at `path`. */
export const lstat =
  (path: string): OnFiles<FileFacts | null> =>
  ({ files }) =>
    files.lstat(path);

export const mkdir =
  (path: string, mode: number): OnFiles<void> =>
  ({ files }) =>
    files.mkdir(path, mode);

export const list =
  (folder: string): OnFiles<ReadonlyArray<string>> =>
  ({ files }) =>
    files.list(folder);

export const rename =
  (from: string, to: string): OnFiles<void> =>
  ({ files }) =>
    files.rename(from, to);

export const unlink =
  (path: string): OnFiles<void> =>
  ({ files }) =>
    files.unlink(path);

const opened =
  (path: string, flags: number, mode: number): OnFiles<OpenFile | null> =>
  ({ files }) =>
    files.open(path, flags, mode);

/** Opens a file, with `mode` where it is made, and closes it after `use`. Null: there is none. */
export const withFile = <R, A>(
  path: string,
  flags: number,
  mode: number,
  use: (file: OpenFile) => Exec<R, A>,
): Exec<R & Needs<'files'>, A | null> =>
  RTE.bracketW(
    opened(path, flags, mode),
    (file): Exec<R, A | null> => (file === null ? RTE.right(null) : use(file)),
    (file) => (file === null ? nothing : RTE.fromTask(file.close)),
  );
