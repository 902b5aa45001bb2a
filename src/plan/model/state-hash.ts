/** A short name for a state: 64-bit FNV-1a over its lasting objects. It identifies; it does not authenticate. */
import { identityOf, type LastingObject, lasts } from './lasting-object.js';

/**
 * FNV-1a over the UTF-16 code units of `texts`, low byte first, each text ended by a line feed: 16 hex digits.
 *
 * The 64-bit state is two 32-bit halves in local variables, multiplied by the prime 2^40 + 0x1b3: a
 * hundred thousand texts take a fraction of what BigInt would.
 * Source: draft-eastlake-fnv-21 section 2: offset basis cbf29ce484222325, prime 100000001b3.
 */
export const fnv1a64 = (texts: Iterable<string>): string => {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const text of texts) {
    const bytes = 2 * text.length;
    for (let i = 0; i <= bytes; i++) {
      const byte = i === bytes ? 0x0a : (text.charCodeAt(i >> 1) >> (8 * (i & 1))) & 0xff;
      const mixed = (low ^ byte) >>> 0;
      const product = mixed * 0x1b3;
      // 2^40 moves the low half up by 8 bits of the high half.
      high = (Math.imul(high, 0x1b3) + Math.floor(product / 0x1_0000_0000) + (mixed << 8)) >>> 0;
      low = product >>> 0;
    }
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
};

/** The hash of a state, by those of its objects that last. */
export const stateHash = (objects: ReadonlyArray<LastingObject>): string =>
  fnv1a64(objects.filter(lasts).map(identityOf));
