import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fileText,
  isKernelText,
  kernelBytes,
  kernelText,
  nameInFile,
  strayByte,
} from '../../../src/plan/model/kernel-text.js';
import { IfName } from '../../../src/plan/model/scalars.js';

const bytesOf = (...parts: ReadonlyArray<string | number>): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : [part])),
  );

/** Bytes of which many are UTF-8, or nearly. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => bytesOf(text)),
      fc.constantFrom(bytesOf('\\'), bytesOf('\\xe9'), bytesOf('\ufeff'), bytesOf('\ufffd')),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

describe('a name of the kernel', () => {
  test.each([
    ['eth0', bytesOf('eth0')],
    ['café', bytesOf('café')],
    ['caf\\xe9', bytesOf('caf', 0xe9)],
    ['\\xc3', bytesOf(0xc3)],
    ['\\xc3\\xc3é', bytesOf(0xc3, 0xc3, 'é')],
    ['\\xed\\xa0\\x80', bytesOf(0xed, 0xa0, 0x80)], // half of a surrogate pair
    ['\\xc0\\xaf', bytesOf(0xc0, 0xaf)], // an overlong slash
    ['\\xf4\\x90\\x80\\x80', bytesOf(0xf4, 0x90, 0x80, 0x80)], // past U+10FFFF
    ['a\\\\b', bytesOf('a\\b')],
    ['caf\\\\xe9', bytesOf('caf\\xe9')],
    ['\ufeffx', bytesOf('\ufeffx')],
    ['\ufffd\\xff', bytesOf('\ufffd', 0xff)],
    ['😀', bytesOf('😀')],
  ])('is %s', (text, bytes) => {
    expect(kernelText(bytes)).toBe(text);
    expect(kernelBytes(text)).toStrictEqual(bytes);
  });

  test('has one text for its bytes, and the text has them', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = kernelText(bytes);
        expect(kernelBytes(text)).toStrictEqual(bytes);
        expect(isKernelText(text)).toBe(true);
        expect(JSON.parse(JSON.stringify(text))).toBe(text);
        expect(text).not.toMatch(/\p{Cs}/u); // which writing the text as UTF-8 would lose
      }),
    );
  });

  test.each(['a\\b', '\\xE9', '\\x41', '\\xc3\\xa9', '\udce9', '\\x', '\\'])(
    'is never %j, which another text says',
    (text) => {
      expect(isKernelText(text)).toBe(false);
      expect(IfName.is(text)).toBe(false);
    },
  );

  test('of a link has 15 bytes at most, none of them a slash, a colon or a blank of ASCII', () => {
    expect(IfName.is('\\xe9'.repeat(15))).toBe(true);
    expect(IfName.is('\\xe9'.repeat(16))).toBe(false);
    expect(IfName.is('a\u2003b')).toBe(true); // E2 80 83: no blank to the kernel
    expect(IfName.is('a\u001bb')).toBe(true);
  });
});

describe('a file with such names', () => {
  test('is text in which they are told from all others', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(nameInFile(fileText(bytes))).toBe(kernelText(bytes));
      }),
    );
  });

  test('shows which byte is not UTF-8', () => {
    expect(strayByte(fileText(bytesOf(0xe9)).charCodeAt(0))).toBe(0xe9);
    expect(strayByte('é'.charCodeAt(0))).toBeNull();
  });
});
