/** ApplyReport: what apply did, op by op, and what its caller must know. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';
import { escapeName } from '../../plan/views/escape-name.js';

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

export const Verification = closed('Verification', {
  /** not-done: the namespace could not be observed after the call; `differences` says why */
  outcome: t.keyof({ verified: null, 'not-done': null }),
  differences: t.readonlyArray(t.string),
});
export type Verification = t.TypeOf<typeof Verification>;

export const ApplyReport = closed('ApplyReport', {
  kind: t.literal('ApplyReport'),
  formatVersion: t.literal(1),
  netns: t.string,
  ops: t.readonlyArray(OpReport),
  verification: Verification,
  warnings: t.readonlyArray(t.string),
  /** the journal that `release` gives the addresses back from, null where nothing was taken from the host */
  journal: t.union([t.string, t.null]),
});
export type ApplyReport = t.TypeOf<typeof ApplyReport>;

/** The report as lines: one per op with its outcome in front, then the verification, then the warnings. */
export const reportText = (report: ApplyReport): string => {
  const { verification } = report;
  const lines = [
    ...report.ops.map(({ op, outcome }) => `${outcome.padEnd(12)} ${op}`),
    verification.outcome === 'verified'
      ? 'verified: the namespace is as the plan says'
      : `not verified: ${verification.differences.join('; ')}`,
    ...report.warnings.map((warning) => `warning: ${warning}`),
  ];
  return lines.map((line) => `${escapeName(line)}\n`).join('');
};
