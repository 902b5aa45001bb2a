/** Acknowledgements: the errno and the kernel's words in NLMSG_ERROR and NLMSG_DONE. */
import * as E from 'fp-ts/lib/Either.js';
import { HOST_LE } from '../linux/byte-order.js';
import {
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  NLMSGERR_ATTR_MSG,
} from './abi.js';
import { AttributeReader } from './attribute.js';
import type { WireError } from './failure.js';
import { align4, type NlMessage, wireError } from './message.js';

/** How a request or a dump ended. */
export interface Ack {
  /** positive, 0 for success */
  readonly errno: number;
  /** NLMSGERR_ATTR_MSG, empty without NETLINK_EXT_ACK or where the kernel has nothing to say */
  readonly text: string;
}

/**
 * struct nlmsgerr is the errno and the request's header, then the request itself unless NLM_F_CAPPED, then
 * attributes where NLM_F_ACK_TLVS says so; NLMSG_DONE has the errno and the attributes.
 */
const attributesAt = ({ type, flags, payload }: NlMessage): number => {
  if (type !== NLMSG_ERROR) return 4;
  if ((flags & NLM_F_CAPPED) !== 0 || payload.length < 8) return 4 + NLMSG_HDRLEN;
  const view = new DataView(payload.buffer, payload.byteOffset);
  return 4 + align4(Math.min(view.getUint32(4, HOST_LE), payload.length)); // past the end is an error there
};

/** Reads an NLMSG_ERROR, which acknowledges when its errno is 0, or an NLMSG_DONE. */
export const decodeAck = (message: NlMessage): E.Either<WireError, Ack> => {
  const { type, flags, payload } = message;
  if (payload.length < 4) {
    const bare = type !== NLMSG_ERROR && payload.length === 0; // NLMSG_DONE of a dump without an error
    return bare
      ? E.right({ errno: 0, text: '' })
      : E.left(wireError(0, `an acknowledgement of ${payload.length} bytes`));
  }
  const errno = -new DataView(payload.buffer, payload.byteOffset).getInt32(0, HOST_LE);
  if ((flags & NLM_F_ACK_TLVS) === 0) return E.right({ errno: Math.max(0, errno), text: '' });
  let text = '';
  const reader = new AttributeReader(payload, attributesAt(message));
  while (reader.next()) if (reader.type === NLMSGERR_ATTR_MSG) text = reader.string();
  return reader.error === null
    ? E.right({ errno: Math.max(0, errno), text })
    : E.left(reader.error);
};
