/** ApplyReport: what apply did, op by op, and what its caller must know. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';
import { escapeName } from '../../plan/views/escape-name.js';
import { OpReport } from '../failures/op-report.js';

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
