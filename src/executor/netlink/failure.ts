/** How rtnetlink fails: by the socket, by bytes that are not messages, by the kernel's own answer, by changes meanwhile. */
import type { LinkNames } from '../../plan/model/link-names.js';
import type { NetlinkChange } from '../../plan/model/netlink-change.js';
import type { LibcError } from '../linux/failure.js';

/** Bytes from the kernel that are not what the format says. */
export interface WireError {
  readonly _tag: 'WireError';
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
  /** what was to be changed; null for a request that only asks */
  readonly change: NetlinkChange | null;
  /** what its links are called, where that is known: the connection knows them by index alone */
  readonly names?: LinkNames;
}

/** The dump was interrupted by changes more often than it was worth repeating. */
export interface DumpInterrupted {
  readonly _tag: 'DumpInterrupted';
  readonly request: string;
  readonly attempts: number;
}

/** Why a request was not carried out, or not understood. */
export type RequestError = LibcError | WireError | NetlinkError;

/** Why a dump did not give all objects of one moment. */
export type DumpError = RequestError | DumpInterrupted;

/** The error of a change, with the names that its caller knows. */
export const withNames =
  (names: LinkNames) =>
  <E extends { readonly _tag: string }>(error: E): E =>
    error._tag === 'NetlinkError' ? { ...error, names } : error;
