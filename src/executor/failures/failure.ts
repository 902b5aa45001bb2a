/** ExecError: why an effect failed, as facts; the table beside it has the code, the ending and the words of each. */

import type { LastingAddress } from '../../plan/model/lasting.js';
import type { LinkNames } from '../../plan/model/link-names.js';
import type { StateDifference } from '../../plan/restore/difference.js';
import type { Staleness } from '../../plan/restore/stale.js';
import type { LibcError, LinkGone, NetnsNotFound } from '../linux/failure.js';
import type { DumpError } from '../netlink/failure.js';
import type { CallError, ConnectError, ContainerUnusable } from '../urpc/failure.js';
import type { HostAmiss, WrongAnswer } from './amiss.js';
import type { OpReport } from './op-report.js';

/** apply never touches the machine's own namespace. */
export interface RootNamespace {
  readonly _tag: 'RootNamespace';
  readonly path: string;
}

/** The namespace is not the one, or not as it was, that the plan was made from. */
export interface StalePlan extends Staleness {
  readonly _tag: 'StalePlan';
}

/** One thing that is known to fail, or that is missing. */
export interface PreflightFailure {
  readonly code: string;
  readonly summary: string;
  readonly remedy: string;
  /** not permitted, rather than impossible */
  readonly rights: boolean;
}

/** A plan that cannot be applied as it is; found before any effect. */
export interface Preflight {
  readonly _tag: 'Preflight';
  readonly failures: ReadonlyArray<PreflightFailure>;
}

/** Undo did not bring everything back: a person is needed. Both errors survive. */
export interface RollbackFailed {
  readonly _tag: 'RollbackFailed';
  readonly cause: ExecError;
  /** what is still missing or different; null where the namespace could not be observed */
  readonly missing: StateDifference | null;
  readonly undo: ExecError | null;
  /** the journal that `recover` starts from, null where there was none */
  readonly journal: string | null;
  readonly ops: ReadonlyArray<OpReport>;
}

/** The sandbox answered success but the namespace is not as the plan says it should be. */
export interface VerificationFailed {
  readonly _tag: 'VerificationFailed';
  /** null where only the answers on the wire are amiss */
  readonly host: HostAmiss | null;
  readonly answers: ReadonlyArray<WrongAnswer>;
}

/** `recover` or `release` could not bring everything back; the journal stays. */
export interface RestoreIncomplete {
  readonly _tag: 'RestoreIncomplete';
  /** what is still missing or different */
  readonly missing: StateDifference;
  readonly undo: ExecError | null;
  readonly journal: string;
}

/** The apply failed before the sandbox took anything, and the namespace was put back and compared: equal. */
export interface RolledBack {
  readonly _tag: 'RolledBack';
  readonly cause: ExecError;
  readonly ops: ReadonlyArray<OpReport>;
}

/** A signal came before the call. */
export interface Interrupted {
  readonly _tag: 'Interrupted';
  /** `SIGINT`, or what the caller gave as the reason */
  readonly signal: string;
}

/** A file or folder that another user could have made or changed is not used. */
export interface UnsafeFile {
  readonly _tag: 'UnsafeFile';
  readonly path: string;
  readonly why: string;
}

/** A journal that is not one: cut, changed, or of another version. */
export interface JournalUnreadable {
  readonly _tag: 'JournalUnreadable';
  readonly path: string;
  readonly why: string;
}

/** A journal that was written in another boot or for another namespace than the one at hand. */
export interface JournalElsewhere {
  readonly _tag: 'JournalElsewhere';
  readonly path: string;
  readonly what: 'boot' | 'namespace';
  readonly recorded: string;
  readonly found: string;
}

/** Nothing is recorded of this namespace. */
export interface NoJournal {
  readonly _tag: 'NoJournal';
  readonly netns: string;
  readonly folder: string;
}

/** Who wrote a journal, when, and for which sandbox. */
export interface ApplyRecord {
  readonly journal: string;
  readonly netns: string;
  /** ISO 8601, UTC */
  readonly at: string;
  readonly sandbox: string;
  readonly pid: number;
}

/** An earlier apply was killed before it called the sandbox; `recover` undoes it. */
export interface ApplyInterrupted {
  readonly _tag: 'ApplyInterrupted';
  readonly record: ApplyRecord;
}

/** An earlier apply ended without knowing whether the sandbox took the network. */
export interface OutcomeUnknown {
  readonly _tag: 'OutcomeUnknown';
  readonly record: ApplyRecord;
}

/** The namespace's addresses were handed to a sandbox and have not been given back. */
export interface HandedOver {
  readonly _tag: 'HandedOver';
  readonly record: ApplyRecord;
  readonly addresses: ReadonlyArray<LastingAddress>;
  /** what their links were called */
  readonly names: LinkNames;
}

/** Giving the addresses back while the sandbox uses them would put two owners on the wire. */
export interface SandboxAlive {
  readonly _tag: 'SandboxAlive';
  readonly record: ApplyRecord;
  /** what shows it: its process, or its socket that accepts connections */
  readonly evidence: string;
}

/** Another netplan works on this namespace. */
export interface NamespaceLocked {
  readonly _tag: 'NamespaceLocked';
  readonly path: string;
  /** the process that holds the lock, null where it has not said */
  readonly holder: number | null;
}

/** Why an effect failed: all that arises below, and what apply, recover and release find. */
export type ExecError =
  | LibcError
  | NetnsNotFound
  | LinkGone
  | DumpError
  | ConnectError
  | CallError
  | ContainerUnusable
  | UnsafeFile
  | JournalUnreadable
  | JournalElsewhere
  | NoJournal
  | ApplyInterrupted
  | OutcomeUnknown
  | HandedOver
  | SandboxAlive
  | NamespaceLocked
  | RootNamespace
  | StalePlan
  | Preflight
  | Interrupted
  | RolledBack
  | RollbackFailed
  | RestoreIncomplete
  | VerificationFailed;
