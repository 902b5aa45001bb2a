import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allCodes, codesPage, plannerCodes, sightings } from './support/codes-page.js';
import { fixtureFile, fixtures } from './support/fixtures.js';

const ROOT = join(import.meta.dirname, '..');

const seen = sightings();

/** The codes that stand in the recorded outcome of a fixture. */
const recorded = (fixture: string): ReadonlyArray<string> =>
  readdirSync(fixtureFile(fixture, '.'))
    .filter((file) => file === 'plan.yaml' || file === 'errors.yaml')
    .flatMap((file) =>
      [...readFileSync(fixtureFile(fixture, file), 'utf8').matchAll(/\bcode: ([a-z-]+\/[a-z-]+)/g)]
        .map(([, code]) => code ?? '')
        .filter(Boolean),
    );

test('every code of the planner is reached by a fixture, and none is unknown', () => {
  const reached = new Set(fixtures.flatMap(recorded));
  // An object is refused where there is no plan to record it in.
  if (seen.has('refused/error')) reached.add('refused/error');
  expect([...reached].sort()).toStrictEqual([...plannerCodes()].sort());
});

/** Quoted codes in the source, tables of codes included once. */
const written = (): ReadonlyMap<string, number> => {
  const families = [...new Set(allCodes().map((code) => code.split('/')[0]))].join('|');
  const pattern = new RegExp(`'((?:${families})/[a-z0-9-]+)'`, 'g');
  const counts = new Map<string, number>();
  for (const file of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    for (const [, code] of readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(pattern))
      if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
};

test('no code is in the source and not in a table, or in a table and nowhere used', () => {
  const known = new Set(allCodes());
  const counts = written();
  expect([...counts.keys()].filter((code) => !known.has(code))).toStrictEqual([]);
  // Codes of errors and notes are used through their keys, and modes of networks through a template.
  const used = (code: string): boolean =>
    /^(plan|note|exec|dropped\/network)\b/.test(code) || (counts.get(code) ?? 0) > 1;
  expect([...known].filter((code) => !used(code))).toStrictEqual([]);
});

test('docs/codes.md has them all', async () => {
  await expect(codesPage(seen)).toMatchFileSnapshot(join(ROOT, 'docs/codes.md'));
});
