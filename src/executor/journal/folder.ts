/** The folder of journals and locks: made and opened so that no other user can put anything there. */
import { constants } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { Capabilities, FileFacts, OpenFile } from '../effects/capabilities.js';
import type { ExecError, UnsafeFile } from '../failures/failure.js';
import { EEXIST } from '../linux/errno.js';

export type JournalCapabilities = Pick<Capabilities, 'files' | 'machine'>;

/** Gone after a reboot, like the namespaces that it speaks of. */
export const DEFAULT_JOURNAL_FOLDER = '/run/netplan';

const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** The cookie names a namespace for the life of the kernel; the inode only where a kernel before 5.14 has none. */
export const journalName = ({ cookie, inode }: NetnsIdentity): string =>
  cookie === '0' ? `netns-inode-${inode}` : `netns-${cookie}`;

/** Null: nobody but `euid` and root could have made or changed it. */
const whyUnsafe = (facts: FileFacts, kind: FileFacts['kind'], euid: number): string | null => {
  if (facts.kind !== kind) return `is a ${facts.kind}, not a ${kind}`;
  if (facts.uid !== euid) return `belongs to user ${facts.uid}, not to ${euid}`;
  const others = facts.mode & 0o077;
  return others === 0 ? null : `is open to others (mode ${facts.mode.toString(8)})`;
};

const checked =
  (path: string, kind: FileFacts['kind'], { machine }: JournalCapabilities) =>
  (facts: FileFacts): E.Either<UnsafeFile, void> => {
    const why = whyUnsafe(facts, kind, machine.euid());
    return why === null ? E.right(undefined) : E.left({ _tag: 'UnsafeFile', path, why });
  };

/** False: there is no such folder. Anything else in its place is an error. */
export const folderIsThere =
  (folder: string) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, boolean> =>
    pipe(
      c.files.lstat(folder),
      TE.flatMapEither(
        (facts): E.Either<ExecError, boolean> =>
          facts === null
            ? E.right(false)
            : pipe(
                checked(folder, 'folder', c)(facts),
                E.map(() => true),
              ),
      ),
    );

/** Makes the folder, mode 0700, if it is missing; its parent must be there. */
export const ensureFolder =
  (folder: string) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, void> =>
    pipe(
      folderIsThere(folder)(c),
      TE.flatMap((there) =>
        there
          ? TE.right(undefined)
          : pipe(
              c.files.mkdir(folder, FOLDER_MODE),
              // Another netplan may have made it in between: what counts is what is there then.
              TE.orElse((error) =>
                error._tag === 'SyscallError' && error.errno === EEXIST
                  ? TE.right(undefined)
                  : TE.left(error),
              ),
              TE.flatMap(() => folderIsThere(folder)(c)),
              TE.map(() => undefined),
            ),
      ),
    );

/** Opens a file, checks on the open file that it is safe, and closes it after `use`. Null: there is none. */
export const withSafeFile =
  <A>(
    path: string,
    flags: number,
    use: (file: OpenFile, facts: FileFacts) => TE.TaskEither<ExecError, A>,
  ) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, A | null> =>
    TE.bracket(
      c.files.open(path, flags | constants.O_NONBLOCK, FILE_MODE),
      (file): TE.TaskEither<ExecError, A | null> =>
        file === null
          ? TE.right(null)
          : pipe(
              file.facts,
              TE.tapEither(checked(path, 'file', c)),
              TE.flatMap((facts) => use(file, facts)),
            ),
      (file) => TE.fromTask(file === null ? () => Promise.resolve() : file.close),
    );

/** Makes a rename or an unlink in the folder last through a crash. */
export const syncFolder =
  (folder: string) =>
  ({ files }: JournalCapabilities): TE.TaskEither<ExecError, void> =>
    TE.bracket(
      files.open(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0),
      (file) => (file === null ? TE.right(undefined) : file.sync),
      (file) => TE.fromTask(file === null ? () => Promise.resolve() : file.close),
    );
