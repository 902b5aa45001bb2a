import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trusted } from '../../../src/plan/model/scalars.js';
import { stepAt, stepsOf, type TableEntry, valueAt } from '../../../src/plan/routing/intervals.js';
import { highestAddress, rangeOf } from '../../../src/plan/routing/prefix-range.js';
import {
  boundaries,
  first,
  longest,
  nestedPrefix,
  networkBits,
} from '../../support/brute-force-routing.js';
import { cases } from '../../support/cases.js';

const entry = (prefix: string): TableEntry<string> => ({
  range: rangeOf(trusted.prefix(prefix)),
  value: prefix,
});

describe('stepsOf', () => {
  const nested = ['10.0.0.0/8', '10.0.0.0/16', '10.0.1.0/24', '10.1.0.0/16'].map(entry);

  test('the longest prefix decides, wherever it stands', () => {
    const { starts, values } = stepsOf(nested, 'longest-prefix');
    expect(starts.map((start) => start.toString(16))).toStrictEqual([
      '0',
      'a000000',
      'a000100',
      'a000200',
      'a010000',
      'a020000',
      'b000000',
    ]);
    expect(values).toStrictEqual([
      null,
      '10.0.0.0/16',
      '10.0.1.0/24',
      '10.0.0.0/16',
      '10.1.0.0/16',
      '10.0.0.0/8',
      null,
    ]);
  });

  test('prefixes at the end of another, and at the end of the space', () => {
    const { starts, values } = stepsOf(
      ['10.0.0.0/8', '10.255.255.255/32', '255.255.255.255/32'].map(entry),
      'longest-prefix',
    );
    expect(starts).toStrictEqual([
      0n,
      0xa00_0000n,
      0xaff_ffffn,
      0xb00_0000n,
      0xffff_ffffn,
      1n << 32n,
    ]);
    expect(values).toStrictEqual([
      null,
      '10.0.0.0/8',
      '10.255.255.255/32',
      null,
      '255.255.255.255/32',
      null,
    ]);
  });

  test('the first match decides, however short', () => {
    expect(new Set(stepsOf(nested, 'first-match').values)).toStrictEqual(
      new Set([null, '10.0.0.0/8']),
    );
  });

  test('of equal prefixes the first decides', () => {
    const range = rangeOf(trusted.prefix('10.0.0.0/8'));
    const twice = [
      { range, value: 'a' },
      { range, value: 'b' },
    ];
    for (const lookup of ['first-match', 'longest-prefix'] as const)
      expect(valueAt(stepsOf(twice, lookup), range.first)).toBe('a');
  });

  test('no entries are one step without a value', () => {
    expect(stepsOf([], 'first-match')).toStrictEqual({ starts: [0n], values: [null] });
  });

  test.for(['inet', 'inet6'] as const)('agrees with linear scans everywhere in %s', (family) => {
    fc.assert(
      fc.property(fc.array(nestedPrefix(family), { maxLength: 200, size: 'max' }), (prefixes) => {
        const rows = prefixes.map((prefix, i) => ({ network: networkBits(prefix), value: i }));
        const table = prefixes.map((prefix, value) => ({
          range: rangeOf(trusted.prefix(prefix)),
          value,
        }));
        const byLength = stepsOf(table, 'longest-prefix');
        const byOrder = stepsOf(table, 'first-match');
        for (const address of boundaries(family, prefixes)) {
          const number = BigInt(`0b${address}`);
          expect(valueAt(byLength, number)).toBe(longest(rows, address));
          expect(valueAt(byOrder, number)).toBe(first(rows, address));
        }
      }),
      cases(40),
    );
  });
});

test('stepAt finds the step of the ends of the space', () => {
  const steps = stepsOf([entry('128.0.0.0/1')], 'longest-prefix');
  expect(stepAt(steps, 0n)).toBe(0);
  expect(stepAt(steps, highestAddress('inet'))).toBe(1);
});
