/** What the table of failures has of each: its codes, what they mean, how it ends, and its words. */
import type { ExecError } from './failure.js';

/**
 * How work that fails ends: bad-input, nothing was done; refused, the host is as before; person-needed, not
 * undone or unknown whether done; not-permitted, a right is missing.
 */
export type Ending = 'badInput' | 'refused' | 'personNeeded' | 'notPermitted';

/** A failure that has one code. */
export interface FailureRow<E> {
  /** stable: a new case is a new code */
  readonly code: `exec/${string}`;
  /** for docs/codes.md; what to do about it depends on the case and is in `remedy` */
  readonly means: string;
  readonly ending: Ending | ((e: E) => Ending);
  /** the file or the address that it is about */
  readonly path?: (e: E) => string;
  /** `of`: the summary of another failure that this one holds */
  readonly summary: (e: E, of: (other: ExecError) => string) => string;
  readonly remedy: string | ((e: E) => string);
}

/** A failure whose code depends on the case. */
export interface RowPerCase<E, Case extends string> {
  readonly caseOf: (e: E) => Case;
  readonly cases: Readonly<Record<Case, FailureRow<E>>>;
}

/** A failure that has the code, the path and the remedy of the one that caused it. */
export interface RowOfCause<E> {
  readonly causeOf: (e: E) => ExecError;
  readonly ending: Ending;
  /** what its summary says after that of the cause */
  readonly adds: string;
}

/** A row for each failure of a union: one that is missing does not compile. */
export type FailureRows<Union extends ExecError> = {
  readonly [E in Union as E['_tag']]: FailureRow<E> | RowPerCase<E, string> | RowOfCause<E>;
};

/** Several objects or reasons, one after the other. */
export const inOneSentence = (texts: ReadonlyArray<string>): string => texts.join('; ');

/** ` (detail)`, or nothing where there is none. */
export const inBrackets = (detail: string | null): string =>
  detail === null || detail === '' ? '' : ` (${detail})`;
