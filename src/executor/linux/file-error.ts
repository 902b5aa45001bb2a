/** A file error of node as the failed system call that it was. */
import { EIO } from './errno.js';
import type { SyscallError } from './failure.js';

/** Node gives the errno as a negative number, and the call's name. `about`: the path. */
export const fileError =
  (about: string) =>
  (error: unknown): SyscallError => {
    const { errno, syscall } = error as NodeJS.ErrnoException;
    return { _tag: 'SyscallError', call: syscall ?? 'read', errno: Math.abs(errno ?? EIO), about };
  };
