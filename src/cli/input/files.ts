/** Text of files; `-` is stdin. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { unreadable } from '../ending/file-refusal.js';
import type { Refusal } from '../ending/refusal.js';

export const readText = (file: string): TE.TaskEither<Refusal, string> =>
  TE.tryCatch(
    () => (file === '-' ? text(process.stdin) : readFile(file, 'utf8')),
    (error) => unreadable(file)(error as NodeJS.ErrnoException),
  );

/** Null for a file that is not there. */
export const readIfThere = (file: string): TE.TaskEither<Refusal, string | null> =>
  pipe(
    TE.tryCatch(
      () => readFile(file, 'utf8'),
      (error) => error as NodeJS.ErrnoException,
    ),
    TE.matchE(
      (error) => (error.code === 'ENOENT' ? TE.right(null) : TE.left(unreadable(file)(error))),
      (content) => TE.right<Refusal, string | null>(content),
    ),
  );
