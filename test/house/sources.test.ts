/** What CONTRIBUTING.md and ARCHITECTURE.md say of every source file. What biome can see is a rule of biome's. */
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeOf, filesIn, textOf, withImports } from '../support/tree.js';

const isTypeScript = (file: string): boolean => file.endsWith('.ts');
const sources = filesIn('src').filter(isTypeScript);
/** But the rules, which name what they forbid. */
const tests = filesIn('test').filter((file) => isTypeScript(file) && !file.includes('/house/'));
const ours = [...sources, ...tests, ...filesIn('bench'), ...filesIn('scripts'), ...filesIn('bin')];

/** Files of `all` whose code, without comments, has something of `pattern`. */
const having = (pattern: RegExp, all: ReadonlyArray<string>): ReadonlyArray<string> =>
  all.filter((file) => pattern.test(codeOf(file)));

test('there are files to look at', () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(tests.length).toBeGreaterThan(100);
});

describe('a file', () => {
  test('opens with a sentence that says which concept it is', () => {
    const opening = /^\/\*\*\s(?:[^*]|\*(?!\/))*[.:]\s*\*\/\n/;
    const supports = tests.filter((file) => file.startsWith('test/support/'));
    expect([...sources, ...supports].filter((file) => !opening.test(textOf(file)))).toEqual([]);
  });

  /** Concepts that two files would tear apart. */
  const LONG: Readonly<Record<string, string>> = {
    'src/executor/linux/libc.ts': 'one file imports koffi, so every system call is in it',
    'src/plan/model/state.ts': 'one document, with what each of its fields means',
    'src/sandbox/stack.ts': 'one state machine: what a frame makes the stack do',
  };

  test('of src has 250 lines at most', () => {
    const long = sources.filter((file) => textOf(file).split('\n').length > 251);
    expect(long.sort()).toEqual(Object.keys(LONG).sort());
  });

  test('has a name that says what is in it', () => {
    const vague =
      /(^|-)(utils?|helpers?|managers?|common|misc|data|info|shared|stuff)(-|\.[a-z.]*$)/;
    expect(ours.filter((file) => vague.test(basename(file)))).toEqual([]);
  });

  test('leaves nothing to be done later', () => {
    expect(ours.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b/.test(textOf(file)))).toEqual([]);
  });
});

describe('src', () => {
  test('makes a brand where it is defined and nowhere else: by decoding, or by a constructor with a name', () => {
    const brands = sources.flatMap((file) =>
      [...textOf(file).matchAll(/readonly (\w+): unique symbol/g)].map(([, brand = '']) => ({
        file,
        brand,
      })),
    );
    expect(brands.length).toBeGreaterThan(5);
    const elsewhere = brands.flatMap(({ file, brand }) =>
      having(new RegExp(`\\bas (t\\.Branded<\\w+, )?${brand}(Brand>)?\\b`), sources)
        .filter((other) => other !== file)
        .map((other) => `${brand} in ${other}`),
    );
    expect(elsewhere).toEqual([]);
  });

  test('has a planner without clock, chance and locale', () => {
    const planner = sources.filter((file) => file.startsWith('src/plan/'));
    const impure = /\b(Date|performance|Math\.random|Intl|localeCompare|toLocale\w*)\b/;
    expect(having(impure, planner)).toEqual([]);
  });

  test('has a command line that runs work in one place', () => {
    const commandLine = sources.filter((file) => file.startsWith('src/cli/'));
    // A flag of oclif's is made by `({ ... })()`.
    expect(having(/await \w+\(\)|[^}]\)\(\)/, commandLine)).toEqual(['src/cli/ending/base.ts']);
  });

  test('has a command line that never looks inside an op', () => {
    const commandLine = sources.filter((file) => file.startsWith('src/cli/'));
    const ops = textOf('src/plan/model/ops.ts').matchAll(/_tag: '(\w+)'/g);
    const tags = [...new Set([...ops].map(([, tag]) => tag))];
    expect(tags.length).toBeGreaterThan(2);
    expect(having(new RegExp(`\\b(${tags.join('|')})\\b`), commandLine)).toEqual([]);
  });
});

describe('a test', () => {
  test('of the unit suite reads nothing that was built, also not through what it imports', () => {
    const built = /['"`/](dist|bin)\/(?!2020)/;
    const units = tests.filter((file) => file.endsWith('.test.ts') && !file.includes('/house/'));
    const readers = units.filter((file) =>
      [...withImports(file)].some((one) => built.test(codeOf(one))),
    );
    expect(readers).toEqual([]);
  });

  test('is never left out in silence', () => {
    const MAY: Readonly<Record<string, string>> = {
      'test/executor/linux/errno.test.ts': "Node's numbers are the machine's, and ours are Linux's",
      'test/support/requires.ts':
        'says in a line what the machine lacks, and fails where nothing may skip',
    };
    const left = having(/\.(only|todo|skip|skipIf|runIf)\(/, tests);
    expect(left.toSorted()).toEqual(Object.keys(MAY));
  });

  test('does not assert how long something took', () => {
    const MAY: Readonly<Record<string, string>> = {
      'test/integration/fault-kills.itest.ts': 'kills at moments of a run that it has measured',
    };
    const measuring = having(/\b(performance\.now|Date\.now|hrtime)\b/, tests);
    expect(measuring).toEqual(Object.keys(MAY));
  });
});

describe('the fake kernel', () => {
  test('is a witness of its own: it has nothing of src but types', () => {
    const fake = tests.filter((file) => file.startsWith('test/support/fake-kernel/'));
    expect(fake.length).toBeGreaterThan(5);
    const values = fake.filter((file) =>
      [...codeOf(file).matchAll(/import (?!type )[^;]*from '([^']+)'/g)].some(([, from = '']) =>
        from.includes('/src/'),
      ),
    );
    expect(values).toEqual([]);
  });
});
