/** recover: undoes what an interrupted apply left, from its journal; can itself be killed and run again. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { aged } from '../../plan/restore/difference.js';
import { sameIdentity } from '../../plan/restore/stale.js';
import type { Capabilities, Exec, Netns } from '../effects/capabilities.js';
import { fail } from '../effects/exec.js';
import type { ExecError, JournalElsewhere } from '../failures/failure.js';
import { DEFAULT_JOURNAL_FOLDER } from '../journal/folder.js';
import {
  type Journal,
  journalPath,
  readJournal,
  recordOf,
  removeJournal,
  removeUnfinished,
} from '../journal/journal.js';
import { lifeOf } from '../journal/liveness.js';
import { withLock } from '../journal/lock.js';
import { openNetns } from '../namespace/open.js';
import { putBack } from '../namespace/put-back.js';
import { type RestoreReport, restoreReport } from './report.js';

export interface RecoverOptions {
  readonly journalFolder?: string;
  /** undo also what has an unknown outcome: a person has decided that the sandbox does not have the network */
  readonly giveBack?: boolean;
}

const elsewhere = (
  { path }: Journal,
  what: JournalElsewhere['what'],
  recorded: string,
  found: string,
): TE.TaskEither<ExecError, never> =>
  fail({ _tag: 'JournalElsewhere', path, what, recorded, found });

/** After a reboot a pid, a path, an inode and a cookie mean something else. */
export const ofThisBoot = (
  journal: Journal,
  { machine }: Capabilities,
): TE.TaskEither<ExecError, void> =>
  pipe(
    machine.bootId,
    TE.flatMap((bootId) =>
      journal.header.bootId === bootId
        ? TE.right(undefined)
        : elsewhere(journal, 'boot', journal.header.bootId, bootId),
    ),
  );

/** An inode is used again; the cookie of a namespace is not. */
export const ofThisNetns = (
  journal: Journal,
  { identity }: Netns,
): TE.TaskEither<ExecError, void> =>
  sameIdentity(journal.header.netns, identity)
    ? TE.right(undefined)
    : elsewhere(journal, 'namespace', journal.header.netns.cookie, identity.cookie);

const belongs = (journal: Journal, netns: Netns, c: Capabilities): TE.TaskEither<ExecError, void> =>
  pipe(
    ofThisBoot(journal, c),
    TE.flatMap(() => ofThisNetns(journal, netns)),
  );

/** Puts the namespace back as the journal has it, and removes the journal when nothing is missing. */
export const giveBack =
  (journal: Journal, netns: Netns, folder: string): Exec<Capabilities, RestoreReport> =>
  (c) => {
    const { header, path } = journal;
    const seconds = Math.max(0, Math.round(c.machine.uptime() - header.uptime));
    return pipe(
      putBack(netns, aged(header.before, seconds), c.machine),
      TE.flatMap(({ missing, refused }): TE.TaskEither<ExecError, void> => {
        if (missing.length === 0) return removeJournal(folder, path)(c);
        return fail({ _tag: 'RestoreIncomplete', missing, undo: refused, journal: path });
      }),
      TE.map(() => restoreReport(netns.path, 'given-back')),
    );
  };

/** Runs `use` on the namespace's own journal, under its lock. */
export const withJournal =
  (
    netnsPath: string,
    folder: string,
    use: (journal: Journal | null, netns: Netns) => TE.TaskEither<ExecError, RestoreReport>,
  ): Exec<Capabilities, RestoreReport> =>
  (c) =>
    openNetns(netnsPath, (netns) =>
      withLock(
        folder,
        netns.identity,
        pipe(
          readJournal(journalPath(folder, netns.identity))(c),
          TE.tap((journal) =>
            journal === null ? TE.right(undefined) : belongs(journal, netns, c),
          ),
          TE.flatMap((journal) => use(journal, netns)),
        ),
      )(c),
    )(c);

/** Undoes unless the sandbox lives and may have the network. */
const decideUnknown =
  (journal: Journal, netns: Netns, folder: string, options: RecoverOptions) =>
  (c: Capabilities): TE.TaskEither<ExecError, RestoreReport> =>
    options.giveBack === true
      ? giveBack(journal, netns, folder)(c)
      : pipe(
          lifeOf(journal.header.sandbox)(c),
          TE.flatMap((life) =>
            life === null
              ? giveBack(journal, netns, folder)(c)
              : fail({ _tag: 'OutcomeUnknown', record: recordOf(journal) }),
          ),
        );

/** An apply that was killed while it wrote its journal has done nothing, but may have left the file it wrote to. */
const nothingToDo =
  (netns: Netns, folder: string) =>
  (c: Capabilities): TE.TaskEither<ExecError, RestoreReport> =>
    pipe(
      removeUnfinished(journalPath(folder, netns.identity))(c),
      TE.map(() => restoreReport(netns.path, 'nothing-to-do')),
    );

/** Undoes the interrupted apply of one namespace, if there is one. */
export const recover =
  (netnsPath: string, options: RecoverOptions = {}): Exec<Capabilities, RestoreReport> =>
  (c) => {
    const folder = options.journalFolder ?? DEFAULT_JOURNAL_FOLDER;
    return withJournal(netnsPath, folder, (journal, netns) => {
      if (journal === null) return nothingToDo(netns, folder)(c);
      switch (journal.phase) {
        case 'begun':
        case 'undoing':
          return giveBack(journal, netns, folder)(c);
        case 'calling':
        case 'unknown':
          return decideUnknown(journal, netns, folder, options)(c);
        case 'committed':
          return TE.right(restoreReport(netns.path, 'handed-over'));
      }
    })(c);
  };
