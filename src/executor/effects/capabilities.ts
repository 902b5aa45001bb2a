/** The effects the executor needs, as small interfaces; live.ts has the real ones, test/support a fake kernel. */
import type * as IO from 'fp-ts/lib/IO.js';
import type * as T from 'fp-ts/lib/Task.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Filters } from '../../plan/model/filters.js';
import type { NetlinkChange } from '../../plan/model/netlink-change.js';
import type { BindPacketSocket } from '../../plan/model/ops.js';
import type { NamespaceState, NetnsIdentity } from '../../plan/model/state.js';
import type { ExecError } from '../failures/failure.js';
import type { Fd } from '../linux/fd.js';
import type { FramePort } from '../linux/frame-port.js';
import type { SandboxAddress } from '../urpc/address.js';
import type { SandboxConnection } from '../urpc/client.js';

/** One network namespace, held open: every socket in here was made inside and stays inside. */
export interface Netns {
  readonly path: string;
  readonly identity: NetnsIdentity;
  /** One dump per object kind, repeated while the kernel says that it changed in between. */
  readonly observe: TE.TaskEither<ExecError, NamespaceState>;
  /** What else steers its packets: read when asked, and not watched. */
  readonly filters: TE.TaskEither<ExecError, Filters>;
  /** Resolves when anything was notified since the last observation; `timeout` after `timeoutMs`. */
  readonly notified: (timeoutMs: number) => TE.TaskEither<ExecError, 'ready' | 'timeout'>;
  /** `alreadyDone`: deleting what is gone, adding what is there. */
  readonly change: (change: NetlinkChange) => TE.TaskEither<ExecError, 'done' | 'alreadyDone'>;
  /** AF_PACKET, SOCK_RAW, bound to the op's link; warnings name what the kernel gave less of than asked. */
  readonly bindPacketSocket: (
    op: BindPacketSocket,
  ) => TE.TaskEither<ExecError, { readonly fd: Fd; readonly warnings: ReadonlyArray<string> }>;
  readonly close: IO.IO<void>;
}

/** `netns`: a path such as /run/netns/blue or /proc/42/ns/net. */
export interface Kernel {
  readonly openNetns: (path: string) => TE.TaskEither<ExecError, Netns>;
  /** of a packet socket; may take milliseconds, in which the event loop goes on */
  readonly closeFd: (fd: Fd) => T.Task<void>;
  /** `receive` has each frame for the time of the call only: the next one is read into the same bytes. */
  readonly openFramePort: (
    fd: Fd,
    receive: (frame: Uint8Array) => void,
  ) => TE.TaskEither<ExecError, FramePort>;
}

export interface Sandbox {
  /** From the caller's own network namespace: abstract names live there. */
  readonly connect: (to: SandboxAddress) => TE.TaskEither<ExecError, SandboxConnection>;
}

/** What lstat(2) or fstat(2) says of a file. */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly uid: number;
  /** permission bits, 0 to 0o7777 */
  readonly mode: number;
  readonly bytes: number;
  /** st_ino, decimal */
  readonly inode: string;
}

/** An open file; every operation is one or few system calls on its descriptor. */
export interface OpenFile {
  readonly facts: TE.TaskEither<ExecError, FileFacts>;
  /** from the start, `limit` bytes at most, as UTF-8 */
  readonly read: (limit: number) => TE.TaskEither<ExecError, string>;
  /** at the current end for a file opened with O_APPEND, else after the last write */
  readonly write: (text: string) => TE.TaskEither<ExecError, void>;
  readonly truncate: TE.TaskEither<ExecError, void>;
  /** fsync(2) */
  readonly sync: TE.TaskEither<ExecError, void>;
  /** flock(2) with LOCK_EX | LOCK_NB; kept until close */
  readonly lock: TE.TaskEither<ExecError, 'taken' | 'held'>;
  readonly close: T.Task<void>;
}

/** File operations of the journal and the lock, by absolute path. A missing file is null, not an error. */
export interface Files {
  readonly lstat: (path: string) => TE.TaskEither<ExecError, FileFacts | null>;
  readonly mkdir: (path: string, mode: number) => TE.TaskEither<ExecError, void>;
  readonly list: (path: string) => TE.TaskEither<ExecError, ReadonlyArray<string>>;
  /** `flags`: O_* of open(2); O_NOFOLLOW and O_CLOEXEC are always added. Null: ENOENT. */
  readonly open: (
    path: string,
    flags: number,
    mode: number,
  ) => TE.TaskEither<ExecError, OpenFile | null>;
  readonly rename: (from: string, to: string) => TE.TaskEither<ExecError, void>;
  readonly unlink: (path: string) => TE.TaskEither<ExecError, void>;
}

/** The process that runs, as the kernel sees it. */
export interface Process {
  /** clock ticks after boot, field 22 of /proc/PID/stat: tells a pid from the same pid used again */
  readonly startTime: string;
  /** CapEff of /proc/self/status: one bit per CAP_* of linux/capability.h */
  readonly effectiveCapabilities: bigint;
  /** soft RLIMIT_NOFILE */
  readonly maxOpenFiles: number;
  readonly openFiles: number;
}

/** The machine that the namespace is on, and its clocks. */
export interface Machine {
  /** /proc/sys/kernel/random/boot_id */
  readonly bootId: TE.TaskEither<ExecError, string>;
  /** seconds since boot, suspend included */
  readonly uptime: IO.IO<number>;
  readonly now: IO.IO<Date>;
  readonly self: TE.TaskEither<ExecError, Process>;
  readonly pid: number;
  readonly euid: IO.IO<number>;
  /** `startTime` of a process, null when there is none with that pid */
  readonly startTimeOf: (pid: number) => TE.TaskEither<ExecError, string | null>;
  /**
   * Files of the network namespace with this inode: where it is mounted, and /proc/PID/ns/net of the processes
   * in it that this one may look at. They may be another's by now.
   */
  readonly netnsFiles: (inode: string) => TE.TaskEither<ExecError, ReadonlyArray<string>>;
  /** Waits; for what the kernel does by itself in some milliseconds. */
  readonly sleep: (milliseconds: number) => T.Task<void>;
}

export interface Capabilities {
  readonly kernel: Kernel;
  readonly sandbox: Sandbox;
  readonly files: Files;
  readonly machine: Machine;
}
