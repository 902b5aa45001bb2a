/** Frames of one packet socket: received in the event loop, sent at once. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { MSG_DONTWAIT } from './abi.js';
import type { LibcError } from './failure.js';
import type { Fd } from './fd.js';
import { recv, send, watch } from './libc.js';

/** Frames through a bound packet socket without a virtio_net_hdr, in the event loop. */
export interface FramePort {
  /** A frame that cannot be sent now is dropped. */
  readonly send: (frame: Uint8Array) => IO.IO<void>;
  /** Nothing is received any more. The socket stays the caller's to close. */
  readonly stop: IO.IO<void>;
}

/** The longest frame: 64 KiB of merged segments (GRO) and an Ethernet header with a VLAN tag. */
export const FRAME_BYTES = 65_536 + 18;
/** Frames taken from one socket before the rest of the event loop has its turn. */
export const BURST = 64;

/**
 * Calls `receive` with every frame until `stop` is run. An error of the socket (its link went down) is read
 * and forgotten: frames come again when the link is up. Source: packet(7).
 */
export const openFramePort =
  (fd: Fd, receive: (frame: Uint8Array) => void): IOE.IOEither<LibcError, FramePort> =>
  () => {
    const buffer = new Uint8Array(FRAME_BYTES);
    const watching = watch(fd, 'readable', () => {
      for (let taken = 0; taken < BURST; taken++) {
        const got = recv(fd, buffer, MSG_DONTWAIT)();
        if (E.isLeft(got)) return;
        receive(buffer.subarray(0, got.right));
      }
    })();
    if (E.isLeft(watching)) return watching;
    return E.right({
      send: (frame) => () => {
        send(fd, frame, MSG_DONTWAIT)();
      },
      stop: watching.right,
    });
  };
