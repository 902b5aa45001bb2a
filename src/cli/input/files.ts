/** Text in and out of files; `-` is stdin and stdout. */
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { isNotPermitted } from '../../executor/linux/errno.js';
import { type ExitCode, exitCodes } from '../ending/exit-codes.js';
import { type Refusal, refusal } from '../ending/refusal.js';

/** Node has the errno as a negative number. */
const fileExitCode = ({ errno = 0 }: NodeJS.ErrnoException, otherwise: ExitCode): ExitCode =>
  isNotPermitted(-errno) ? exitCodes.notPermitted : otherwise;

const unreadable =
  (file: string) =>
  (error: NodeJS.ErrnoException): Refusal =>
    refusal(fileExitCode(error, exitCodes.badInput), {
      code: 'file/unreadable',
      path: file,
      summary: error.message,
      remedy: 'give a file that exists and that you may read, or - for stdin',
    });

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

export const writeText = (file: string, content: string): TE.TaskEither<Refusal, void> =>
  TE.tryCatch(
    () => writeFile(file, content),
    (error) => {
      const { message } = error as NodeJS.ErrnoException;
      return refusal(fileExitCode(error as NodeJS.ErrnoException, exitCodes.refused), {
        code: 'file/unwritable',
        path: file,
        summary: message,
        remedy: 'give a file in a directory that exists and that you may write to',
      });
    },
  );
