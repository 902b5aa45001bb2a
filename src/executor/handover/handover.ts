/** Handover: what an apply has at hand from its first effect on. Nothing of it changes. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import type { Op } from '../../plan/model/ops.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { opText } from '../../plan/views/ops-text.js';
import type { Netns } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import type { OpOutcome, OpReport } from '../failures/op-report.js';
import { journalPath, markJournal, type Phase } from '../journal/journal.js';
import type { SandboxConnection } from '../urpc/client.js';

export interface Handover {
  readonly plan: NetworkPlan;
  /** the plan, linearised */
  readonly ops: ReadonlyArray<Op>;
  readonly folder: string;
  readonly netns: Netns;
  readonly before: NamespaceState;
  /** null when the plan has no call */
  readonly connection: SandboxConnection | null;
  readonly signal: AbortSignal | undefined;
}

/** Null when nothing is taken from the host, so that there is nothing to put back and nothing recorded. */
export const journalOf = ({ ops, folder, netns }: Handover): string | null =>
  ops.some(({ _tag }) => _tag === 'DeleteAddress') ? journalPath(folder, netns.identity) : null;

export const mark = (handover: Handover, phase: Phase): Exec<Needs<'files' | 'machine'>, void> => {
  const path = journalOf(handover);
  return path === null ? nothing : markJournal(path, phase);
};

/** `outcomes`: of the ops that were come to, in order; the others were not run. */
export const opReports = (
  { ops }: Handover,
  outcomes: ReadonlyArray<OpOutcome>,
): ReadonlyArray<OpReport> =>
  ops.map((op, i) => ({ op: opText(op), outcome: outcomes[i] ?? 'not-run' }));

/** Fails when a signal has come by the time that this is run. */
export const notInterrupted = ({ signal }: Handover): Exec<unknown, void> =>
  pipe(
    RTE.fromIO(() => signal?.aborted === true),
    RTE.flatMap((aborted) =>
      aborted ? fail({ _tag: 'Interrupted', signal: String(signal?.reason) }) : nothing,
    ),
  );
