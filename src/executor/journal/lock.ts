/** One netplan at a time in a namespace: a locked file beside its journal. */
import { constants } from 'node:fs';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { OpenFile } from '../effects/capabilities.js';
import { fail } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import { ensureFolder, type JournalCapabilities, journalName, withSafeFile } from './folder.js';

/** The holder removes the file before it lets go, so a lock may be won on a file that is no longer there. */
const MAX_ATTEMPTS = 16;

/** Between winning the lock and writing its pid into the file, the holder needs less than this. */
const HOLDER_WAITS = 20;
const HOLDER_WAIT_MS = 5;

const lockedBy = (
  path: string,
  file: OpenFile,
  c: JournalCapabilities,
  waits: number = HOLDER_WAITS,
): TE.TaskEither<ExecError, never> =>
  pipe(
    file.read(32),
    TE.flatMap((text) => {
      const known = /^[1-9]\d{0,9}\n/.test(text);
      if (!known && waits > 0)
        return pipe(
          TE.fromTask<void, ExecError>(c.machine.sleep(HOLDER_WAIT_MS)),
          TE.flatMap(() => lockedBy(path, file, c, waits - 1)),
        );
      const holder = known ? Number.parseInt(text, 10) : null;
      return fail({ _tag: 'NamespaceLocked', path, holder });
    }),
  );

const writeHolder = (file: OpenFile, { machine }: JournalCapabilities) =>
  pipe(
    file.truncate,
    TE.flatMap(() => file.write(`${machine.pid}\n`)),
  );

/** Runs `use` when the lock was won on the file that is still at `path`; 'again' when that one is gone. */
const whenTaken = <A>(
  path: string,
  c: JournalCapabilities,
  use: TE.TaskEither<ExecError, A>,
): TE.TaskEither<ExecError, { readonly value: A } | 'again' | null> =>
  withSafeFile(path, constants.O_RDWR | constants.O_CREAT, (file, facts) =>
    pipe(
      file.lock,
      TE.flatMap((lock) => (lock === 'held' ? lockedBy(path, file, c) : c.files.lstat(path))),
      TE.flatMap((there): TE.TaskEither<ExecError, { readonly value: A } | 'again'> => {
        if (there?.inode !== facts.inode) return TE.right('again');
        return TE.bracket(
          writeHolder(file, c),
          () =>
            pipe(
              use,
              TE.map((value) => ({ value })),
            ),
          // A file that stays is a lock that nobody holds: the next one takes it.
          () =>
            pipe(
              c.files.unlink(path),
              TE.orElse(() => TE.right<ExecError, void>(undefined)),
            ),
        );
      }),
    ),
  )(c);

/**
 * Runs `use` while no other netplan that uses `folder` works on the namespace; fails at once with
 * NamespaceLocked when one does. The kernel frees the lock of a process that dies.
 */
export const withLock =
  <A>(folder: string, netns: NetnsIdentity, use: TE.TaskEither<ExecError, A>) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, A> => {
    const path = join(folder, `${journalName(netns)}.lock`);
    const attempt = (left: number): TE.TaskEither<ExecError, A> =>
      pipe(
        whenTaken(path, c, use),
        TE.flatMap((result): TE.TaskEither<ExecError, A> => {
          if (result !== null && result !== 'again') return TE.right(result.value);
          return left === 0
            ? fail({ _tag: 'NamespaceLocked', path, holder: null })
            : attempt(left - 1);
        }),
      );
    return pipe(
      ensureFolder(folder)(c),
      TE.flatMap(() => attempt(MAX_ATTEMPTS)),
    );
  };
