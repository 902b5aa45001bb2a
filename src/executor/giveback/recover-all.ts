/** recoverAll: every journal of a folder, also those whose namespace is not where it was. */
import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RT from 'fp-ts/lib/ReaderTask.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { Capabilities } from '../effects/capabilities.js';
import { type Exec, fail, type Needs } from '../effects/exec.js';
import { netnsFiles } from '../effects/machine.js';
import type { ExecError } from '../failures/failure.js';
import { DEFAULT_JOURNAL_FOLDER, folderIsThere } from '../journal/folder.js';
import {
  type Journal,
  listJournals,
  readJournal,
  removeJournal,
  standingOf,
} from '../journal/journal.js';
import { mustBeGone } from '../journal/liveness.js';
import { mustBeOfNetns, mustBeOfThisBoot } from '../journal/origin.js';
import { withNetns } from '../namespace/open.js';
import { type RecoverOptions, recover } from './recover.js';
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

/** Opens the namespace at `path`, only to see that it is the journal's. */
const mustBeAt = (journal: Journal, path: string) =>
  withNetns(path, (netns) => mustBeOfNetns(journal, netns));

/** The first of `paths` that is the journal's namespace; null when none is. */
const firstOf = (
  journal: Journal,
  [path, ...others]: ReadonlyArray<string>,
): Exec<Needs<'kernel' | 'machine'>, string | null> =>
  path === undefined
    ? RTE.right(null)
    : pipe(
        mustBeAt(journal, path),
        RTE.map((): string | null => path),
        RTE.orElse((error) => (isNotThere(error) ? firstOf(journal, others) : fail(error))),
      );

/** Where the journal's namespace is, now that the file it was applied by is gone; null for nowhere. */
const otherPath = (journal: Journal): Exec<Needs<'kernel' | 'machine'>, string | null> =>
  pipe(
    netnsFiles(journal.header.netns.inode),
    RTE.flatMap((paths) => firstOf(journal, paths)),
  );

const forget = (journal: Journal, folder: string): Exec<Needs<'files'>, RestoreReport> =>
  pipe(
    removeJournal(folder, journal.path),
    RTE.map(() => restoreReport(journal.header.path, 'forgotten')),
  );

/**
 * A finished apply whose namespace is not where it was. /proc/PID/ns/net goes with its process, and the
 * namespace may be mounted elsewhere or have other processes: then it can still be given back. Else the
 * container has come to its end: there is nothing to give back, and nobody to give it to.
 */
const forgetOr =
  (journal: Journal, folder: string) =>
  (error: ExecError): Exec<Capabilities, RestoreReport> => {
    const gone = error._tag === 'NetnsNotFound' && isNotThere(error);
    if (!gone || standingOf(journal) !== 'handed-over') return fail(error);
    return pipe(
      mustBeGone(journal.header.sandbox, () => error),
      RTE.flatMap(() => otherPath(journal)),
      RTE.flatMap((path) =>
        path === null
          ? forget(journal, folder)
          : RTE.right<Capabilities, ExecError, RestoreReport>(restoreReport(path, 'handed-over')),
      ),
    );
  };

/** The namespace that a journal names must still be the one that it was written for. */
const recoverJournal = (
  path: string,
  folder: string,
  options: RecoverOptions,
): Exec<Capabilities, RestoreReport> =>
  pipe(
    readJournal(path),
    RTE.flatMap((journal): Exec<Capabilities, RestoreReport> => {
      if (journal === null) return RTE.right(restoreReport(path, 'nothing-to-do'));
      const { path: netnsPath } = journal.header;
      return pipe(
        mustBeOfThisBoot(journal),
        RTE.flatMap(() => mustBeAt(journal, netnsPath)),
        RTE.matchEW(forgetOr(journal, folder), () => recover(netnsPath, options)),
      );
    }),
  );

/** Undoes every interrupted apply that the folder knows of; one that fails does not keep the others away. */
export const recoverAll = (
  options: RecoverOptions = {},
): Exec<Capabilities, ReadonlyArray<Recovered>> => {
  const folder = options.journalFolder ?? DEFAULT_JOURNAL_FOLDER;
  const one = (journal: string): Exec<Capabilities, Recovered> =>
    pipe(
      recoverJournal(journal, folder, options),
      RT.map((result) => ({ journal, result })),
      RTE.rightReaderTask,
    );
  return pipe(
    folderIsThere(folder),
    RTE.flatMap(
      (there): Exec<Needs<'files'>, ReadonlyArray<string>> =>
        there ? listJournals(folder) : RTE.right([]),
    ),
    RTE.flatMap(RTE.traverseSeqArray(one)),
  );
};
