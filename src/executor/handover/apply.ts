/** apply: a plan carried out, all of it or nothing, with a journal on disk before the first effect. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import { linearise, type Op } from '../../plan/model/ops.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { staleness } from '../../plan/restore/stale.js';
import type { Capabilities, Netns } from '../effects/capabilities.js';
import { type Exec, fail, type Needs, nothing } from '../effects/exec.js';
import { self } from '../effects/machine.js';
import { connectTo } from '../effects/sandbox.js';
import { type HostAmiss, isHostAsPlanned, type WrongAnswer } from '../failures/amiss.js';
import type { PreflightFailure } from '../failures/failure.js';
import { describeExec } from '../failures/table.js';
import { DEFAULT_JOURNAL_FOLDER } from '../journal/folder.js';
import { beginJournal, journalPath, readJournal } from '../journal/journal.js';
import { withLock } from '../journal/lock.js';
import { nothingInTheWay } from '../journal/standing.js';
import { withAnyNetns, withNetns } from '../namespace/open.js';
import { observeWhole } from '../namespace/whole-state.js';
import type { SandboxConnection } from '../urpc/client.js';
import { type Handover, journalOf, mark, notInterrupted, opReports } from './handover.js';
import { planFailures } from './preflight.js';
import { probePeer } from './probe/peer.js';
import { headerOf } from './record.js';
import type { ApplyReport, Verification } from './report.js';
import { type Done, rollBack, transaction } from './transaction.js';
import { verify } from './verify.js';

export interface ApplyTarget {
  /** the namespace's file, /run/netns/blue or /proc/42/ns/net */
  readonly netns: string;
  /** the control socket; container and pid where they are known: then nothing else may listen there */
  readonly sandbox: {
    readonly address: string;
    readonly container?: string;
    readonly pid?: number;
    /** the container was started: its sandbox may not set up packet sockets any more */
    readonly started?: boolean;
  };
  /** /run/netplan by default */
  readonly journalFolder?: string;
  /**
   * A namespace at the other end of the links: after the call it is asked there who has the planned addresses.
   * They must all be reachable from it on one segment, and a macvlan does not hear its own parent.
   */
  readonly probeFrom?: string;
  /** Aborted before the sandbox is called: everything is undone. Later it has no effect. */
  readonly signal?: AbortSignal;
}

const begin = (
  handover: Handover,
  { sandbox: { started: _, ...sandbox } }: ApplyTarget,
): Exec<Needs<'files' | 'machine'>, void> =>
  journalOf(handover) === null
    ? nothing
    : pipe(
        headerOf(handover, sandbox),
        RTE.flatMap((header) => beginJournal(handover.folder, header)),
        RTE.orElseW((cause) => rollBack(handover, cause, opReports(handover, []))),
        RTE.asUnit,
      );

/** The sandbox has the network: from here on nothing fails, it is only told. Gives warnings. */
const commit = (handover: Handover): Exec<Needs<'files' | 'machine'>, ReadonlyArray<string>> =>
  pipe(
    mark(handover, 'committed'),
    RTE.match(
      (error) => [
        `the journal could not be marked committed (${describeExec(error).summary}): to give the addresses back later, use recover --give-back`,
      ],
      () => [],
    ),
    RTE.rightReaderTask,
  );

const hostAsPlanned = (host: HostAmiss): Exec<unknown, void> =>
  isHostAsPlanned(host) ? nothing : fail({ _tag: 'VerificationFailed', host, answers: [] });

const answersAsPlanned = (answers: ReadonlyArray<WrongAnswer>): Exec<unknown, void> =>
  answers.length === 0 ? nothing : fail({ _tag: 'VerificationFailed', host: null, answers });

/** From inside the namespace first; a peer is asked only when nothing is wrong there. */
const verified = (
  { netns, plan, before }: Handover,
  peer: Netns | null,
): Exec<Needs<'kernel' | 'machine'>, Verification> =>
  pipe(
    RTE.fromTaskEither(netns.observe),
    RTE.flatMap((now) => hostAsPlanned(verify(plan, before, now))),
    RTE.flatMap(() => (peer === null ? RTE.right([]) : probePeer(plan, peer))),
    RTE.flatMap(answersAsPlanned),
    RTE.map((): Verification => ({ outcome: 'verified', differences: [] })),
    RTE.orElseW(
      (error): Exec<unknown, Verification> =>
        error._tag === 'VerificationFailed'
          ? fail(error)
          : RTE.right({ outcome: 'not-done', differences: [describeExec(error).summary] }),
    ),
  );

const reportOf = (
  handover: Handover,
  { ops, warnings }: Done,
  verification: Verification,
): ApplyReport => ({
  kind: 'ApplyReport',
  formatVersion: 1,
  netns: handover.netns.path,
  ops,
  verification,
  warnings,
  journal: journalOf(handover),
});

