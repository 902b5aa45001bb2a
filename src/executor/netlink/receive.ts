/** One datagram from a netlink socket, as messages. */
import * as E from 'fp-ts/lib/Either.js';
import { EAGAIN, ENOBUFS } from '../linux/errno.js';
import { failedWith } from '../linux/failure.js';
import type { RequestError } from './failure.js';
import { decodeMessages, type NlMessage, wireError } from './message.js';
import type { Transport } from './transport.js';

/** Bytes of a receive buffer. The kernel fills a dump's datagrams up to 32 KiB; source: netlink_recvmsg. */
const DATAGRAM_BYTES = 64 * 1024;

export const receiveBuffer = (): Uint8Array => new Uint8Array(DATAGRAM_BYTES);

/**
 * The messages of the next datagram: views into `buffer`, gone with the next call. Null when nothing is
 * queued, `lost` (ENOBUFS) when the kernel had to drop something. A datagram that was cut is an error.
 */
export const receiveMessages = (
  transport: Transport,
  buffer: Uint8Array,
): E.Either<RequestError, ReadonlyArray<NlMessage> | 'lost' | null> => {
  const received = transport.receive(buffer)();
  if (E.isLeft(received)) {
    if (failedWith(ENOBUFS)(received.left)) return E.right('lost');
    return failedWith(EAGAIN)(received.left) ? E.right(null) : received;
  }
  const length = received.right;
  if (length <= buffer.length) return decodeMessages(buffer.subarray(0, length));
  return E.left(wireError(buffer.length, `a datagram of ${length} bytes, cut at ${buffer.length}`));
};

/** As `receiveMessages`, without late replies to a request that was given up: those have another number. */
export const receiveReplies = (
  transport: Transport,
  buffer: Uint8Array,
  seq: number,
): E.Either<RequestError, ReadonlyArray<NlMessage> | 'lost' | null> => {
  const received = receiveMessages(transport, buffer);
  if (E.isLeft(received) || received.right === null || received.right === 'lost') return received;
  return E.right(received.right.filter((m) => m.seq === seq && m.portId === transport.portId));
};
