/** States that iproute2 printed: one JSON document of several outputs, or a folder with a file for each. */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Iproute2Reading,
  readIproute2,
  readIproute2Document,
} from '../../plan/iproute2/document.js';
import { describeIproute2Error, type Iproute2Errors } from '../../plan/iproute2/errors.js';
import { describeIproute2Note } from '../../plan/iproute2/notes.js';
import { IPROUTE2_PARTS, type Iproute2Part, PARTS } from '../../plan/iproute2/parts.js';
import { exitCodes } from '../ending/exit-codes.js';
import { type Refusal, refusal } from '../ending/refusal.js';
import { inFile } from './documents.js';
import { readIfThere } from './files.js';
import type { ReadState } from './read-state.js';

const found =
  (file: string) =>
  (read: E.Either<Iproute2Errors, Iproute2Reading>): E.Either<Refusal, ReadState> =>
    pipe(
      read,
      E.bimap(
        (errors) => ({
          exitCode: exitCodes.badInput,
          diagnostics: pipe(errors, RNEA.map(describeIproute2Error), RNEA.map(inFile(file))),
        }),
        ({ state, notes }) => ({ state, notes: notes.map(describeIproute2Note) }),
      ),
    );

/** Null for a text that is something else. */
export const parseIproute2 = (file: string, text: string): E.Either<Refusal, ReadState> | null => {
  const read = readIproute2Document(text);
  return read === null ? null : found(file)(read);
};

const missing = (dir: string, part: Iproute2Part): Refusal => {
  const { command, file } = IPROUTE2_PARTS[part];
  return refusal(exitCodes.badInput, {
    code: 'iproute2/missing-file',
    path: join(dir, file),
    summary: `a folder is a state when it holds ${PARTS.filter((p) => IPROUTE2_PARTS[p].required)
      .map((p) => IPROUTE2_PARTS[p].file)
      .join(', ')}; ${file} is not there`,
    remedy: `${command} > ${join(dir, file)}`,
  });
};

type Part = readonly [part: Iproute2Part, text: string];

const readPart =
  (dir: string) =>
  (part: Iproute2Part): TE.TaskEither<Refusal, ReadonlyArray<Part>> =>
    pipe(
      readIfThere(join(dir, IPROUTE2_PARTS[part].file)),
      TE.flatMapEither((text) => {
        if (text !== null) return E.right([[part, text]]);
        return IPROUTE2_PARTS[part].required ? E.left(missing(dir, part)) : E.right([]);
      }),
    );

export const readIproute2Folder = (dir: string): TE.TaskEither<Refusal, ReadState> =>
  pipe(
    PARTS,
    TE.traverseArray(readPart(dir)),
    TE.flatMapEither((parts) => found(dir)(readIproute2(Object.fromEntries(parts.flat())))),
  );
