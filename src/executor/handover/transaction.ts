/** The part of an apply that is all or nothing: the ops of a plan, and how they are taken back. */
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import {
  type BindPacketSocket,
  type DeleteAddress,
  linearise,
  type Op,
} from '../../plan/model/ops.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { opText } from '../../plan/views/ops-text.js';
import type { Capabilities, Netns } from '../effects/capabilities.js';
import { fail, nothing } from '../effects/exec.js';
import type { ExecError } from '../failures/failure.js';
import type { OpOutcome, OpReport } from '../failures/op-report.js';
import { journalPath, markJournal, type Phase, removeJournal } from '../journal/journal.js';
import type { Fd } from '../linux/fd.js';
import { putBack } from '../namespace/put-back.js';
import type { SandboxConnection } from '../urpc/client.js';
import { encodeCall } from '../urpc/message.js';

type Step<A> = TE.TaskEither<ExecError, A>;

/** What an apply has at hand from its first effect on. */
export interface Run {
  readonly plan: NetworkPlan;
  readonly folder: string;
  readonly netns: Netns;
  readonly before: NamespaceState;
  /** null when the plan has no call */
  readonly connection: SandboxConnection | null;
  readonly signal: AbortSignal | undefined;
  readonly c: Capabilities;
  /** one per op, filled in as they run */
  readonly outcomes: OpOutcome[];
  /** filled in as they are found */
  readonly warnings: string[];
}

/** Whether the plan takes anything from the host, so that there is something to put back. */
export const takesAddresses = (plan: NetworkPlan): boolean =>
  plan.fdLinks.some(({ hostAddresses }) => hostAddresses.length > 0);

/** Null when nothing is taken, so nothing recorded. */
export const journalOf = ({ plan, folder, netns }: Run): string | null =>
  takesAddresses(plan) ? journalPath(folder, netns.identity) : null;

export const mark = (run: Run, phase: Phase): Step<void> => {
  const path = journalOf(run);
  return path === null ? nothing : markJournal(path, phase)(run.c);
};

export const opReports = ({ plan, outcomes }: Run): ReadonlyArray<OpReport> =>
  linearise(plan).map((op, i) => ({ op: opText(op), outcome: outcomes[i] ?? 'not-run' }));

export const notInterrupted = ({ signal }: Run): Step<void> =>
  signal?.aborted === true ? fail({ _tag: 'Interrupted', signal: String(signal.reason) }) : nothing;

const bindSocket = (run: Run, op: BindPacketSocket, fds: Fd[]): Step<OpOutcome> =>
  pipe(
    run.netns.bindPacketSocket(op),
    TE.map(({ fd, warnings }) => {
      fds.push(fd);
      run.warnings.push(...warnings);
      return 'applied';
    }),
  );

const deleteAddress = ({ netns }: Run, op: DeleteAddress): Step<OpOutcome> => {
  const { ifindex, family, local, address, prefixLen } = op;
  const peer = address === local ? {} : { peer: address };
  return pipe(
    netns.change({
      _tag: 'RemoveAddress',
      ifindex,
      address: { family, local, prefixLen, ...peer },
    }),
    TE.map((done) => (done === 'done' ? 'applied' : 'already-done')),
  );
};

/** Nobody knows whether the sandbox acted: nothing may be undone by itself. */
const isUnknown = (e: ExecError): boolean => e._tag === 'ExchangeBroken' && e.sent;

/**
 * What came of the call, for whoever finds the journal. If it cannot be written the journal goes on saying
 * `calling`, which is not wrong: a person is asked.
 */
const recordFailure =
  (run: Run) =>
  (cause: ExecError): Step<never> =>
    pipe(
      mark(run, isUnknown(cause) ? 'unknown' : 'undoing'),
      TE.orElse(() => nothing),
      TE.flatMap(() => fail(cause)),
    );

/** The phase is on disk before the first byte goes: a journal without it proves that nothing was sent. */
const callSandbox = (run: Run, fds: ReadonlyArray<Fd>): Step<OpOutcome> =>
  pipe(
    mark(run, 'calling'),
    TE.flatMap(() => {
      const { connection, plan } = run;
      if (connection === null) throw new TypeError('a plan with a call, and no connection for it');
      return pipe(connection.call(encodeCall(plan), fds), TE.orElseW(recordFailure(run)));
    }),
    TE.map(() => 'applied'),
  );

const runOp = (run: Run, op: Op, fds: Fd[]): Step<OpOutcome> => {
  switch (op._tag) {
    case 'BindPacketSocket':
      return bindSocket(run, op, fds);
    case 'DeleteAddress':
      return deleteAddress(run, op);
    case 'CallSandbox':
      return callSandbox(run, fds);
  }
};

/** Runs the ops in order, and closes the sockets at the end: the sandbox has its own copies then. */
const runOps = (run: Run): Step<void> => {
  const step =
    (fds: Fd[]) =>
    (i: number, op: Op): Step<OpOutcome> =>
      pipe(
        notInterrupted(run),
        TE.flatMap(() => {
          run.outcomes[i] = 'failed'; // until it is known to have worked
          return runOp(run, op, fds);
        }),
        TE.tapIO((outcome) => () => {
          run.outcomes[i] = outcome;
        }),
      );
  const closeAll = (fds: ReadonlyArray<Fd>): T.Task<void> =>
    pipe(fds, T.traverseArray(run.c.kernel.closeFd), T.asUnit);
  return TE.bracket(
    TE.fromIO<Fd[], ExecError>(() => []),
    (fds) => pipe(linearise(run.plan), TE.traverseSeqArrayWithIndex(step(fds)), TE.asUnit),
    (fds) => TE.fromTask(closeAll(fds)),
  );
};

const rolledBack = (run: Run, cause: ExecError): ExecError => {
  const ops = opReports(run).map(({ op, outcome }) => ({
    op,
    outcome: outcome === 'applied' ? ('undone' as const) : outcome,
  }));
  return { _tag: 'RolledBack', cause, ops };
};

/** Puts everything back after `cause`, compares, and removes the journal when nothing is missing. */
export const rollBack =
  (run: Run) =>
  (cause: ExecError): Step<never> => {
    const { netns, before, folder, c } = run;
    const journal = journalOf(run);
    if (journal === null) return fail(rolledBack(run, cause));
    const incomplete = (missing: ReadonlyArray<string>, undo: ExecError | null): ExecError => {
      const ops = opReports(run);
      return { _tag: 'RollbackFailed', cause, missing, undo, journal, ops };
    };
    return pipe(
      putBack(netns, before, c.machine),
      TE.tap(({ missing }) => (missing.length === 0 ? removeJournal(folder, journal)(c) : nothing)),
      TE.mapLeft((undo) => incomplete([], undo)),
      TE.flatMap(({ missing, refused }) =>
        fail(missing.length === 0 ? rolledBack(run, cause) : incomplete(missing, refused)),
      ),
    );
  };

/**
 * Runs the ops of the plan; when one fails, everything is put back and both errors are kept. Not `bracket`:
 * its release error would replace the cause, and a call with an unknown outcome must not be undone.
 */
export const transaction = (run: Run): Step<void> =>
  pipe(
    runOps(run),
    TE.orElseW((cause) => (isUnknown(cause) ? fail(cause) : rollBack(run)(cause))),
  );
