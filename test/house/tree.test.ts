/** What holds for the whole tree: it installs from whichever registry npm is told to, and documents what it does. */
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/ending/exit-codes.js';
import { filesIn, textOf } from '../support/tree.js';

test('no file names the host of a package registry', () => {
  const hosts = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b|\bnpmjs\.|\byarnpkg\.|\bnpmmirror\./;
  const files = filesIn('.').filter((file) => file !== 'test/house/tree.test.ts');
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => hosts.test(textOf(file)))).toEqual([]);
});

test('the lock file holds no place to load from', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
  };
  const located = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
  expect(Object.keys(packages).length).toBeGreaterThan(20);
  expect(located).toEqual([]);
});

test('README.md has the exit codes, all and no others', () => {
  const [, table = ''] = textOf('README.md').split('| exit code | meaning |\n');
  const [rows = ''] = table.split('\n\n');
  const told = [...rows.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(told).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
});
