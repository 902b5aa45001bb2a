/** What recover and release share: a namespace's own journal, and the namespace put back as that has it. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { aged } from '../../plan/restore/aging.js';
import { isNoDifference } from '../../plan/restore/difference.js';
import type { Netns } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { uptime } from '../effects/machine.js';
import { type Journal, journalPath, readJournal, removeJournal } from '../journal/journal.js';
import { withLock } from '../journal/lock.js';
import { mustBeOfNetns, mustBeOfThisBoot } from '../journal/origin.js';
import { withNetns } from '../namespace/open.js';
import { putBack } from '../namespace/put-back.js';
import { type RestoreReport, restoreReport } from './report.js';

/** Puts the namespace back as the journal has it, and removes the journal when nothing is missing. */
export const giveBack = (
  { header, path }: Journal,
  netns: Netns,
  folder: string,
): Exec<Needs<'files' | 'machine'>, RestoreReport> =>
  pipe(
    uptime,
    RTE.flatMap((now) => {
      const seconds = Math.max(0, Math.round(now - header.uptime));
      return putBack(netns, aged(header.before, seconds));
    }),
    RTE.flatMap(({ missing, refused }) =>
      isNoDifference(missing)
        ? removeJournal(folder, path)
        : fail({ _tag: 'RestoreIncomplete', missing, undo: refused, journal: path }),
    ),
    RTE.map(() => restoreReport(netns.path, 'given-back')),
  );

const belongs = (journal: Journal, netns: Netns): Exec<Needs<'machine'>, void> =>
  pipe(
    mustBeOfThisBoot(journal),
    RTE.flatMap(() => mustBeOfNetns(journal, netns)),
  );

/** Runs `use` on the namespace's own journal, under its lock. */
export const withJournal = <R, A>(
  netnsPath: string,
  folder: string,
  use: (journal: Journal | null, netns: Netns) => Exec<R, A>,
): Exec<R & Needs<'kernel' | 'files' | 'machine'>, A> =>
  withNetns(netnsPath, (netns) =>
    withLock(
      folder,
      netns.identity,
      pipe(
        readJournal(journalPath(folder, netns.identity)),
        RTE.tap((journal) => (journal === null ? nothing : belongs(journal, netns))),
        RTE.flatMap((journal) => use(journal, netns)),
      ),
    ),
  );
