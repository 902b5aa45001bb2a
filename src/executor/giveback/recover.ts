/** recover: undoes what an interrupted apply left, from its journal; can itself be killed and run again. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { Capabilities, Netns } from '../effects/capabilities.js';
import { type Exec, type Needs, nothing } from '../effects/exec.js';
import { DEFAULT_JOURNAL_FOLDER } from '../journal/folder.js';
import {
  type Journal,
  journalPath,
  recordOf,
  removeUnfinished,
  standingOf,
} from '../journal/journal.js';
import { mustBeGone } from '../journal/liveness.js';
import { giveBack, withJournal } from './give-back.js';
import { type RestoreReport, restoreReport } from './report.js';

export interface RecoverOptions {
  readonly journalFolder?: string;
  /** undo also what has an unknown outcome: a person has decided that the sandbox does not have the network */
  readonly giveBack?: boolean;
}

/** While the sandbox lives it may have the network. */
const cannotHaveIt = (journal: Journal): Exec<Needs<'sandbox' | 'machine'>, void> =>
  mustBeGone(journal.header.sandbox, () => ({ _tag: 'OutcomeUnknown', record: recordOf(journal) }));

/** An apply that was killed while it wrote its journal has done nothing, but may have left the file it wrote to. */
const nothingToDo = (netns: Netns, folder: string): Exec<Needs<'files'>, RestoreReport> =>
  pipe(
    removeUnfinished(journalPath(folder, netns.identity)),
    RTE.map(() => restoreReport(netns.path, 'nothing-to-do')),
  );

/** Undoes the interrupted apply of one namespace, if there is one. */
export const recover = (
  netnsPath: string,
  {
    journalFolder: folder = DEFAULT_JOURNAL_FOLDER,
    giveBack: decided = false,
  }: RecoverOptions = {},
): Exec<Capabilities, RestoreReport> =>
  withJournal(netnsPath, folder, (journal, netns): Exec<Capabilities, RestoreReport> => {
    if (journal === null) return nothingToDo(netns, folder);
    switch (standingOf(journal)) {
      case 'interrupted':
        return giveBack(journal, netns, folder);
      case 'unknown':
        return pipe(
          decided ? nothing : cannotHaveIt(journal),
          RTE.flatMap(() => giveBack(journal, netns, folder)),
        );
      case 'handed-over':
        return RTE.right(restoreReport(netns.path, 'handed-over'));
    }
  });
