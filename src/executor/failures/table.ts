/** The one table of the executor's failures: by tag, the code, the meaning, the ending and the words of each. */
import type { Diagnostic } from '../../plan/model/network-plan.js';
import { APPLY_ROWS } from './apply-rows.js';
import type { ExecError } from './failure.js';
import { KERNEL_ROWS } from './kernel-rows.js';
import { RECORD_ROWS } from './record-rows.js';
import type { Ending, FailureRow, FailureRows, RowOfCause, RowPerCase } from './row.js';
import { SANDBOX_ROWS } from './sandbox-rows.js';

/** Total: an ExecError that has no row does not compile. */
const EXEC_FAILURES: FailureRows<ExecError> = {
  ...KERNEL_ROWS,
  ...SANDBOX_ROWS,
  ...APPLY_ROWS,
  ...RECORD_ROWS,
};

type AnyRow = FailureRow<ExecError> | RowPerCase<ExecError, string> | RowOfCause<ExecError>;

/** A row is for the failures of its own tag alone, which is what it is looked up by. */
const rowOf = (e: ExecError): FailureRow<ExecError> | RowOfCause<ExecError> => {
  const row = EXEC_FAILURES[e._tag] as AnyRow;
  if (!('caseOf' in row)) return row;
  const found = row.cases[row.caseOf(e)];
  if (found === undefined) throw new TypeError(`no row for this case of ${e._tag}`);
  return found;
};

const summaryOf = (e: ExecError): string => describeExec(e).summary;

/** A failure as a person is told of it. */
export const describeExec = (e: ExecError): Diagnostic => {
  const row = rowOf(e);
  if ('causeOf' in row) {
    const cause = describeExec(row.causeOf(e));
    return { ...cause, summary: `${cause.summary}${row.adds}` };
  }
  const { code, path, summary, remedy } = row;
  return {
    code,
    path: path?.(e) ?? '',
    summary: summary(e, summaryOf),
    remedy: typeof remedy === 'string' ? remedy : remedy(e),
  };
};

/** How work ends that failed so. */
export const endingOf = (e: ExecError): Ending => {
  const { ending } = rowOf(e);
  return typeof ending === 'string' ? ending : ending(e);
};

const codesOf = (
  row: FailureRows<ExecError>[ExecError['_tag']],
): ReadonlyArray<[string, string]> => {
  if ('causeOf' in row) return [];
  const rows = 'caseOf' in row ? Object.values(row.cases) : [row];
  return rows.map(({ code, means }) => [code, means]);
};

/** What each code of the executor's failures means. */
export const EXEC_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(EXEC_FAILURES).flatMap(codesOf),
);
