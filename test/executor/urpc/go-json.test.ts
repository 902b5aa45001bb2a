import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as go from '../../../src/executor/urpc/go-json.js';
import { anyText } from '../../support/any-text.js';

// Each right side was printed by Go's json.Marshal.
test.each([
  ['<a>&', '"\\u003ca\\u003e\\u0026"'],
  ['\u2028\u2029', '"\\u2028\\u2029"'],
  ['\0\x1f\x7f', '"\\u0000\\u001f\x7f"'],
  ['\b\f\n\r\t"\\/', '"\\b\\f\\n\\r\\t\\"\\\\/"'],
  ['é😀', '"é😀"'],
  ['a\ud800b', '"a\\ufffdb"'],
  ['\udc00', '"\\ufffd"'],
])('string %j', (s, text) => {
  expect(go.string(s)).toBe(text);
});

test('a string reads back as itself, whatever is in it', () => {
  fc.assert(
    fc.property(anyText(), (s) => {
      expect(JSON.parse(go.string(s))).toBe(s.replace(/\p{Cs}/gu, '\ufffd'));
    }),
  );
});

test.each([
  [null, '""'],
  ['10.0.0.1', '"10.0.0.1"'],
  ['fd00::1', '"fd00::1"'],
  ['::ffff:1.2.3.4', '"1.2.3.4"'],
  ['64:ff9b::1.2.3.4', '"64:ff9b::102:304"'],
  ['::', '"::"'],
])('net.IP %s', (address, text) => {
  expect(go.ip(address)).toBe(text);
});

test('bytes are base64, nil is null and empty is not', () => {
  expect(go.bytes(Uint8Array.from([2, 0x42, 0x0a, 1, 2, 3]))).toBe('"AkIKAQID"');
  expect(go.bytes(new Uint8Array(0))).toBe('""');
  expect(go.bytes(null)).toBe('null');
});

test('a view on a larger buffer is written as the view', () => {
  expect(go.bytes(Uint8Array.from([1, 2, 3, 4]).subarray(1, 3))).toBe('"AgM="');
});

test('a nil slice is null', () => {
  expect(go.slice([])).toBe('null');
  expect(go.slice([go.integer(1), go.bool(true)])).toBe('[1,true]');
});

test.each([2 ** 53, -(2 ** 53), 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'integer refuses %d rather than write another number',
  (n) => {
    expect(() => go.integer(n)).toThrow(RangeError);
  },
);
