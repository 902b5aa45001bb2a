/** writeText: a text into a file. Loaded for commands that are told to write one. */
import { writeFile } from 'node:fs/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { unwritable } from './file-refusal.js';
import type { Refusal } from './refusal.js';

export const writeText = (file: string, content: string): TE.TaskEither<Refusal, void> =>
  TE.tryCatch(
    () => writeFile(file, content),
    (error) => unwritable(file)(error as NodeJS.ErrnoException),
  );
