/** Files that cannot be read or written, as refusals. */
import { isNotPermitted } from '../../executor/linux/errno.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { type Refusal, refusal } from './refusal.js';

/** Node has the errno as a negative number. */
const exitCodeOr = (otherwise: ExitCode, { errno = 0 }: NodeJS.ErrnoException): ExitCode =>
  isNotPermitted(-errno) ? exitCodes.notPermitted : otherwise;

export const unreadable =
  (file: string) =>
  (error: NodeJS.ErrnoException): Refusal =>
    refusal(exitCodeOr(exitCodes.badInput, error), {
      code: 'file/unreadable',
      path: file,
      summary: error.message,
      remedy: 'give a file that exists and that you may read, or - for stdin',
    });

/** `limit` in bytes. */
export const tooLarge = (file: string, limit: number): Refusal =>
  refusal(exitCodes.badInput, {
    code: 'file/too-large',
    path: file,
    summary: `more than ${limit} bytes, which no document has; the rest was not read`,
    remedy: 'give the file that was meant; of a namespace this large plan the live one',
  });

export const unwritable =
  (file: string) =>
  (error: NodeJS.ErrnoException): Refusal =>
    refusal(exitCodeOr(exitCodes.refused, error), {
      code: 'file/unwritable',
      path: file,
      summary: error.message,
      remedy: 'give a file in a directory that exists and that you may write to',
    });
