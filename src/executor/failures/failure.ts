/** ExecError: why an effect failed, as facts; `describeExec` is the only place that turns them into prose. */
import type { IfName } from '../../plan/model/scalars.js';
import type { ObjectPath } from '../../plan/model/state.js';
import type { OpReport } from '../handover/report.js';
import type { RecordError } from './record-errors.js';

/** A failed system call: errno as the kernel gave it, positive. */
export interface SyscallError {
  readonly _tag: 'SyscallError';
  readonly call: string;
  readonly errno: number;
  /** what the call was about: a path, an interface name, a socket name */
  readonly about: string;
}

/** This machine cannot make the system calls at all; nothing was tried. */
export interface PlatformUnsupported {
  readonly _tag: 'PlatformUnsupported';
  /** Node's names: `darwin`, `ia32` */
  readonly platform: string;
  readonly arch: string;
  /** what there has to be: Linux, a 64-bit system, or koffi's native library for it */
  readonly needs: 'linux' | '64-bit' | 'koffi';
  /** the loader's own words where koffi did not load, else empty */
  readonly detail: string;
}

/** Bytes from outside that are not what their format says. */
export interface WireError {
  readonly _tag: 'WireError';
  readonly format: 'netlink' | 'urpc' | 'frame';
  /** bytes from the start of the buffer */
  readonly offset: number;
  readonly problem: string;
}

/** A refused rtnetlink request. */
export interface NetlinkError {
  readonly _tag: 'NetlinkError';
  /** RTM_* name */
  readonly request: string;
  readonly errno: number;
  /** the kernel's extended acknowledgement (NLMSGERR_ATTR_MSG), or empty */
  readonly message: string;
  /** the object in iproute2's words */
  readonly about: string;
}

/** The dump was interrupted by changes more often than it was worth repeating. */
export interface DumpInterrupted {
  readonly _tag: 'DumpInterrupted';
  readonly request: string;
  readonly attempts: number;
}

export interface NetnsNotFound {
  readonly _tag: 'NetnsNotFound';
  readonly path: string;
  /**
   * `unmounted`: an ordinary empty file, left where a namespace was mounted; `not-a-netns`: another kind
   * of file or of namespace.
   */
  readonly why: 'missing' | 'unmounted' | 'not-a-netns' | 'no-such-process' | 'not-permitted';
}

/** apply never touches the machine's own namespace. */
export interface RootNamespace {
  readonly _tag: 'RootNamespace';
  readonly path: string;
}

/** The sandbox could not be reached, or is not one. */
export interface SandboxUnreachable {
  readonly _tag: 'SandboxUnreachable';
  readonly address: string;
  readonly errno: number;
}

/** Something else than the sandbox listens at its address: it would be handed the network. */
export interface WrongListener {
  readonly _tag: 'WrongListener';
  readonly address: string;
  /** of the sandbox's process, and of the process that listens (SO_PEERCRED, unix(7)); 0: of another pid namespace */
  readonly expected: number;
  readonly found: number;
}

/** `--container` names no container, or its state file is not usable. */
export interface ContainerUnusable {
  readonly _tag: 'ContainerUnusable';
  readonly id: string;
  readonly root: string;
  readonly why: string;
}

/** The call arrived and the sandbox's method failed: nothing was taken. gVisor pkg/urpc RemoteError. */
export interface RemoteError {
  readonly _tag: 'RemoteError';
  readonly method: string;
  readonly message: string;
}

/**
 * The exchange broke. `sent` false: the sandbox cannot have acted. `sent` true: unknown whether it did,
 * so nothing may be undone by itself.
 */
export interface ExchangeBroken {
  readonly _tag: 'ExchangeBroken';
  readonly method: string;
  readonly sent: boolean;
  readonly why: 'closed' | 'timeout' | 'garbage' | 'too-large' | 'refused';
  readonly detail: string;
}

/** The namespace is not the one, or not as it was, that the plan was made from. */
export interface StalePlan {
  readonly _tag: 'StalePlan';
  /** identity: another namespace; objects: what was there is not, or the reverse */
  readonly gone: ReadonlyArray<string>;
  readonly come: ReadonlyArray<string>;
  readonly identity: readonly [planned: string, found: string] | null;
}

/** A plan that cannot be applied as it is; found before any effect. */
export interface Preflight {
  readonly _tag: 'Preflight';
  readonly failures: ReadonlyArray<{
    readonly code: string;
    readonly summary: string;
    readonly remedy: string;
    /** not permitted, rather than impossible */
    readonly rights: boolean;
  }>;
}

/** The link of an op is gone or another since the plan. */
export interface LinkGone {
  readonly _tag: 'LinkGone';
  readonly link: IfName;
  readonly object: ObjectPath | null;
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
  | RecordError
  | RolledBack
  | RestoreIncomplete
  | Interrupted
  | SyscallError
  | PlatformUnsupported
  | WireError
  | NetlinkError
  | DumpInterrupted
  | NetnsNotFound
  | RootNamespace
  | SandboxUnreachable
  | WrongListener
  | ContainerUnusable
  | RemoteError
  | ExchangeBroken
  | StalePlan
  | Preflight
  | LinkGone
  | RollbackFailed
  | VerificationFailed;
