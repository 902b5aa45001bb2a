/** A netlink socket that answers from a script: the kernel's side of a conversation, in memory. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EAGAIN } from '../../../src/executor/linux/errno.js';
import {
  decodeMessages,
  encodeMessage,
  type NlMessage,
} from '../../../src/executor/netlink/message.js';
import type { Transport } from '../../../src/executor/netlink/transport.js';

/** What a receive gives: a datagram, or an errno. */
export type Reply = Uint8Array | number;

/** Called with each request; its replies are queued. */
export type Kernel = (request: NlMessage) => ReadonlyArray<Reply>;

export interface ScriptedTransport extends Transport {
  readonly requests: ReadonlyArray<NlMessage>;
  /** Puts something in the queue that nobody asked for. */
  readonly deliver: (...replies: ReadonlyArray<Reply>) => void;
  readonly queued: () => number;
}

export const PORT = 4242;

export const scripted = (kernel: Kernel = () => []): ScriptedTransport => {
  const queue: Reply[] = [];
  const requests: NlMessage[] = [];
  return {
    portId: PORT,
    requests,
    deliver: (...replies) => void queue.push(...replies),
    queued: () => queue.length,
    send: (datagram) => () => {
      const decoded = decodeMessages(datagram);
      if (E.isLeft(decoded)) throw new Error('a request that is not a message');
      for (const request of decoded.right) {
        requests.push(request);
        queue.push(...kernel(request));
      }
      return E.right(datagram.length);
    },
    receive: (buffer) => () => {
      const next = queue.shift() ?? EAGAIN;
      if (typeof next === 'number')
        return E.left({ _tag: 'SyscallError', call: 'recv', errno: next, about: '' });
      buffer.set(next.subarray(0, buffer.length));
      return E.right(next.length);
    },
    readable: () => TE.right('timeout'),
    close: () => {},
  };
};

/** A datagram of messages, in answer to `request` unless they say otherwise. */
export const datagram = (
  request: Pick<NlMessage, 'seq'>,
  ...messages: ReadonlyArray<Partial<NlMessage> & Pick<NlMessage, 'type'>>
): Uint8Array =>
  Buffer.concat(
    messages.map((message) =>
      encodeMessage({
        flags: 0,
        seq: request.seq,
        portId: PORT,
        payload: new Uint8Array(),
        ...message,
      }),
    ),
  );

/** The datagrams of a real dump, recorded in fixtures/wire/netlink. */
export const recorded = (name: string): ReadonlyArray<Uint8Array> =>
  readFileSync(`fixtures/wire/netlink/${name}.hex`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Uint8Array.from(Buffer.from(line, 'hex')));

/** The payloads of the objects in a real dump. */
export const recordedPayloads = (name: string, type: number): ReadonlyArray<Uint8Array> =>
  recorded(name).flatMap((bytes) => {
    const messages = decodeMessages(bytes);
    if (E.isLeft(messages)) throw new Error(messages.left.problem);
    return messages.right.filter((m) => m.type === type).map(({ payload }) => payload);
  });

/** A recorded dump as the answer to `request`. */
export const replay = (name: string, { seq }: NlMessage): ReadonlyArray<Uint8Array> =>
  recorded(name).map((bytes) => {
    const messages = decodeMessages(bytes);
    if (E.isLeft(messages)) throw new Error(messages.left.problem);
    return datagram({ seq }, ...messages.right.map((m) => ({ ...m, seq, portId: PORT })));
  });
