/** apply: a plan carried out, all of it or nothing, with a journal on disk before the first effect. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import { linearise } from '../../plan/model/ops.js';
import type { NamespaceState } from '../../plan/model/state.js';
import { staleness } from '../../plan/restore/stale.js';
import type { Capabilities, Exec, Netns } from '../effects/capabilities.js';
import { fail, nothing } from '../effects/exec.js';
import type { ExecError, PreflightFailure } from '../failures/failure.js';
import { describeExec } from '../failures/table.js';
import { DEFAULT_JOURNAL_FOLDER } from '../journal/folder.js';
import { beginJournal, journalPath, readJournal } from '../journal/journal.js';
import { withLock } from '../journal/lock.js';
import { nothingInTheWay } from '../journal/standing.js';
import { openNetns } from '../namespace/open.js';
import { explainingRights } from '../namespace/rights.js';
import type { SandboxConnection } from '../urpc/client.js';
import { planFailures, sandboxFailures } from './preflight.js';
import { probePeer } from './probe/peer.js';
import { headerOf } from './record.js';
import type { ApplyReport, Verification } from './report.js';
import {
  journalOf,
  mark,
  notInterrupted,
  opReports,
  type Run,
  rollBack,
  takesAddresses,
  transaction,
} from './transaction.js';
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

type Step<A> = TE.TaskEither<ExecError, A>;

const begin = (run: Run, { sandbox: { started: _, ...sandbox } }: ApplyTarget): Step<void> =>
  takesAddresses(run.plan)
    ? pipe(
        headerOf(run, sandbox),
        TE.flatMap((header) => beginJournal(run.folder, header)(run.c)),
        TE.orElseW(rollBack(run)),
        TE.asUnit,
      )
    : nothing;

/** The sandbox has the network: from here on nothing fails, it is only told. */
const commit = (run: Run): Step<void> =>
  pipe(
    mark(run, 'committed'),
    TE.orElse((error) => {
      const why = describeExec(error).summary;
      run.warnings.push(
        `the journal could not be marked committed (${why}): to give the addresses back later, use recover --give-back`,
      );
      return nothing;
    }),
  );

const noDifferences = (differences: ReadonlyArray<string>): Step<void> =>
  differences.length > 0 ? fail({ _tag: 'VerificationFailed', differences }) : nothing;

/** From inside the namespace first; a peer is asked only when nothing is wrong there. */
const verified = (run: Run, peer: Netns | null): Step<ApplyReport> =>
  pipe(
    run.netns.observe,
    TE.flatMap((now) => noDifferences(verify(run.plan, run.before, now))),
    TE.flatMap(() => (peer === null ? TE.right([]) : probePeer(run.plan, peer)(run.c))),
    TE.flatMap(noDifferences),
    TE.map((): Verification => ({ outcome: 'verified', differences: [] })),
    TE.orElse((error): Step<Verification> => {
      if (error._tag === 'VerificationFailed') return fail(error);
      return TE.right({ outcome: 'not-done', differences: [describeExec(error).summary] });
    }),
    TE.map((verification) => reportOf(run, verification)),
  );

const reportOf = (run: Run, verification: Verification): ApplyReport => ({
  kind: 'ApplyReport',
  formatVersion: 1,
  netns: run.netns.path,
  ops: opReports(run),
  verification,
  warnings: run.warnings,
  journal: journalOf(run),
});

/** Committed before it is verified: a kill in between must not make a known outcome unknown. */
const execute = (run: Run, where: ApplyTarget, peer: Netns | null): Step<ApplyReport> =>
  pipe(
    notInterrupted(run),
    TE.flatMap(() => begin(run, where)),
    TE.flatMap(() => transaction(run)),
    TE.flatMap(() => commit(run)),
    TE.flatMap(() => verified(run, peer)),
  );

const notStale = (plan: NetworkPlan, state: NamespaceState, netns: Netns): Step<void> => {
  const stale = staleness(plan, state, netns.identity);
  return stale === null ? nothing : fail({ _tag: 'StalePlan', ...stale });
};

