/** release: gives the addresses of a finished apply back to the namespace when its sandbox is gone. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { Capabilities, Netns } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { DEFAULT_JOURNAL_FOLDER } from '../journal/folder.js';
import { type Journal, recordOf, unfinished } from '../journal/journal.js';
import { mustBeGone } from '../journal/liveness.js';
import { giveBack, withJournal } from './give-back.js';
import type { RestoreReport } from './report.js';

export interface ReleaseOptions {
  readonly journalFolder?: string;
  /** give back although the sandbox lives, or may live */
  readonly force?: boolean;
}

/** Only an apply that the sandbox has confirmed can be released; others are for `recover` to judge. */
const committed = (
  journal: Journal | null,
  netns: Netns,
  folder: string,
): Exec<unknown, Journal> => {
  if (journal === null) return fail({ _tag: 'NoJournal', netns: netns.path, folder });
  const error = unfinished(journal);
  return error === null ? RTE.right(journal) : fail(error);
};

/** Giving the addresses back while the sandbox uses them would put two owners on the wire. */
const doesNotUseIt = (journal: Journal): Exec<Needs<'sandbox' | 'machine'>, void> =>
  mustBeGone(journal.header.sandbox, (evidence) => ({
    _tag: 'SandboxAlive',
    record: recordOf(journal),
    evidence,
  }));

/** Puts the namespace back as it was before the apply that its committed journal tells of. */
export const release = (
  netnsPath: string,
  { journalFolder: folder = DEFAULT_JOURNAL_FOLDER, force = false }: ReleaseOptions = {},
): Exec<Capabilities, RestoreReport> =>
  withJournal(netnsPath, folder, (journal, netns) =>
    pipe(
      committed(journal, netns, folder),
      RTE.tap((found) => (force ? nothing : doesNotUseIt(found))),
      RTE.flatMap((found) => giveBack(found, netns, folder)),
    ),
  );
