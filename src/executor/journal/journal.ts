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
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { decodeWith } from '../../plan/documents/decode.js';
import { closed } from '../../plan/model/closed.js';
import type { NetnsIdentity } from '../../plan/model/state.js';
import type { OpenFile } from '../effects/capabilities.js';
import type { ApplyRecord, ExecError, JournalUnreadable } from '../failures/failure.js';
import { ENOENT } from '../linux/errno.js';
import {
  FILE_MODE,
  type JournalCapabilities,
  journalName,
  syncFolder,
  withSafeFile,
} from './folder.js';
import { JournalHeader } from './header.js';
import { headerPieces } from './journal-text.js';

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

const unreadable = (path: string, why: string): JournalUnreadable => ({
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
        () => unreadable(path, 'a line is not JSON'),
      ),
      E.flatMap((json) =>
        pipe(
          decodeWith(codec)(json),
          E.mapLeft(([error]) =>
            unreadable(path, `${error?.path ?? ''}: expected ${error?.expected ?? ''}`),
          ),
        ),
      ),
    );

/** The journal in `text`. */
export const parseJournal = (path: string, text: string): E.Either<JournalUnreadable, Journal> => {
  const [first, ...rest] = text.split('\n').slice(0, -1); // what follows the last line feed was cut
  if (first === undefined) return E.left(unreadable(path, 'the header is cut'));
  const parse = parseLine(path);
  return pipe(
    E.Do,
    E.apS('header', parse(JournalHeader, first)),
    E.apS('phases', E.traverseArray((line: string) => parse(PhaseLine, line))(rest)),
    E.map(({ header, phases }) => ({ path, header, phase: phases.at(-1)?.phase ?? 'begun' })),
  );
};

/** The journal at `path`, or null when there is none. */
export const readJournal =
  (path: string) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, Journal | null> =>
    withSafeFile(path, constants.O_RDONLY, (file, { bytes }) =>
      bytes > MAX_BYTES
        ? TE.left<ExecError, Journal>(unreadable(path, `has ${bytes} bytes`))
        : pipe(
            file.read(MAX_BYTES),
            TE.flatMapEither((text): E.Either<ExecError, Journal> => parseJournal(path, text)),
          ),
    )(c);

const temporaryOf = (path: string): string => `${path}.tmp`;

const removeIfThere = (path: string, { files }: JournalCapabilities) =>
  pipe(
    files.unlink(path),
    TE.orElse((error) =>
      error._tag === 'SyscallError' && error.errno === ENOENT
        ? TE.right(undefined)
        : TE.left(error),
    ),
  );

/** The event loop has its turn between two pieces, and a piece is not made before the last one is written. */
const writeAll =
  (file: OpenFile, pieces: Iterable<string>): TE.TaskEither<ExecError, void> =>
  async () => {
    for (const piece of pieces) {
      const written = await file.write(piece)();
      if (E.isLeft(written)) return written;
    }
    return E.right(undefined);
  };

const writeNew = (path: string, pieces: Iterable<string>, { files }: JournalCapabilities) =>
  TE.bracket(
    files.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, FILE_MODE),
    (file): TE.TaskEither<ExecError, void> =>
      file === null
        ? TE.left({ _tag: 'UnsafeFile', path, why: 'its folder went away' })
        : pipe(
            writeAll(file, pieces),
            TE.flatMap(() => file.sync),
          ),
    (file) => TE.fromTask(file === null ? () => Promise.resolve() : file.close),
  );

/** Writes the header; when this succeeds it is on disk. The folder is there and the lock held. */
export const beginJournal =
  (folder: string, header: JournalHeader) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, string> => {
    const path = journalPath(folder, header.netns);
    const temporary = temporaryOf(path); // one that a killed apply left is nobody's: the lock is held
    return pipe(
      removeIfThere(temporary, c),
      TE.flatMap(() => writeNew(temporary, headerPieces(header), c)),
      TE.flatMap(() => c.files.rename(temporary, path)),
      TE.flatMap(() => syncFolder(folder)(c)),
      TE.map(() => path),
    );
  };

/** Appends a phase; when this succeeds it is on disk. */
export const markJournal =
  (path: string, phase: Phase) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, void> =>
    pipe(
      withSafeFile(path, constants.O_WRONLY | constants.O_APPEND, (file) =>
        pipe(
          file.write(`${JSON.stringify({ phase, at: c.machine.now().toISOString() })}\n`),
          TE.flatMap(() => file.sync),
          TE.map(() => true),
        ),
      )(c),
      TE.flatMap((written) =>
        written === null
          ? TE.left<ExecError, void>(unreadable(path, 'it was removed while apply ran'))
          : TE.right(undefined),
      ),
    );

/** Removes a journal that was not finished, so that nothing has happened yet. A finished one stays. */
export const removeUnfinished =
  (path: string) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, void> =>
    removeIfThere(temporaryOf(path), c);

/** Removes the journal, also one that was not finished; when this succeeds it stays away after a crash. */
export const removeJournal =
  (folder: string, path: string) =>
  (c: JournalCapabilities): TE.TaskEither<ExecError, void> =>
    pipe(
      removeUnfinished(path)(c),
      TE.flatMap(() => removeIfThere(path, c)),
      TE.flatMap(() => syncFolder(folder)(c)),
    );

/** The journals in a folder that exists. */
export const listJournals =
  (folder: string) =>
  ({ files }: JournalCapabilities): TE.TaskEither<ExecError, ReadonlyArray<string>> =>
    pipe(
      files.list(folder),
      TE.map((names) =>
        names
          .filter((name) => name.endsWith('.journal'))
          .sort()
          .map((name) => join(folder, name)),
      ),
    );

/** What an error says of a journal. */
export const recordOf = ({ path, header }: Journal): ApplyRecord => ({
  journal: path,
  netns: header.path,
  at: header.at,
  sandbox: header.sandbox.container ?? header.sandbox.address,
  pid: header.pid,
});
