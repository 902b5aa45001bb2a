/**
 * Texts of any characters. fast-check's own unit `binary` makes a table of the million that there are, a second in each
 * process, to recognise the names that objects have by themselves; here they are simply texts among the others.
 */
import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };

const character = fc
  .nat(0x10ffff - SURROGATES.count)
  .map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));

const INHERITED = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf', 'bind'];

/** Texts without halves of surrogate pairs, of at most so many characters where a number is given. */
export const anyText = (maxLength?: number): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 15,
      arbitrary: fc.string({ unit: character, ...(maxLength === undefined ? {} : { maxLength }) }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...INHERITED.filter(({ length }) => maxLength === undefined || length <= maxLength),
      ),
    },
  );
