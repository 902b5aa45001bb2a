import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { align4, decodeMessages, encodeMessage } from '../../../src/executor/netlink/message.js';

const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const payload = fc.uint8Array({ maxLength: 64 });
const message = fc.record(
  { type: u16, flags: u16, seq: u32, portId: u32, payload },
  { noNullPrototype: true },
);

test('decode inverts encode for any run of messages', () => {
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const wire = Uint8Array.from(Buffer.concat(messages.map(encodeMessage)));
      expect(decodeMessages(wire)).toStrictEqual(E.right(messages));
    }),
  );
});

test('the padding of the last message may be missing', () => {
  const wire = encodeMessage({ type: 1, flags: 0, seq: 0, portId: 0, payload: Uint8Array.of(7) });
  expect(wire).toHaveLength(20);
  const decoded = decodeMessages(wire.subarray(0, 17));
  expect(E.isRight(decoded) && decoded.right[0]?.payload).toStrictEqual(Uint8Array.of(7));
});

test.each([
  ['longer than the datagram', 17, 'nlmsg_len 17 is not in 16..16'],
  ['shorter than its header', 15, 'nlmsg_len 15 is not in 16..16'],
  ['of no bytes', 0, 'nlmsg_len 0 is not in 16..16'],
])('a message %s is an error', (_, length, problem) => {
  const wire = new Uint8Array(16);
  new DataView(wire.buffer).setUint32(0, length, true);
  expect(decodeMessages(wire)).toStrictEqual(E.left({ _tag: 'WireError', offset: 0, problem }));
});

test('a cut datagram is an error that says where', () => {
  const one = encodeMessage({ type: 1, flags: 0, seq: 0, portId: 0, payload: new Uint8Array(4) });
  const wire = Uint8Array.from(Buffer.concat([one, one.subarray(0, 9)]));
  expect(decodeMessages(wire)).toMatchObject(E.left({ offset: 20, problem: '9 trailing bytes' }));
});

test('no bytes make it throw, loop or read past the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (wire) => {
      const decoded = decodeMessages(wire);
      if (E.isLeft(decoded)) return;
      const taken = decoded.right.reduce((sum, m) => sum + align4(16 + m.payload.length), 0);
      expect(taken).toBeGreaterThanOrEqual(wire.length);
      expect(taken).toBeLessThan(wire.length + 4);
    }),
  );
});
