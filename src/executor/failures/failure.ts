/** ExecError: why an effect failed, as facts; `describeExec` is the only place that turns them into prose. */
import type { LibcError, LinkGone, NetnsNotFound } from '../linux/failure.js';
import type { DumpError } from '../netlink/failure.js';
import type { CallError, ConnectError, ContainerUnusable } from '../urpc/failure.js';
import type { OpReport } from './op-report.js';
import type { RecordError } from './record-errors.js';

/** apply never touches the machine's own namespace. */
export interface RootNamespace {
  readonly _tag: 'RootNamespace';
  readonly path: string;
}

/** The namespace is not the one, or not as it was, that the plan was made from. */
export interface StalePlan {
  readonly _tag: 'StalePlan';
  /** identity: another namespace; objects: what was there is not, or the reverse */
  readonly gone: ReadonlyArray<string>;
  readonly come: ReadonlyArray<string>;
  readonly identity: readonly [planned: string, found: string] | null;
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
  /** what is still missing or different, in iproute2's words */
  readonly missing: ReadonlyArray<string>;
  readonly undo: ExecError | null;
  /** the journal that `recover` starts from, null where there was none */
  readonly journal: string | null;
  readonly ops: ReadonlyArray<OpReport>;
}

/** The sandbox answered success but the namespace is not as the plan says it should be. */
export interface VerificationFailed {
  readonly _tag: 'VerificationFailed';
  readonly differences: ReadonlyArray<string>;
}

/** `recover` or `release` could not bring everything back; the journal stays. */
export interface RestoreIncomplete {
  readonly _tag: 'RestoreIncomplete';
  /** what is still missing or different, in iproute2's words */
  readonly missing: ReadonlyArray<string>;
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

export type ExecError =
  | LibcError
  | NetnsNotFound
  | LinkGone
  | DumpError
  | ConnectError
  | CallError
  | ContainerUnusable
  | RecordError
  | RootNamespace
  | StalePlan
  | Preflight
  | Interrupted
  | RolledBack
  | RollbackFailed
  | RestoreIncomplete
  | VerificationFailed;
