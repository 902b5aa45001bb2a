/** rtnetlink of one network namespace: dumps, requests with their acknowledgement, and what was notified. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IO from 'fp-ts/lib/IO.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetlinkChange } from '../../plan/model/netlink-change.js';
import type { LibcError } from '../linux/failure.js';
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR } from './abi.js';
import { decodeAck } from './ack.js';
import { type Dump, runDump } from './dump.js';
import type { DumpError, RequestError } from './failure.js';
import { encodeMessage, type NlMessage, wireError } from './message.js';
import { STATE_GROUPS, takeNotifications } from './notifications.js';
import { receiveBuffer, receiveReplies } from './receive.js';
import { openTransport, type Transport } from './transport.js';

/** A request that changes one thing. */
export interface ChangeRequest {
  /** RTM_* */
  readonly name: string;
  readonly type: number;
  /** NLM_F_* besides NLM_F_REQUEST and NLM_F_ACK */
  readonly flags: number;
  readonly payload: Uint8Array;
  /** what it makes, for what is told of a failure */
  readonly change: NetlinkChange;
}

export interface Connection {
  readonly dump: <A>(dump: Dump<A>) => TE.TaskEither<DumpError, ReadonlyArray<A>>;
  /** The kernel acts inside of send(2) and has answered when that returns: this never waits for it. */
  readonly request: (request: ChangeRequest) => IOE.IOEither<RequestError, void>;
  /** Whether a link, address, route, rule, set neighbor or nexthop object has changed since last asked. */
  readonly changed: IOE.IOEither<RequestError, boolean>;
  /** Waits until the kernel notifies anything at all, which `changed` then takes. */
  readonly notified: (timeoutMs: number) => TE.TaskEither<LibcError, 'ready' | 'timeout'>;
  /** Runs one piece of work after the other, in the order asked for: a scan and a change must not mix. */
  readonly exclusive: <Err, A>(work: TE.TaskEither<Err, A>) => TE.TaskEither<Err, A>;
  readonly close: IO.IO<void>;
}

/** The acknowledgement of request `seq`, among late replies to others. */
const awaitAck = (
  transport: Transport,
  buffer: Uint8Array,
  { name, change }: ChangeRequest,
  seq: number,
): E.Either<RequestError, void> => {
  for (;;) {
    const received = receiveReplies(transport, buffer, seq);
    if (E.isLeft(received)) return received;
    if (received.right === null) return E.left(wireError(0, `no acknowledgement of ${name}`));
    if (received.right === 'lost') continue; // if it was this one, none follows
    const found = received.right.find(({ type }) => type === NLMSG_ERROR);
    if (found !== undefined) return answerOf(found, name, change);
  }
};

const answerOf = (
  message: NlMessage,
  request: string,
  change: NetlinkChange,
): E.Either<RequestError, void> => {
  const ack = decodeAck(message);
  if (E.isLeft(ack)) return ack;
  const { errno, text } = ack.right;
  if (errno === 0) return E.right(undefined);
  return E.left({ _tag: 'NetlinkError', request, errno, message: text, change });
};

const exclusively = (): Connection['exclusive'] => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => () => {
    const mine = last.then(work);
    last = mine.catch(() => undefined); // a defect is the caller's to see; the next one runs all the same
    return mine;
  };
};

/** A connection over two sockets: one that asks, and one that has joined `STATE_GROUPS` and listens. */
export const connectionOver = (asking: Transport, listening: Transport): Connection => {
  const buffer = receiveBuffer();
  let seq = 0;
  const nextSeq = (): number => {
    seq = (seq + 1) >>> 0;
    return seq;
  };
  return {
    dump: runDump(asking, buffer, nextSeq),
    request: (request) => () => {
      const message = {
        type: request.type,
        flags: NLM_F_REQUEST | NLM_F_ACK | request.flags,
        seq: nextSeq(),
        portId: 0,
        payload: request.payload,
      };
      const sent = asking.send(encodeMessage(message))();
      return E.isLeft(sent) ? sent : awaitAck(asking, buffer, request, message.seq);
    },
    changed: takeNotifications(listening, receiveBuffer()),
    notified: listening.readable,
    exclusive: exclusively(),
    close: () => {
      asking.close();
      listening.close();
    },
  };
};

/** To be run inside the namespace; from then on the connection works from anywhere. */
export const openConnection: IOE.IOEither<LibcError, Connection> = () => {
  const asking = openTransport([])();
  if (E.isLeft(asking)) return asking;
  const listening = openTransport(STATE_GROUPS)();
  if (E.isRight(listening)) return E.right(connectionOver(asking.right, listening.right));
  asking.right.close();
  return listening;
};
