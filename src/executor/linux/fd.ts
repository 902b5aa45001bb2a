/** Fd: an open file descriptor of this process, told from other numbers. */

export interface FdBrand {
  readonly Fd: unique symbol;
}
/** Made where the kernel gives one: in libc.ts, and in fd-passing.ts for those that come over a socket. */
export type Fd = number & FdBrand;
