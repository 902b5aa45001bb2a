/** `fail`: an ExecError as a step that ends there, typed so that it fits any other step. */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ExecError } from '../failures/failure.js';

export const fail = (error: ExecError): TE.TaskEither<ExecError, never> => TE.left(error);

/** The step that does nothing. */
export const nothing: TE.TaskEither<ExecError, void> = TE.right(undefined);
