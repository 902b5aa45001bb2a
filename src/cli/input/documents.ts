/** Documents of files: the value, or every mistake with the file's name before its place. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import {
  type DocumentErrors,
  describeDocumentError,
  readDocument,
} from '../../plan/documents/read.js';
import type { Diagnostic } from '../../plan/model/network-plan.js';
import { exitCodes } from '../ending/exit-codes.js';
import type { Refusal } from '../ending/refusal.js';
import { readText } from './files.js';

export const inFile =
  (file: string) =>
  (diagnostic: Diagnostic): Diagnostic => ({
    ...diagnostic,
    path: diagnostic.path === '' ? file : `${file}: ${diagnostic.path}`,
  });

export const refusedIn =
  (file: string) =>
  (errors: DocumentErrors): Refusal => ({
    exitCode: exitCodes.badInput,
    diagnostics: pipe(errors, RNEA.map(describeDocumentError), RNEA.map(inFile(file))),
  });

/** `file` is where `text` is from. */
export const parseDocument = <A>(
  codec: t.Type<A, unknown, unknown>,
  file: string,
  text: string,
): E.Either<Refusal, A> => pipe(readDocument(codec, text), E.mapLeft(refusedIn(file)));

export const readDocumentFile = <A>(
  codec: t.Type<A, unknown, unknown>,
  file: string,
): TE.TaskEither<Refusal, A> =>
  pipe(
    readText(file),
    TE.flatMapEither((text) => parseDocument(codec, file, text)),
  );
