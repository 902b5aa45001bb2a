import { describe, expect, test } from 'vitest';
import { DIALECTS, fieldsOf, SUPERSETS, supersetOf } from '../../../src/plan/model/dialects.js';
import { TABLES } from '../../executor/urpc/golden.js';

const STRUCTS = [
  'CreateLinksAndRoutesArgs',
  'LoopbackLink',
  'FDBasedLink',
  'XDPLink',
  'Route',
  'DefaultRoute',
  'IPWithPrefix',
  'Neighbor',
] as const;

test('there is a dialect for every field set that a release ever had', () => {
  expect(TABLES.map(({ dialect }) => dialect)).toStrictEqual([...DIALECTS]);
});

test.each(TABLES)(
  '$dialect has the fields and Go types of its source, in order',
  ({ dialect, structs }) => {
    for (const struct of STRUCTS)
      expect([struct, ...fieldsOf(dialect, struct)]).toStrictEqual([
        struct,
        ...(structs[struct] ?? []),
      ]);
  },
);

test.each(TABLES)('$dialect is served by the superset of its family', ({ dialect, family }) => {
  expect(supersetOf(dialect)).toBe(`superset-${family.toLowerCase()}`);
});

describe('a superset', () => {
  test.each(SUPERSETS)('%s has every field of its family once, and no other', (superset) => {
    const members = TABLES.filter(({ dialect }) => supersetOf(dialect) === superset);
    for (const struct of STRUCTS) {
      const wanted = new Set(
        members.flatMap(({ structs }) => structs[struct] ?? []).map(([name]) => name),
      );
      expect(new Set(fieldsOf(superset, struct).keys())).toStrictEqual(wanted);
    }
  });
});
