/** The kernel's capability as work. */
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Fd } from '../linux/fd.js';
import type { FramePort } from '../linux/frame-port.js';
import type { Netns } from './capabilities.js';
import type { Exec, Needs } from './exec.js';

type InKernel<A> = Exec<Needs<'kernel'>, A>;

/** The namespace is to be closed by whoever asked for it. */
export const openNetns =
  (path: string): InKernel<Netns> =>
  ({ kernel }) =>
    kernel.openNetns(path);

/** Of a packet socket; may take milliseconds. */
export const closeFd =
  (fd: Fd): InKernel<void> =>
  ({ kernel }) =>
    TE.fromTask(kernel.closeFd(fd));

/** `receive` has each frame for the time of the call only. */
export const openFramePort =
  (fd: Fd, receive: (frame: Uint8Array) => void): InKernel<FramePort> =>
  ({ kernel }) =>
    kernel.openFramePort(fd, receive);
