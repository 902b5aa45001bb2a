/** Refusal: why a command cannot do what was asked, with every reason, its remedy and the exit code. */
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { Diagnostic } from '../../plan/model/network-plan.js';
import type { ExitCode } from './exit-codes.js';

export interface Refusal {
  readonly diagnostics: ReadonlyNonEmptyArray<Diagnostic>;
  readonly exitCode: ExitCode;
}

export const refusal = (
  exitCode: ExitCode,
  first: Diagnostic,
  ...rest: ReadonlyArray<Diagnostic>
): Refusal => ({ diagnostics: [first, ...rest], exitCode });
