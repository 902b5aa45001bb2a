/** How a sandbox's control socket fails: it cannot be reached, it refuses, or the exchange breaks. */
import type { LibcError } from '../linux/failure.js';

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

/** Why there is no connection; nothing was sent. */
export type ConnectError = LibcError | SandboxUnreachable | WrongListener;

/** Why a call has no result. */
export type CallError = LibcError | RemoteError | ExchangeBroken;
