/** One netplan at a time in a namespace: a locked file beside its journal. */
import { constants } from 'node:fs';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { OpenFile } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { lstat, unlink } from '../effects/files.js';
import { pid, sleep } from '../effects/machine.js';
import { ensureFolder, journalName, withSafeFile } from './folder.js';

/** The holder removes the file before it lets go, so a lock may be won on a file that is no longer there. */
const MAX_ATTEMPTS = 16;

/** Between winning the lock and writing its pid into the file, the holder needs less than this. */
const HOLDER_WAITS = 20;
const HOLDER_WAIT_MS = 5;

type Locking = Needs<'files' | 'machine'>;

const inodeAt = (path: string): Exec<Needs<'files'>, string | null> =>
  pipe(
    lstat(path),
    RTE.map((facts) => facts?.inode ?? null),
  );

const lockedBy = (
  path: string,
  file: OpenFile,
  waits: number = HOLDER_WAITS,
): Exec<Needs<'machine'>, never> =>
  pipe(
    RTE.fromTaskEither(file.read(32)),
    RTE.flatMap((text): Exec<Needs<'machine'>, never> => {
      const known = /^[1-9]\d{0,9}\n/.test(text);
      if (!known && waits > 0)
        return pipe(
          sleep(HOLDER_WAIT_MS),
          RTE.flatMap(() => lockedBy(path, file, waits - 1)),
        );
      const holder = known ? Number.parseInt(text, 10) : null;
      return fail({ _tag: 'NamespaceLocked', path, holder });
    }),
  );

const writeHolder = ({ truncate, write }: OpenFile): Exec<Needs<'machine'>, void> =>
  pipe(
    RTE.fromTaskEither(truncate),
    RTE.flatMap(() => pid),
    RTE.flatMapTaskEither((holder) => write(`${holder}\n`)),
  );

/** A file that stays is a lock that nobody holds: the next one takes it. */
const letGo = (path: string): Exec<Needs<'files'>, void> =>
  pipe(
    unlink(path),
    RTE.orElseW(() => nothing),
  );

/** Null: the lock was won on a file that is not the one at the path any more. */
type Won<A> = { readonly value: A } | null;

const whenWon = <R, A>(path: string, file: OpenFile, use: Exec<R, A>): Exec<R & Locking, Won<A>> =>
  RTE.bracketW(
    writeHolder(file),
    () =>
      pipe(
        use,
        RTE.map((value): Won<A> => ({ value })),
      ),
    () => letGo(path),
  );

/** Runs `use` when the lock was won on the file that is still at `path`. */
const tryLock = <R, A>(path: string, use: Exec<R, A>): Exec<R & Locking, Won<A>> =>
  withSafeFile(path, constants.O_RDWR | constants.O_CREAT, (file, { inode }) =>
    pipe(
      RTE.fromTaskEither(file.lock),
      RTE.flatMap(
        (lock): Exec<Locking, string | null> =>
          lock === 'held' ? lockedBy(path, file) : inodeAt(path),
      ),
      RTE.flatMap(
        (found): Exec<R & Locking, Won<A>> =>
          found === inode ? whenWon(path, file, use) : RTE.right(null),
      ),
    ),
  );

const tryLockAgain = <R, A>(path: string, use: Exec<R, A>, left: number): Exec<R & Locking, A> =>
  pipe(
    tryLock(path, use),
    RTE.flatMap((won): Exec<R & Locking, A> => {
      if (won !== null) return RTE.right(won.value);
      return left === 0
        ? fail({ _tag: 'NamespaceLocked', path, holder: null })
        : tryLockAgain(path, use, left - 1);
    }),
  );

/**
 * Runs `use` while no other netplan that uses `folder` works on the namespace; fails at once with
 * NamespaceLocked when one does. The kernel frees the lock of a process that dies.
 */
export const withLock = <R, A>(
  folder: string,
  netns: NetnsIdentity,
  use: Exec<R, A>,
): Exec<R & Locking, A> =>
  pipe(
    ensureFolder(folder),
    RTE.flatMap(() => tryLockAgain(join(folder, `${journalName(netns)}.lock`), use, MAX_ATTEMPTS)),
  );
