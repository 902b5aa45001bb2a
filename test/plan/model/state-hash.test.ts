import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fnv1a64 } from '../../../src/plan/model/state-hash.js';
import { anyText } from '../../support/any-text.js';

/** The definition, with BigInt. Source: draft-eastlake-fnv-21. */
const slow = (texts: ReadonlyArray<string>): string => {
  const bytes = texts.flatMap((text) => [...Buffer.from(text, 'utf16le'), 0x0a]);
  const hash = bytes.reduce(
    (sum, byte) => ((sum ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn,
    0xcbf29ce484222325n,
  );
  return hash.toString(16).padStart(16, '0');
};

test('equals the definition of FNV-1a on any texts', () => {
  fc.assert(
    fc.property(fc.array(anyText()), (texts) => {
      expect(fnv1a64(texts)).toBe(slow(texts));
    }),
  );
});
