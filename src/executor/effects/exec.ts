/**
 * Exec: work of the executor as a value that says what it needs, how it fails and what it gives.
 *
 * Functions take data and give an Exec; what that needs (R) is the part of Capabilities that it uses, and it
 * comes in by itself where the work is run. Only a leaf, the lambda that calls a capability, sees R. What was
 * opened (a namespace, a file, a connection) is a handle: an argument like any other, since there may be two.
 */
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { ExecError } from '../failures/failure.js';
import { failedWith } from '../linux/failure.js';
import type { Capabilities } from './capabilities.js';

/** `Needs<'files' | 'machine'>`: those capabilities and no others. */
export type Needs<K extends keyof Capabilities> = Pick<Capabilities, K>;

/** Work that gives an A where R is there. Nothing happens before it is run. */
export type Exec<R, A> = RTE.ReaderTaskEither<R, ExecError, A>;

/** Ends the work; fits any other. */
export const fail = (error: ExecError): Exec<unknown, never> => RTE.left(error);

/** No work. */
export const nothing: Exec<unknown, void> = RTE.right(undefined);

/** Takes a system call that failed with `errno` as done: what was to be made is there, or to be removed gone. */
export const accepting =
  (errno: number) =>
  <R>(work: Exec<R, void>): Exec<R, void> =>
    RTE.orElseW((error: ExecError) => (failedWith(errno)(error) ? nothing : fail(error)))(work);