interface Connected {
  readonly connection: SandboxConnection | null;
  readonly failures: ReadonlyArray<PreflightFailure>;
}

const connected = (
  plan: NetworkPlan,
  where: ApplyTarget,
  { sandbox }: Capabilities,
): Step<Connected> => {
  if (linearise(plan).length === 0) return TE.right({ connection: null, failures: [] });
  return pipe(
    sandbox.connect(where.sandbox),
    TE.map((connection): Connected => ({ connection, failures: [] })),
    TE.orElse((error) => {
      const { code, summary, remedy } = describeExec(error);
      const failure: PreflightFailure = { code, summary, remedy, rights: false };
      return TE.right<ExecError, Connected>({ connection: null, failures: [failure] });
    }),
  );
};

/** All that is known to fail, the sandbox's connection among it; the connection when nothing is. */
const preflight = (
  plan: NetworkPlan,
  where: ApplyTarget,
  state: NamespaceState,
  c: Capabilities,
): Step<SandboxConnection | null> =>
  pipe(
    c.machine.self,
    TE.flatMap((self) =>
      pipe(
        connected(plan, where, c),
        TE.flatMap(({ connection, failures: unreachable }) => {
          const failures = [
            ...planFailures(plan, state, self),
            ...sandboxFailures(plan, where.sandbox.started === true),
            ...unreachable,
          ];
          if (failures.length === 0) return TE.right(connection);
          connection?.close();
          return fail({ _tag: 'Preflight', failures });
        }),
      ),
    ),
  );

const observeAndRun = (
  plan: NetworkPlan,
  where: ApplyTarget,
  netns: Netns,
  peer: Netns | null,
  c: Capabilities,
): Step<ApplyReport> => {
  const folder = where.journalFolder ?? DEFAULT_JOURNAL_FOLDER;
  const { signal } = where;
  return pipe(
    TE.Do,
    TE.apS('before', netns.observe),
    TE.apS('journal', readJournal(journalPath(folder, netns.identity))(c)),
    TE.tap(({ before, journal }) =>
      plan.network === 'sandbox' ? nothingInTheWay(journal, before)(c) : nothing,
    ),
    TE.tap(({ before }) => notStale(plan, before, netns)),
    TE.flatMap(({ before }) =>
      TE.bracket(
        preflight(plan, where, before, c),
        (connection) =>
          execute(
            { plan, folder, netns, before, connection, signal, c, outcomes: [], warnings: [] },
            where,
            peer,
          ),
        (connection) => TE.fromIO(() => connection?.close()),
      ),
    ),
  );
};

/** Open from before the first effect: a namespace that is not there is found while nothing has happened. */
const withPeer = <A>(
  path: string | undefined,
  c: Capabilities,
  use: (peer: Netns | null) => Step<A>,
): Step<A> =>
  path === undefined
    ? use(null)
    : TE.bracket(explainingRights(c.kernel.openNetns(path))(c), use, (peer) =>
        TE.fromIO(peer.close),
      );

/**
 * Hands the namespace over to the sandbox as `plan` says, in the order of `linearise(plan)`.
 *
 * Right: the sandbox has it. Left(RolledBack): nothing happened after all, and that was compared.
 * Left(ExchangeBroken with `sent`), Left(RollbackFailed), Left(VerificationFailed): a person is needed.
 * Any other Left: refused before the first effect. A process killed in between leaves a journal for `recover`.
 */
export const apply =
  (plan: NetworkPlan, where: ApplyTarget): Exec<Capabilities, ApplyReport> =>
  (c) =>
    openNetns(where.netns, (netns) =>
      withLock(
        where.journalFolder ?? DEFAULT_JOURNAL_FOLDER,
        netns.identity,
        withPeer(where.probeFrom, c, (peer) => observeAndRun(plan, where, netns, peer, c)),
      )(c),
    )(c);
