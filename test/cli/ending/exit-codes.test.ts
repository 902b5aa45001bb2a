import { expect, test } from 'vitest';
import { exitCodes } from '../../../src/cli/ending/exit-codes.js';

test('every code means one thing', () => {
  const codes = Object.values(exitCodes);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.toSorted((a, b) => a - b)).toStrictEqual([0, 1, 2, 65, 70, 74, 75, 77]);
});
