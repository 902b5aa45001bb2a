/** recoverAll: every journal of a folder, also those whose namespace is not where it was. */
import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities, Exec } from '../effects/capabilities.js';
import { fail } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import { DEFAULT_JOURNAL_FOLDER, folderIsThere } from '../journal/folder.js';
import { type Journal, listJournals, readJournal, removeJournal } from '../journal/journal.js';
import { lifeOf } from '../journal/liveness.js';
import { openNetns } from '../namespace/open.js';
import { ofThisBoot, ofThisNetns, type RecoverOptions, recover } from './recover.js';
import { type RestoreReport, restoreReport } from './report.js';

/** The outcome for one journal of many. */
export interface Recovered {
  readonly journal: string;
  readonly result: E.Either<ExecError, RestoreReport>;
}

/** Shown that the journal's namespace is not at a path. Not being permitted to look shows nothing. */
const isNotThere = (error: ExecError): boolean =>
  error._tag === 'JournalElsewhere' ||
  (error._tag === 'NetnsNotFound' && error.why !== 'not-permitted');

/** The first of `paths` that is the journal's namespace; null when none is. */
const firstOf = (
  journal: Journal,
  [path, ...others]: ReadonlyArray<string>,
  c: Capabilities,
): TE.TaskEither<ExecError, string | null> =>
  path === undefined
    ? TE.right(null)
    : pipe(
        openNetns(path, (netns) => ofThisNetns(journal, netns))(c),
        TE.map((): string | null => path),
        TE.orElse((error) => (isNotThere(error) ? firstOf(journal, others, c) : TE.left(error))),
      );

/** Where the journal's namespace is, now that the file it was applied by is gone; null for nowhere. */
const otherPath = (journal: Journal, c: Capabilities): TE.TaskEither<ExecError, string | null> =>
  pipe(
    c.machine.netnsFiles(journal.header.netns.inode),
    TE.flatMap((paths) => firstOf(journal, paths, c)),
  );

/**
 * A finished apply whose namespace is not where it was. /proc/PID/ns/net goes with its process, and the
 * namespace may be mounted elsewhere or have other processes: then it can still be given back. Else the
 * container has come to its end: there is nothing to give back, and nobody to give it to.
 */
const forgetOr =
  (journal: Journal, folder: string, c: Capabilities) =>
  (error: ExecError): TE.TaskEither<ExecError, RestoreReport> => {
    const gone = error._tag === 'NetnsNotFound' && isNotThere(error);
    if (!gone || journal.phase !== 'committed') return fail(error);
    return pipe(
      lifeOf(journal.header.sandbox)(c),
      TE.flatMap((life) => (life === null ? otherPath(journal, c) : fail(error))),
      TE.flatMap((path) =>
        path === null
          ? pipe(
              removeJournal(folder, journal.path)(c),
              TE.map(() => restoreReport(journal.header.path, 'forgotten')),
            )
          : TE.right(restoreReport(path, 'handed-over')),
      ),
    );
  };

/** The namespace that a journal names must still be the one that it was written for. */
const recoverJournal =
  (path: string, folder: string, options: RecoverOptions) =>
  (c: Capabilities): TE.TaskEither<ExecError, RestoreReport> =>
    pipe(
      readJournal(path)(c),
      TE.flatMap((journal): TE.TaskEither<ExecError, string | RestoreReport> => {
        if (journal === null) return TE.right(restoreReport(path, 'nothing-to-do'));
        const { path: netnsPath } = journal.header;
        return pipe(
          ofThisBoot(journal, c),
          TE.flatMap(() => openNetns(netnsPath, (netns) => ofThisNetns(journal, netns))(c)),
          TE.map(() => netnsPath),
          TE.orElseW(forgetOr(journal, folder, c)),
        );
      }),
      TE.flatMap((found) =>
        typeof found === 'string' ? recover(found, options)(c) : TE.right(found),
      ),
    );

/** Undoes every interrupted apply that the folder knows of; one that fails does not keep the others away. */
export const recoverAll =
  (options: RecoverOptions = {}): Exec<Capabilities, ReadonlyArray<Recovered>> =>
  (c) => {
    const folder = options.journalFolder ?? DEFAULT_JOURNAL_FOLDER;
    const one = (journal: string): TE.TaskEither<ExecError, Recovered> =>
      TE.fromTask(
        pipe(recoverJournal(journal, folder, options)(c), (task) => async () => ({
          journal,
          result: await task(),
        })),
      );
    return pipe(
      folderIsThere(folder)(c),
      TE.flatMap((there) => (there ? listJournals(folder)(c) : TE.right([]))),
      TE.flatMap(TE.traverseSeqArray(one)),
    );
  };
