import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueEnd } from '../../../src/executor/urpc/value-end.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const container = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));

test('finds the end of any object or array, wherever the stream is cut', () => {
  fc.assert(
    fc.property(container, fc.string(), fc.nat(64), (value, rest, cut) => {
      const json = bytes(JSON.stringify(value));
      const stream = Uint8Array.of(...bytes(' \n'), ...json, ...bytes(rest));
      const length = json.length + 2;
      const end = valueEnd();
      const at = Math.min(cut, length - 1);
      expect(end.take(stream.subarray(0, at))).toBeNull();
      expect(end.take(stream.subarray(at))).toBe(length - at);
    }),
  );
});

test.each(['', '  ', '{', '{"a":"}', '{"a":"\\"}', '[[]'])('%j goes on', (text) => {
  expect(valueEnd().take(bytes(text))).toBeNull();
});

test.each(['1', 'null', ' "x"', '}', ']{'])('%j begins no object', (text) => {
  expect(valueEnd().take(bytes(text))).toBe('garbage');
});

test('no bytes make it throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (wire) => void valueEnd().take(wire)));
});
