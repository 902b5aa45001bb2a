/** How this machine's kernel fails a system call, or cannot be asked at all. */
import type { IfName } from '../../plan/model/scalars.js';
import { errnoMeaning } from './errno.js';

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

/** How a system call fails: the kernel's errno, or no way to reach the kernel at all. */
export type LibcError = SyscallError | PlatformUnsupported;

export interface NetnsNotFound {
  readonly _tag: 'NetnsNotFound';
  readonly path: string;
  /**
   * `unmounted`: an ordinary empty file, left where a namespace was mounted; `not-a-netns`: another kind
   * of file or of namespace.
   */
  readonly why: 'missing' | 'unmounted' | 'not-a-netns' | 'no-such-process' | 'not-permitted';
}

/** The link of an op is gone or another since the plan. */
export interface LinkGone {
  readonly _tag: 'LinkGone';
  readonly link: IfName;
}

/** Whether it is a system call that failed with one of `errnos`. */
export const failedWith =
  (...errnos: ReadonlyArray<number>) =>
  (error: { readonly _tag: string; readonly errno?: number }): boolean =>
    error._tag === 'SyscallError' && error.errno !== undefined && errnos.includes(error.errno);

/** A failed call in a few words, without what it was about. */
export const reasonOf = (error: LibcError): string =>
  error._tag === 'SyscallError' ? errnoMeaning(error.errno) : `${error.needs} is needed`;
