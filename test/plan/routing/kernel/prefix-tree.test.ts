import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkOf } from '../../../../src/plan/model/address.js';
import { trusted } from '../../../../src/plan/model/scalars.js';
import {
  finder,
  type PrefixNode,
  prefixTree,
} from '../../../../src/plan/routing/kernel/prefix-tree.js';
import { addressNumber, rangeOf } from '../../../../src/plan/routing/prefix-range.js';

/** Few octets, so that prefixes nest and begin together. */
const address = fc
  .tuple(...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 128, 255)))
  .map((octets) => octets.join('.'));
const prefix = fc
  .tuple(address, fc.integer({ min: 0, max: 32 }))
  .map(([host, length]) => trusted.prefix(networkOf(host, length)));

const pathOf = (node: PrefixNode<string> | null): ReadonlyArray<string> =>
  node === null ? [] : [node.value, ...pathOf(node.around)];

test('an address’ prefixes from the longest to the shortest, as a scan of all finds them', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(prefix, { maxLength: 30 }),
      fc.array(address, { maxLength: 30 }),
      fc.boolean(),
      (prefixes, addresses, ascending) => {
        const entries = prefixes.map((value) => ({ range: rangeOf(value), value }));
        const find = finder(prefixTree<string>(entries));
        const numbers = addresses.map((text) => addressNumber(text));
        const asked = ascending ? numbers.toSorted((a, b) => (a < b ? -1 : 1)) : numbers;
        for (const number of asked) {
          const around = entries
            .filter(({ range }) => range.first <= number && number <= range.last)
            .sort((a, b) => b.range.prefixLen - a.range.prefixLen);
          expect(pathOf(find(number))).toStrictEqual(around.map(({ value }) => value));
        }
      },
    ),
  );
});
