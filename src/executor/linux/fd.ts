/** Fd: an open file descriptor of this process, told from other numbers. */

export interface FdBrand {
  readonly Fd: unique symbol;
}
export type Fd = number & FdBrand;

/** For a number that the kernel has just given: as the result of a call, or with a message from a socket. */
export const fdOf = (given: number): Fd => given as Fd;
