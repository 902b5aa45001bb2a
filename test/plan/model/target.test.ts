import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  findTarget,
  LATEST,
  TARGETS,
  type Target,
  targetOf,
} from '../../../src/plan/model/target.js';
import { TABLES } from '../../executor/urpc/golden.js';

const rowsOf = (dialect: string): ReadonlyArray<Target> =>
  TARGETS.filter((target) => target.dialect === dialect);

describe('the targets of a dialect', () => {
  test.each(TABLES)('$dialect cover its releases, with its method and file limit', (table) => {
    const rows = rowsOf(table.dialect);
    const tagged = rows.filter(({ releases }) => releases[0] >= '20190304.1');
    const tag = (release: string): string => release.replace('release-', '').replace(/ .*/, '');
    expect(tagged[0]?.releases[0]).toBe(tag(table.firstRelease));
    expect(tagged.at(-1)?.releases[1]).toBe(tag(table.lastRelease));
    expect(rows[0]?.maxFiles).toBe(table.maxFiles);
    expect(new Set(rows.map(({ method }) => method))).toStrictEqual(new Set([table.method]));
  });
});

test.each(TABLES)('$dialect can carry what its source has a field for', (table) => {
  const fields = (struct: string) => new Map(table.structs[struct]);
  const link = fields('FDBasedLink');
  const named = (pattern: RegExp) => [...link.keys()].some((name) => pattern.test(name));
  for (const target of rowsOf(table.dialect))
    expect(target).toMatchObject({
      gateways: fields('CreateLinksAndRoutesArgs').has('Defaultv4Gateway')
        ? 'per-family'
        : 'single',
      prefixLengths: link.get('Addresses') === '[]IPWithPrefix',
      neighbors: link.has('Neighbors'),
      routeMtu: fields('Route').has('MTU'),
      multiChannel: link.has('NumChannels'),
      linkAddress: link.has('LinkAddress'),
      hostGso: link.has('GSOMaxSize'),
      gvisorGso: named(/GSOEnabled$/),
      gro: named(/GRO/),
      checksumOffload: link.has('TXChecksumOffload'),
      qdiscs: link.has('QDisc') ? ['none', 'fifo'] : ['none'],
    });
});

test('docs/targets.md has every dialect with its releases, and every release that splits one', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/targets.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\S+) +\| (\d{8}\.\d+)(?: (?:to (\S+)|and later))? +\|/gm)];
  expect(rows.map(([, dialect, first, last]) => [dialect, first, last])).toStrictEqual(
    TABLES.map(({ dialect, firstRelease, lastRelease }) => {
      const only = firstRelease === lastRelease || dialect === 'head';
      const [first, last] = [firstRelease, lastRelease].map((r) => r.replace('release-', ''));
      return [dialect, first, only ? undefined : last];
    }),
  );
  const split = TARGETS.filter(({ name }) => /^\d{8}\./.test(name)).map(({ name }) => name);
  expect(split.filter((name) => !page.includes(name))).toStrictEqual([]);
});

test('names are unique and find their target', () => {
  for (const target of [...TARGETS, LATEST]) expect(findTarget(target.name)).toBe(target);
  expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length);
});

test('releases follow one another without overlap', () => {
  const ends = TARGETS.flatMap(({ releases }) => releases);
  expect(ends).toStrictEqual(ends.toSorted());
});

test.each([
  ['20221219.0', '2022-12'],
  ['release-20221219.0', '2022-12'],
  ['0.0~20221219.0', '2022-12'],
  ['release-20221219.0-dirty', '2022-12'],
  ['20210901.0', '2020-11'],
  ['20210930.0', '20210921.0'],
  ['20240715.0', '20240715.0'],
  ['20240708.0', '2024-05b'],
  ['20991231.0', 'head'],
  ['2018-04', '2018-04'],
])('%s is target %s', (text, name) => {
  expect(findTarget(text)?.name).toBe(name);
});

test.each(['', '0.0.0', 'VERSION_MISSING', '3c5eee17d', '20170101.0', '2017-01', '20221219.0x'])(
  '%j names no target',
  (text) => {
    expect(findTarget(text)).toBeNull();
    expect(() => targetOf(text)).toThrow(TypeError);
  },
);

describe('a build after a release', () => {
  test.each([
    ['release-20190806.1-3-g0123456789ab', 'superset-a', '2019-06'],
    ['release-20200608.0-3-g0123456789ab', 'superset-b', '2020-05'],
    ['release-20240401.0-37-g0123456789ab-dirty', 'superset-c', '2024-03'],
    ['release-20260511.0-1-gfff', 'superset-c', '2026-04'],
  ])('%s speaks %s with the abilities of %s', (text, dialect, base) => {
    const found = findTarget(text);
    const { name: _, ...abilities } = targetOf(base);
    expect(found).toMatchObject({ ...abilities, dialect, method: 'Network.CreateLinksAndRoutes' });
  });

  test('keeps a name that finds it again, so that its plan can be applied', () => {
    const found = findTarget('release-20240401.0-37-g0123456789ab-dirty');
    expect(found?.name).toBe('20240401.0-37-g0123456789ab');
    expect(findTarget(found?.name ?? '')).toStrictEqual(found);
  });
});
