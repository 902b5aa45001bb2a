/** release: gives the addresses of a finished apply back to the namespace when its sandbox is gone. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities, Exec, Netns } from '../effects/capabilities.js';
import { fail, nothing } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import { DEFAULT_JOURNAL_FOLDER } from '../journal/folder.js';
import { type Journal, recordOf } from '../journal/journal.js';
import { lifeOf } from '../journal/liveness.js';
import { giveBack, withJournal } from './recover.js';
import type { RestoreReport } from './report.js';

type Step<A> = TE.TaskEither<ExecError, A>;

export interface ReleaseOptions {
  readonly journalFolder?: string;
  /** give back although the sandbox lives, or may live */
  readonly force?: boolean;
}

/** Only an apply that the sandbox has confirmed can be released; others are for `recover` to judge. */
const committed = (journal: Journal | null, netns: Netns, folder: string): Step<Journal> => {
  if (journal === null) return fail({ _tag: 'NoJournal', netns: netns.path, folder });
  const record = recordOf(journal);
  switch (journal.phase) {
    case 'begun':
    case 'undoing':
      return fail({ _tag: 'ApplyInterrupted', record });
    case 'calling':
    case 'unknown':
      return fail({ _tag: 'OutcomeUnknown', record });
    case 'committed':
      return TE.right(journal);
  }
};

const sandboxGone = (journal: Journal, c: Capabilities): Step<void> =>
  pipe(
    lifeOf(journal.header.sandbox)(c),
    TE.flatMap((evidence) =>
      evidence === null
        ? nothing
        : fail({ _tag: 'SandboxAlive', record: recordOf(journal), evidence }),
    ),
  );

/** Puts the namespace back as it was before the apply that its committed journal tells of. */
export const release =
  (netnsPath: string, options: ReleaseOptions = {}): Exec<Capabilities, RestoreReport> =>
  (c) => {
    const folder = options.journalFolder ?? DEFAULT_JOURNAL_FOLDER;
    return withJournal(netnsPath, folder, (journal, netns) =>
      pipe(
        committed(journal, netns, folder),
        TE.tap((found) => (options.force === true ? nothing : sandboxGone(found, c))),
        TE.flatMap((found) => giveBack(found, netns, folder)(c)),
      ),
    )(c);
  };
