/** OpReport: what became of each op of an apply, as its report tells it and the failures of an apply keep it. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';

export const OpOutcome = t.keyof(
  { applied: null, 'already-done': null, undone: null, failed: null, 'not-run': null },
  'OpOutcome',
);
/**
 * applied: done and still so. already-done: there was nothing to do, the address was gone. undone: done, and
 * taken back. failed: the op that ended the apply. not-run: after that.
 */
export type OpOutcome = t.TypeOf<typeof OpOutcome>;

export const OpReport = closed('OpReport', {
  /** as a dry run prints it */
  op: t.string,
  outcome: OpOutcome,
});
export type OpReport = t.TypeOf<typeof OpReport>;
