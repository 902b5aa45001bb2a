/** States that iproute2 printed: one JSON document of several outputs, or a folder with a file for each. */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { readDocument } from '../../plan/documents/read.js';
import {
  IPROUTE2_PARTS,
  Iproute2,
  type Iproute2Part,
  isIproute2,
  readIproute2,
} from '../../plan/iproute2/document.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { exitCodes } from '../ending/exit-codes.js';
import { type Refusal, refusal } from '../ending/refusal.js';
import { parseDocument, refusedIn } from './documents.js';
import { readIfThere } from './files.js';

/** Null for a text that is something else. */
export const parseIproute2 = (
  file: string,
  text: string,
): E.Either<Refusal, NamespaceState> | null => {
  const value = readDocument(t.UnknownRecord, text);
  return E.isRight(value) && isIproute2(value.right) ? parseDocument(Iproute2, file, text) : null;
};

const PARTS = Object.keys(IPROUTE2_PARTS) as ReadonlyArray<Iproute2Part>;

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

export const readIproute2Folder = (dir: string): TE.TaskEither<Refusal, NamespaceState> =>
  pipe(
    PARTS,
    TE.traverseArray(readPart(dir)),
    TE.flatMapEither((parts) =>
      pipe(readIproute2(Object.fromEntries(parts.flat())), E.mapLeft(refusedIn(dir))),
    ),
  );
