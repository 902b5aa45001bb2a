import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import * as errno from '../../../src/executor/linux/errno.js';

const numbers = Object.entries(errno).flatMap(
  ([name, value]): ReadonlyArray<[string, number]> =>
    typeof value === 'number' ? [[name, value]] : [],
);
const ofThisSystem = Object.entries(constants.errno).filter(([name]) => name in errno);

describe('errno', () => {
  test.each(numbers)('%s has its own name and a meaning', (name, number) => {
    expect(errno.errnoName(number)).toBe(name);
    expect(errno.errnoMeaning(number)).toMatch(/^[a-z].*[^.]$/);
    expect(errno.errnoMeaning(number)).not.toBe(errno.errnoMeaning(9999));
  });

  test.runIf(process.platform === 'linux').each(ofThisSystem)(
    '%s is the number that Node has',
    (name, number) => {
      expect(new Map(numbers).get(name)).toBe(number);
    },
  );

  test('an unknown number is still told', () => {
    expect(errno.errnoName(9999)).toBe('errno 9999');
  });
});
