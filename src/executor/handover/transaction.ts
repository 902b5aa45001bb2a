/** The part of an apply that is all or nothing: the ops of a plan, and how they are taken back. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RT from 'fp-ts/lib/ReaderTask.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { linkNames } from '../../plan/model/link-names.js';
import type { BindPacketSocket, DeleteAddress, Op } from '../../plan/model/ops.js';
import { isNoDifference, type StateDifference } from '../../plan/restore/difference.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { closeFd } from '../effects/kernel.js';
import type { ExecError } from '../failures/failure.js';
import type { OpOutcome, OpReport } from '../failures/op-report.js';
import { removeJournal } from '../journal/journal.js';
import type { Fd } from '../linux/fd.js';
import { putBack } from '../namespace/put-back.js';
import { withNames } from '../netlink/failure.js';
import { encodeCall } from '../urpc/message.js';
import { type Handover, journalOf, mark, notInterrupted, opReports } from './handover.js';

type Transacting = Needs<'kernel' | 'files' | 'machine'>;

/** How far the ops have come. */
interface SoFar {
  /** one per op that was come to */
  readonly outcomes: ReadonlyArray<OpOutcome>;
  /** open until the end: the sandbox has its own copies then */
  readonly sockets: ReadonlyArray<Fd>;
  readonly warnings: ReadonlyArray<string>;
}

const NOTHING_RUN: SoFar = { outcomes: [], sockets: [], warnings: [] };

const having = (progress: SoFar, outcome: OpOutcome): SoFar => ({
  ...progress,
  outcomes: [...progress.outcomes, outcome],
});

const bindSocket = (
  { netns }: Handover,
  op: BindPacketSocket,
  progress: SoFar,
): Exec<unknown, SoFar> =>
  pipe(
    RTE.fromTaskEither(netns.bindPacketSocket(op)),
    RTE.map(({ fd, warnings }) => ({
      ...having(progress, 'applied'),
      sockets: [...progress.sockets, fd],
      warnings: [...progress.warnings, ...warnings],
    })),
  );

const deleteAddress = (
  { netns, before }: Handover,
  { _tag, link: _, ifindex, ...address }: DeleteAddress,
  progress: SoFar,
): Exec<unknown, SoFar> =>
  pipe(
    RTE.fromTaskEither(netns.change({ _tag: 'RemoveAddress', ifindex, address })),
    RTE.mapError(withNames(linkNames(before))),
    RTE.map((done) => having(progress, done === 'done' ? 'applied' : 'already-done')),
  );

/** Nobody knows whether the sandbox acted: nothing may be undone by itself. */
const isUnknown = (e: ExecError): boolean => e._tag === 'ExchangeBroken' && e.sent;

/**
 * What came of the call, for whoever finds the journal. If it cannot be written the journal goes on saying
 * `calling`, which is not wrong: a person is asked.
 */
const recordFailure = (handover: Handover, cause: ExecError): Exec<Transacting, never> =>
  pipe(
    mark(handover, isUnknown(cause) ? 'unknown' : 'undoing'),
    RTE.orElseW(() => nothing),
    RTE.flatMap(() => fail(cause)),
  );

const request = (
  { plan, connection }: Handover,
  sockets: ReadonlyArray<Fd>,
): Exec<unknown, unknown> => {
  if (connection === null) throw new TypeError('a plan with a call, and no connection for it');
  return RTE.fromTaskEither(connection.call(encodeCall(plan), sockets));
};

/** The phase is on disk before the first byte goes: a journal without it proves that nothing was sent. */
const callSandbox = (handover: Handover, progress: SoFar): Exec<Transacting, SoFar> =>
  pipe(
    mark(handover, 'calling'),
    RTE.flatMap(() =>
      pipe(
        request(handover, progress.sockets),
        RTE.orElseW((cause) => recordFailure(handover, cause)),
      ),
    ),
    RTE.map(() => having(progress, 'applied')),
  );

const runOp = (handover: Handover, op: Op, progress: SoFar): Exec<Transacting, SoFar> => {
  switch (op._tag) {
    case 'BindPacketSocket':
      return bindSocket(handover, op, progress);
    case 'DeleteAddress':
      return deleteAddress(handover, op, progress);
    case 'CallSandbox':
      return callSandbox(handover, progress);
  }
};

/** How the ops ended: all of them, or at the one that failed because of `cause`. */
interface Ended extends SoFar {
  readonly cause: ExecError | null;
}

/** Between two ops a signal is heard: the next one is not run then. */
const runOps = (
  handover: Handover,
  progress: SoFar = NOTHING_RUN,
): RT.ReaderTask<Transacting, Ended> => {
  const op = handover.ops[progress.outcomes.length];
  if (op === undefined) return RT.of({ ...progress, cause: null });
  return pipe(
    notInterrupted(handover),
    RTE.matchEW(
      (cause) => RT.of<Transacting, Ended>({ ...progress, cause }),
      () =>
        pipe(
          runOp(handover, op, progress),
          RTE.matchE(
            (cause) => RT.of<Transacting, Ended>({ ...having(progress, 'failed'), cause }),
            (next) => runOps(handover, next),
          ),
        ),
    ),
  );
};

const rolledBack = (cause: ExecError, ops: ReadonlyArray<OpReport>): ExecError => ({
  _tag: 'RolledBack',
  cause,
  ops: ops.map(({ op, outcome }) => ({ op, outcome: outcome === 'applied' ? 'undone' : outcome })),
});

/** Puts everything back after `cause`, compares, and removes the journal when nothing is missing. */
export const rollBack = (
  handover: Handover,
  cause: ExecError,
  ops: ReadonlyArray<OpReport>,
): Exec<Needs<'files' | 'machine'>, never> => {
  const { netns, before, folder } = handover;
  const journal = journalOf(handover);
  if (journal === null) return fail(rolledBack(cause, ops));
  const incomplete = (missing: StateDifference | null, undo: ExecError | null): ExecError => ({
    _tag: 'RollbackFailed',
    cause,
    missing,
    undo,
    journal,
    ops,
  });
  return pipe(
    putBack(netns, before),
    RTE.tap(({ missing }) => (isNoDifference(missing) ? removeJournal(folder, journal) : nothing)),
    RTE.mapError((undo) => incomplete(null, undo)),
    RTE.flatMap(({ missing, refused }) =>
      fail(isNoDifference(missing) ? rolledBack(cause, ops) : incomplete(missing, refused)),
    ),
  );
};

/** What a transaction that the sandbox has confirmed did. */
export interface Done {
  readonly ops: ReadonlyArray<OpReport>;
  readonly warnings: ReadonlyArray<string>;
}

/**
 * Runs the ops of the plan; when one fails, everything is put back and both errors are kept. Not `bracket`:
 * its release error would replace the cause, and a call with an unknown outcome must not be undone.
 */
export const transaction = (handover: Handover): Exec<Transacting, Done> =>
  pipe(
    runOps(handover),
    RT.tap(({ sockets }) => pipe(sockets, RTE.traverseArray(closeFd))),
    RTE.rightReaderTask,
    RTE.flatMap(({ outcomes, warnings, cause }): Exec<Transacting, Done> => {
      const ops = opReports(handover, outcomes);
      if (cause === null) return RTE.right({ ops, warnings });
      return isUnknown(cause) ? fail(cause) : rollBack(handover, cause, ops);
    }),
  );