/** Committed before it is verified: a kill in between must not make a known outcome unknown. */
const execute = (
  handover: Handover,
  where: ApplyTarget,
  peer: Netns | null,
): Exec<Capabilities, ApplyReport> =>
  pipe(
    notInterrupted(handover),
    RTE.flatMap(() => begin(handover, where)),
    RTE.flatMap(() => transaction(handover)),
    RTE.bindTo('done'),
    RTE.bindW('warnings', () => commit(handover)),
    RTE.bindW('verification', () => verified(handover, peer)),
    RTE.map(({ done: { ops, warnings }, warnings: more, verification }) =>
      reportOf(handover, { ops, warnings: [...warnings, ...more] }, verification),
    ),
  );

const notStale = (
  plan: NetworkPlan,
  state: NamespaceState,
  { identity }: Netns,
): Exec<unknown, void> => {
  const stale = staleness(plan, state, identity);
  return stale === null ? nothing : fail({ _tag: 'StalePlan', ...stale });
};

interface Reached {
  readonly connection: SandboxConnection | null;
  readonly failures: ReadonlyArray<PreflightFailure>;
}

/** That it cannot be reached is one failure of many. */
const connected = (
  ops: ReadonlyArray<Op>,
  { sandbox }: ApplyTarget,
): Exec<Needs<'sandbox'>, Reached> =>
  ops.length === 0
    ? RTE.right({ connection: null, failures: [] })
    : pipe(
        connectTo(sandbox),
        RTE.map((connection): Reached => ({ connection, failures: [] })),
        RTE.orElseW((error): Exec<unknown, Reached> => {
          const { code, summary, remedy } = describeExec(error);
          const failures = [{ code, summary, remedy, rights: false }];
          return RTE.right({ connection: null, failures });
        }),
      );

/** All that is known to fail, the sandbox's connection among it; the connection when nothing is. */
const preflight = (
  plan: NetworkPlan,
  ops: ReadonlyArray<Op>,
  where: ApplyTarget,
  state: NamespaceState,
): Exec<Needs<'machine' | 'sandbox'>, SandboxConnection | null> =>
  pipe(
    RTE.Do,
    RTE.bindW('self', () => self),
    RTE.bindW('connected', () => connected(ops, where)),
    RTE.flatMap(({ self, connected: { connection, failures: unreachable } }) => {
      const started = where.sandbox.started === true;
      const failures = [...planFailures(plan, ops, { state, self, started }), ...unreachable];
      return failures.length === 0
        ? RTE.right(connection)
        : pipe(
            closing(connection),
            RTE.flatMap(() => fail({ _tag: 'Preflight', failures })),
          );
    }),
  );

const closing = (connection: SandboxConnection | null): Exec<unknown, void> =>
  connection === null ? nothing : RTE.fromIO(connection.close);

const observeAndRun = (
  plan: NetworkPlan,
  where: ApplyTarget,
  netns: Netns,
  peer: Netns | null,
): Exec<Capabilities, ApplyReport> => {
  const { signal, journalFolder: folder = DEFAULT_JOURNAL_FOLDER } = where;
  const ops = linearise(plan);
  return pipe(
    RTE.Do,
    RTE.apSW('before', RTE.fromTaskEither(observeWhole(netns))),
    RTE.apSW('journal', readJournal(journalPath(folder, netns.identity))),
    RTE.tap(({ before, journal }) =>
      plan.network === 'sandbox' ? nothingInTheWay(journal, before) : nothing,
    ),
    RTE.tap(({ before }) => notStale(plan, before, netns)),
    RTE.flatMap(({ before }) =>
      RTE.bracketW(
        preflight(plan, ops, where, before),
        (connection) =>
          execute({ plan, ops, folder, netns, before, connection, signal }, where, peer),
        closing,
      ),
    ),
  );
};

/** Open from before the first effect: a namespace that is not there is found while nothing has happened. */
const withPeer = <R, A>(
  path: string | undefined,
  use: (peer: Netns | null) => Exec<R, A>,
): Exec<R & Needs<'kernel' | 'machine'>, A> =>
  path === undefined ? use(null) : withAnyNetns(path, use);

/**
 * Hands the namespace over to the sandbox as `plan` says, in the order of `linearise(plan)`.
 *
 * Right: the sandbox has it. Left(RolledBack): nothing happened after all, and that was compared.
 * Left(ExchangeBroken with `sent`), Left(RollbackFailed), Left(VerificationFailed): a person is needed.
 * Any other Left: refused before the first effect. A process killed in between leaves a journal for `recover`.
 */
export const apply = (plan: NetworkPlan, where: ApplyTarget): Exec<Capabilities, ApplyReport> =>
  withNetns(where.netns, (netns) =>
    withLock(
      where.journalFolder ?? DEFAULT_JOURNAL_FOLDER,
      netns.identity,
      withPeer(where.probeFrom, (peer) => observeAndRun(plan, where, netns, peer)),
    ),
  );
