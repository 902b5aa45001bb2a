/** What came of a step, from what the executor said of it. */
import * as E from 'fp-ts/lib/Either.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import type { RestoreReport } from '../../../src/executor/giveback/report.js';
import type { ApplyReport } from '../../../src/executor/handover/report.js';
import type { Outcome } from './standing.js';

/** An apply that failed is as if it had never been, but in two cases. A failed verification is in none. */
const failedApply = (error: ExecError): Outcome => {
  switch (error._tag) {
    case 'ExchangeBroken':
      return error.sent ? 'unknown' : 'refused';
    case 'RollbackFailed':
      return 'cut off';
    case 'VerificationFailed':
      throw new Error(`not verified: ${JSON.stringify(error)}`);
    default:
      return 'refused';
  }
};

/** With a warning: its journal could not be marked, so that it does not know that it was handed over. */
export const applyOutcome = (
  result: E.Either<ExecError, ApplyReport>,
  takesNothing: boolean,
): Outcome => {
  const outcome = E.isLeft(result)
    ? failedApply(result.left)
    : result.right.warnings.length > 0
      ? 'unknown'
      : 'handed over';
  return takesNothing && outcome !== 'refused' ? 'called, nothing taken' : outcome;
};

const REPORTED: Readonly<Record<RestoreReport['outcome'], Outcome>> = {
  'nothing-to-do': 'nothing to do',
  'given-back': 'given back',
  'handed-over': 'handed over',
  forgotten: 'cut off',
};

/** What is answered from the journal and the sandbox alone, before anything is done. */
const REFUSALS: ReadonlyArray<ExecError['_tag']> = [
  'RootNamespace',
  'NoJournal',
  'SandboxAlive',
  'OutcomeUnknown',
  'ApplyInterrupted',
];

export const undoOutcome = (result: E.Either<ExecError, RestoreReport>): Outcome => {
  if (E.isRight(result)) return REPORTED[result.right.outcome];
  return REFUSALS.includes(result.left._tag) ? 'refused' : 'cut off';
};
