/** Files and folders that the documents name are where they say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

const named = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/`((?:src|test|bench|scripts|docs|schemas|fixtures|\.ci)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );

test.each(documents)('%s', (document) => {
  const paths = named(readFileSync(join(ROOT, document), 'utf8'));
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
