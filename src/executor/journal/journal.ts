/**
 * The undo journal of a namespace: what it was like before an apply, and how far the apply got.
 *
 * One file of JSON lines. The first is the header with the whole state before, written to a temporary file,
 * synced and renamed, so it is there whole or not at all. Each later line is a phase, appended and synced
 * before the step that it announces. A last line without its line feed was cut by a crash, before that step.
 */
import { constants } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../plan/documents/decode.js';
import { closed } from '../../plan/model/closed.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { OpenFile } from '../effects/capabilities.js';
import { accepting, type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { list, rename, unlink, withFile } from '../effects/files.js';
import { now } from '../effects/machine.js';
import type {
  ApplyInterrupted,
  ApplyRecord,
  JournalUnreadable,
  OutcomeUnknown,
} from '../failures/failure.js';
import { ENOENT } from '../linux/errno.js';
import { FILE_MODE, journalName, syncFolder, withSafeFile } from './folder.js';
import type { JournalHeader } from './header.js';
import { headerPieces } from './journal-text.js';
import { StoredHeader } from './stored-header.js';

export const Phase = t.keyof(
  { calling: null, unknown: null, undoing: null, committed: null },
  'Phase',
);
/**
 * calling: the request may be on its way. unknown: no usable answer came. undoing: the sandbox did not take
 * the network, and what was done is being put back. committed: the sandbox said yes.
 */
export type Phase = t.TypeOf<typeof Phase>;

const PhaseLine = closed('PhaseLine', { phase: Phase, at: t.string });

export interface Journal {
  readonly path: string;
  readonly header: JournalHeader;
  /** `begun`: no phase was recorded, so nothing was sent */
  readonly phase: 'begun' | Phase;
}

/** A namespace of 100,000 routes takes about 30 MiB. */
const MAX_BYTES = 512 * 1024 * 1024;

export const journalPath = (folder: string, netns: NetnsIdentity): string =>
  join(folder, `${journalName(netns)}.journal`);

const damaged = (path: string, why: string): JournalUnreadable => ({
  _tag: 'JournalUnreadable',
  path,
  why,
});

const parseLine =
  (path: string) =>
  <A>(codec: t.Type<A, unknown, unknown>, line: string): E.Either<JournalUnreadable, A> =>
    pipe(
      E.tryCatch(
        () => JSON.parse(line) as unknown,
        () => damaged(path, 'a line is not JSON'),
      ),
      E.flatMap((json) =>
        pipe(
          decodeWith(codec)(json),
          E.mapLeft(([error]) =>
            damaged(path, `${error?.path ?? ''}: expected ${error?.expected ?? ''}`),
          ),
        ),
      ),
    );

/** The journal in `text`. */
export const parseJournal = (path: string, text: string): E.Either<JournalUnreadable, Journal> => {
  const [first, ...rest] = text.split('\n').slice(0, -1); // what follows the last line feed was cut
  if (first === undefined) return E.left(damaged(path, 'the header is cut'));
  const parse = parseLine(path);
  return pipe(
    E.Do,
    E.apS('header', parse(StoredHeader, first)),
    E.apS('phases', E.traverseArray((line: string) => parse(PhaseLine, line))(rest)),
    E.map(({ header, phases }) => ({ path, header, phase: phases.at(-1)?.phase ?? 'begun' })),
  );
};

/** The journal at `path`, or null when there is none. */
export const readJournal = (path: string): Exec<Needs<'files' | 'machine'>, Journal | null> =>
  withSafeFile(path, constants.O_RDONLY, (file, { bytes }) =>
    bytes > MAX_BYTES
      ? fail(damaged(path, `has ${bytes} bytes`))
      : pipe(
          RTE.fromTaskEither(file.read(MAX_BYTES)),
          RTE.flatMapEither((text) => parseJournal(path, text)),
        ),
  );

const temporaryOf = (path: string): string => `${path}.tmp`;

const removeIfThere = (path: string) => pipe(unlink(path), accepting(ENOENT));

/** The event loop has its turn between two pieces, and a piece is not made before the last one is written. */
const writeAll = (file: OpenFile, pieces: Iterator<string>): Exec<unknown, void> =>
  pipe(
    RTE.fromIO(() => pieces.next()),
    RTE.flatMap(({ done, value }) =>
      done === true
        ? nothing
        : pipe(
            RTE.fromTaskEither(file.write(value)),
            RTE.flatMap(() => writeAll(file, pieces)),
          ),
    ),
  );

const writeNew = (path: string, header: JournalHeader): Exec<Needs<'files'>, void> =>
  pipe(
    withFile(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, FILE_MODE, (file) =>
      pipe(
        writeAll(file, headerPieces(header)),
        RTE.flatMap(() => RTE.fromTaskEither(file.sync)),
        RTE.as('written'),
      ),
    ),
    RTE.flatMap((written) =>
      written === null ? fail({ _tag: 'UnsafeFile', path, why: 'its folder went away' }) : nothing,
    ),
  );

/** Writes the header; when this succeeds it is on disk. The folder is there and the lock held. */
export const beginJournal = (
  folder: string,
  header: JournalHeader,
): Exec<Needs<'files'>, string> => {
  const path = journalPath(folder, header.netns);
  const temporary = temporaryOf(path); // one that a killed apply left is nobody's: the lock is held
  return pipe(
    removeIfThere(temporary),
    RTE.flatMap(() => writeNew(temporary, header)),
    RTE.flatMap(() => rename(temporary, path)),
    RTE.flatMap(() => syncFolder(folder)),
    RTE.as(path),
  );
};

/** Appends a phase; when this succeeds it is on disk. */
export const markJournal = (path: string, phase: Phase): Exec<Needs<'files' | 'machine'>, void> =>
  pipe(
    withSafeFile(path, constants.O_WRONLY | constants.O_APPEND, (file) =>
      pipe(
        now,
        RTE.flatMapTaskEither((at) =>
          file.write(`${JSON.stringify({ phase, at: at.toISOString() })}\n`),
        ),
        RTE.flatMap(() => RTE.fromTaskEither(file.sync)),
        RTE.as('written'),
      ),
    ),
    RTE.flatMap((written) =>
      written === null ? fail(damaged(path, 'it was removed while apply ran')) : nothing,
    ),
  );

/** Removes a journal that was not finished, so that nothing has happened yet. A finished one stays. */
export const removeUnfinished = (path: string): Exec<Needs<'files'>, void> =>
  removeIfThere(temporaryOf(path));

/** Removes the journal, also one that was not finished; when this succeeds it stays away after a crash. */
export const removeJournal = (folder: string, path: string): Exec<Needs<'files'>, void> =>
  pipe(
    removeUnfinished(path),
    RTE.flatMap(() => removeIfThere(path)),
    RTE.flatMap(() => syncFolder(folder)),
  );

/** The journals in a folder that exists. */
export const listJournals = (folder: string): Exec<Needs<'files'>, ReadonlyArray<string>> =>
  pipe(
    list(folder),
    RTE.map((names) =>
      names
        .filter((name) => name.endsWith('.journal'))
        .sort()
        .map((name) => join(folder, name)),
    ),
  );

/**
 * What the last phase means for whoever finds the journal. interrupted: the sandbox has nothing, and what was
 * done is to be put back. unknown: it may have the network. handed-over: it has the network.
 */
export type Standing = 'interrupted' | 'unknown' | 'handed-over';

const STANDINGS: Readonly<Record<Journal['phase'], Standing>> = {
  begun: 'interrupted',
  undoing: 'interrupted',
  calling: 'unknown',
  unknown: 'unknown',
  committed: 'handed-over',
};

export const standingOf = ({ phase }: Journal): Standing => STANDINGS[phase];

/** Why neither a new apply nor a release may go on before `recover`; null for an apply that has finished. */
export const unfinished = (journal: Journal): ApplyInterrupted | OutcomeUnknown | null => {
  const record = recordOf(journal);
  switch (standingOf(journal)) {
    case 'interrupted':
      return { _tag: 'ApplyInterrupted', record };
    case 'unknown':
      return { _tag: 'OutcomeUnknown', record };
    case 'handed-over':
      return null;
  }
};

/** What an error says of a journal. */
export const recordOf = ({ path, header }: Journal): ApplyRecord => ({
  journal: path,
  netns: header.path,
  at: header.at,
  sandbox: header.sandbox.container ?? header.sandbox.address,
  pid: header.pid,
});
