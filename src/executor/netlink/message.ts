/** Netlink messages: splitting a datagram into them, and writing one. */
import * as E from 'fp-ts/lib/Either.js';
import { HOST_LE } from '../linux/byte-order.js';
import { NLMSG_HDRLEN } from './abi.js';
import type { WireError } from './failure.js';

/** One netlink message. Source: struct nlmsghdr in linux/netlink.h. */
export interface NlMessage {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  /** nlmsg_pid: the netlink port of the socket that asked, 0 in a request and in most notifications */
  readonly portId: number;
  readonly payload: Uint8Array;
}

/** Rounds `bytes` up to a multiple of 4. Source: NLMSG_ALIGN in linux/netlink.h. */
export const align4 = (bytes: number): number => (bytes + 3) & ~3;

/** `offset`: bytes from the start of the datagram or of the message's payload, whichever was being read. */
export const wireError = (offset: number, problem: string): WireError => ({
  _tag: 'WireError',
  offset,
  problem,
});

/** Splits one recv(2) buffer into messages. Payloads are views: copy before the buffer is reused. */
export const decodeMessages = (buf: Uint8Array): E.Either<WireError, ReadonlyArray<NlMessage>> => {
  const view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
  const out: NlMessage[] = [];
  let offset = 0;
  while (offset + NLMSG_HDRLEN <= buf.length) {
    const length = view.getUint32(offset, HOST_LE);
    const left = buf.length - offset;
    if (length < NLMSG_HDRLEN || length > left)
      return E.left(wireError(offset, `nlmsg_len ${length} is not in ${NLMSG_HDRLEN}..${left}`));
    out.push({
      type: view.getUint16(offset + 4, HOST_LE),
      flags: view.getUint16(offset + 6, HOST_LE),
      seq: view.getUint32(offset + 8, HOST_LE),
      portId: view.getUint32(offset + 12, HOST_LE),
      payload: buf.subarray(offset + NLMSG_HDRLEN, offset + length),
    });
    offset += align4(length); // the last message may be unpadded
  }
  return offset >= buf.length
    ? E.right(out)
    : E.left(wireError(offset, `${buf.length - offset} trailing bytes`));
};

/** One message as bytes, padded to a multiple of 4; nlmsg_len does not count the padding. */
export const encodeMessage = (message: NlMessage): Uint8Array => {
  const length = NLMSG_HDRLEN + message.payload.length;
  const out = new Uint8Array(align4(length));
  const view = new DataView(out.buffer);
  view.setUint32(0, length, HOST_LE);
  view.setUint16(4, message.type, HOST_LE);
  view.setUint16(6, message.flags, HOST_LE);
  view.setUint32(8, message.seq, HOST_LE);
  view.setUint32(12, message.portId, HOST_LE);
  out.set(message.payload, NLMSG_HDRLEN);
  return out;
};
