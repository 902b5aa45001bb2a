/** The folder of journals and locks: made and opened so that no other user can put anything there. */
import { constants } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { FileFacts, OpenFile } from '../effects/capabilities.js';
import { accepting, type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { lstat, mkdir, withFile } from '../effects/files.js';
import { euid } from '../effects/machine.js';
import { EEXIST } from '../linux/errno.js';

/** Gone after a reboot, like the namespaces that it speaks of. */
export const DEFAULT_JOURNAL_FOLDER = '/run/netplan';

const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/** The cookie names a namespace for the life of the kernel; the inode only where a kernel before 5.14 has none. */
export const journalName = ({ cookie, inode }: NetnsIdentity): string =>
  cookie === '0' ? `netns-inode-${inode}` : `netns-${cookie}`;

/** Null: nobody but `uid` and root could have made or changed it. */
const whyUnsafe = (facts: FileFacts, kind: FileFacts['kind'], uid: number): string | null => {
  if (facts.kind !== kind) return `is a ${facts.kind}, not a ${kind}`;
  if (facts.uid !== uid) return `belongs to user ${facts.uid}, not to ${uid}`;
  const others = facts.mode & 0o077;
  return others === 0 ? null : `is open to others (mode ${facts.mode.toString(8)})`;
};

const mustBeSafe = (
  path: string,
  kind: FileFacts['kind'],
  facts: FileFacts,
): Exec<Needs<'machine'>, void> =>
  pipe(
    euid,
    RTE.flatMap((uid) => {
      const why = whyUnsafe(facts, kind, uid);
      return why === null ? nothing : fail({ _tag: 'UnsafeFile', path, why });
    }),
  );

/** False: there is no such folder. Anything else in its place is an error. */
export const folderIsThere = (folder: string): Exec<Needs<'files' | 'machine'>, boolean> =>
  pipe(
    lstat(folder),
    RTE.tap((facts) => (facts === null ? nothing : mustBeSafe(folder, 'folder', facts))),
    RTE.map((facts) => facts !== null),
  );

/** Makes the folder, mode 0700, if it is missing; its parent must be there. */
export const ensureFolder = (folder: string): Exec<Needs<'files' | 'machine'>, void> =>
  pipe(
    folderIsThere(folder),
    RTE.flatMap((there) =>
      there
        ? nothing
        : pipe(
            mkdir(folder, FOLDER_MODE),
            accepting(EEXIST), // Another netplan made it in between: what counts is what is there then.
            RTE.flatMap(() => folderIsThere(folder)),
            RTE.asUnit,
          ),
    ),
  );

/** Opens a file, makes sure on the open file that it is safe, and closes it after `use`. Null: there is none. */
export const withSafeFile = <R, A>(
  path: string,
  flags: number,
  use: (file: OpenFile, facts: FileFacts) => Exec<R, A>,
): Exec<R & Needs<'files' | 'machine'>, A | null> =>
  withFile(path, flags | constants.O_NONBLOCK, FILE_MODE, (file) =>
    pipe(
      RTE.fromTaskEither(file.facts),
      RTE.tap((facts) => mustBeSafe(path, 'file', facts)),
      RTE.flatMap((facts) => use(file, facts)),
    ),
  );

/** Makes a rename or an unlink in the folder last through a crash. */
export const syncFolder = (folder: string): Exec<Needs<'files'>, void> =>
  pipe(
    withFile(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0, ({ sync }) =>
      RTE.fromTaskEither(sync),
    ),
    RTE.asUnit,
  );
