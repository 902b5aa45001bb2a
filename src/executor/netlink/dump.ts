/** Dumps: all objects of a kind, from a run of datagrams that ends in NLMSG_DONE. */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import {
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from './abi.js';
import { decodeAck } from './ack.js';
import type { DumpError, WireError } from './failure.js';
import { encodeMessage, type NlMessage, wireError } from './message.js';
import { receiveReplies } from './receive.js';
import type { Transport } from './transport.js';

/** A request for all objects of a kind. */
export interface Dump<A> {
  /** RTM_GET* */
  readonly name: string;
  readonly type: number;
  /** the kind's fixed header, and attributes that narrow the dump */
  readonly payload: Uint8Array;
  /** RTM_NEW* */
  readonly reply: number;
  /** null for what answers the dump and is not such an object */
  readonly decode: (payload: Uint8Array) => E.Either<WireError, A | null>;
  /** The dump is given up at this many objects, and with it the socket: it has the rest still to come. */
  readonly atMost?: number;
}

/** Lets the event loop run everything else that is ready. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One attempt at a dump, as far as it has come. */
interface Pass<A> {
  readonly dump: Dump<A>;
  readonly seq: number;
  readonly objects: A[];
  /** the objects are not of one moment, or not all of them came */
  interrupted: boolean;
  /** the first thing that went wrong; what follows is received all the same, so that it is out of the way */
  error: DumpError | null;
  done: boolean;
}

const takeEnd = <A>(pass: Pass<A>, message: NlMessage): void => {
  pass.done = true;
  const ack = decodeAck(message);
  if (E.isLeft(ack)) {
    pass.error ??= ack.left;
    return;
  }
  const { errno, text } = ack.right;
  if (errno === 0) return;
  const request = pass.dump.name;
  pass.error ??= { _tag: 'NetlinkError', request, errno, message: text, change: null };
};

const takeObject = <A>(pass: Pass<A>, message: NlMessage): void => {
  const object = pass.dump.decode(message.payload);
  if (E.isLeft(object)) pass.error ??= object.left;
  else if (object.right !== null) pass.objects.push(object.right);
  if (pass.objects.length === pass.dump.atMost) pass.done = true;
};

const takeMessage = <A>(pass: Pass<A>, message: NlMessage): void => {
  if ((message.flags & NLM_F_DUMP_INTR) !== 0) pass.interrupted = true;
  switch (message.type) {
    case NLMSG_DONE:
    case NLMSG_ERROR:
      takeEnd(pass, message);
      return;
    case NLMSG_OVERRUN:
      pass.interrupted = true;
      return;
    case pass.dump.reply:
      takeObject(pass, message);
      return;
  }
};

const takeReplies = <A>(pass: Pass<A>, replies: ReadonlyArray<NlMessage> | 'lost' | null): void => {
  if (replies === 'lost') {
    pass.interrupted = true;
    return;
  }
  if (replies === null) {
    pass.done = true;
    if (!pass.interrupted) pass.error ??= wireError(0, `${pass.dump.name} ends without NLMSG_DONE`);
    return;
  }
  for (const reply of replies) if (!pass.done) takeMessage(pass, reply);
};

const receiveAll = async <A>(
  transport: Transport,
  buffer: Uint8Array,
  pass: Pass<A>,
): Promise<void> => {
  while (!pass.done) {
    const received = receiveReplies(transport, buffer, pass.seq);
    if (E.isLeft(received)) {
      pass.error ??= received.left;
      // bytes that are not messages are followed by more of the dump; a socket that fails is not
      pass.done = received.left._tag !== 'WireError';
    } else takeReplies(pass, received.right);
    await turn();
  }
};

const dumpResult = <A>({
  dump,
  objects,
  interrupted,
  error,
}: Pass<A>): E.Either<DumpError, ReadonlyArray<A>> => {
  if (error !== null) return E.left(error);
  if (!interrupted) return E.right(objects);
  return E.left({ _tag: 'DumpInterrupted', request: dump.name, attempts: 1 });
};

/**
 * All objects of a kind in the kernel's order. DumpInterrupted where the kernel says that the table changed
 * under the dump (NLM_F_DUMP_INTR) or that it lost replies. The event loop runs between datagrams.
 * `nextSeq` numbers the requests of the socket.
 */
export const runDump =
  (transport: Transport, buffer: Uint8Array, nextSeq: () => number) =>
  <A>(dump: Dump<A>): TE.TaskEither<DumpError, ReadonlyArray<A>> =>
  async () => {
    const seq = nextSeq();
    const flags = NLM_F_REQUEST | NLM_F_DUMP;
    const request = { type: dump.type, flags, seq, portId: 0, payload: dump.payload };
    const sent = transport.send(encodeMessage(request))();
    if (E.isLeft(sent)) return sent;
    const pass: Pass<A> = { dump, seq, objects: [], interrupted: false, error: null, done: false };
    await receiveAll(transport, buffer, pass);
    return dumpResult(pass);
  };
