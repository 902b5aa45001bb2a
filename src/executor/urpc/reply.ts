/** The reply to a urpc call: taken from a stream without framing, and what it says. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { valueEnd } from './value-end.js';

/** gVisor's callResult: `{"success":true,"err":"","result":…}`. Source: pkg/urpc/urpc.go. */
export type Reply =
  | { readonly success: true; readonly result: unknown }
  | { readonly success: false; readonly message: string };

/** The value cannot be a reply, or is longer than allowed. */
export interface BadReply {
  readonly why: 'garbage' | 'too-large';
  readonly detail: string;
}

/** Takes the bytes as they come: null until the value is complete. What follows the value is ignored. */
export type ReplyScanner = (chunk: Uint8Array) => E.Either<BadReply, Reply | null>;

const CallResult = t.intersection([
  t.type({ success: t.boolean }),
  t.partial({ err: t.string, result: t.unknown }),
]);

const badReply = (why: BadReply['why'], detail: string): E.Either<BadReply, never> =>
  E.left({ why, detail });

const decodeReply = (text: string): E.Either<BadReply, Reply> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return badReply('garbage', error instanceof Error ? error.message : 'not JSON');
  }
  if (!CallResult.is(value)) return badReply('garbage', 'the JSON value is not a urpc result');
  return E.right(
    value.success
      ? { success: true, result: value.result ?? null }
      : { success: false, message: value.err ?? '' },
  );
};

/** A scanner for one reply of at most `limit` bytes. Time is linear in them, however they are cut. */
export const replyScanner = (limit: number): ReplyScanner => {
  const chunks: Uint8Array[] = [];
  const end = valueEnd();
  let bytes = 0;
  return (chunk) => {
    const at = end.take(chunk);
    if (at === 'garbage') return badReply('garbage', 'it does not begin with {');
    const part = chunk.slice(0, at ?? chunk.length); // a copy: the caller's buffer is used again
    bytes += part.length;
    if (bytes > limit) return badReply('too-large', `more than ${limit} bytes`);
    chunks.push(part);
    return at === null ? E.right(null) : decodeReply(Buffer.concat(chunks).toString('utf8'));
  };
};
