/** RestoreReport: what recover and release did in one namespace. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';

export const RestoreReport = closed('RestoreReport', {
  kind: t.literal('RestoreReport'),
  formatVersion: t.literal(1),
  netns: t.string,
  /**
   * nothing-to-do: no journal. given-back: the namespace is as before. handed-over: the apply had finished.
   * forgotten: it had finished, its sandbox and its namespace are gone, and the journal with them.
   */
  outcome: t.keyof({
    'nothing-to-do': null,
    'given-back': null,
    'handed-over': null,
    forgotten: null,
  }),
  warnings: t.readonlyArray(t.string),
});
/** What `recover` and `release` did in one namespace. */
export type RestoreReport = t.TypeOf<typeof RestoreReport>;

export const restoreReport = (
  netns: string,
  outcome: RestoreReport['outcome'],
  warnings: ReadonlyArray<string> = [],
): RestoreReport => ({ kind: 'RestoreReport', formatVersion: 1, netns, outcome, warnings });
