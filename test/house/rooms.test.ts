/** The rooms of src/ and what each may import: every folder has its rule, the rule bites, and nothing in it is idle. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const BIOME = join(ROOT, 'node_modules/.bin/biome');

interface Room {
  /** `src/plan/rules`, or a file with a rule of its own */
  readonly place: string;
  /** patterns of import specifiers, as the rule has them without their `!` */
  readonly allowed: ReadonlyArray<string>;
}

interface Override {
  readonly includes: ReadonlyArray<string>;
  readonly linter: {
    readonly rules: {
      readonly style?: {
        readonly noRestrictedImports?: {
          readonly options: {
            readonly patterns: ReadonlyArray<{ readonly group: ReadonlyArray<string> }>;
          };
        };
      };
    };
  };
}

const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as {
  readonly overrides: ReadonlyArray<Override>;
};

const rooms: ReadonlyArray<Room> = config.overrides.flatMap(({ includes, linter }) => {
  const [only, ...more] = linter.rules.style?.noRestrictedImports?.options.patterns ?? [];
  if (only === undefined) return [];
  const [everything, ...allowed] = only.group;
  const [place = ''] = includes;
  // One list of what is allowed: a second pattern, or one that forbids by name, would hide an exception.
  if (more.length > 0 || everything !== '**' || allowed.some((one) => !one.startsWith('!')))
    throw new Error(`the rule for ${place} is not a list of what is allowed`);
  return [{ place: place.replace(/\/\*\.ts$/, ''), allowed: allowed.map((one) => one.slice(1)) }];
});

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

const sources = filesIn('src');
const folders = [...new Set(sources.map((file) => dirname(file)))].sort();

const specifiersOf = (file: string): ReadonlyArray<string> =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from |import\(|import )'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );

const roomOf = (file: string): Room | undefined =>
  rooms.find(({ place }) => place === file) ?? rooms.find(({ place }) => place === dirname(file));

/** Whether the pattern of a rule stands for `specifier`: the files of a room, a package with its parts, or a name. */
const stands = (pattern: string, specifier: string): boolean => {
  if (pattern.endsWith('/*.js'))
    return specifier.startsWith('.') && dirname(specifier) === dirname(pattern);
  return pattern.endsWith('/**')
    ? specifier.startsWith(pattern.slice(0, -2))
    : specifier === pattern;
};

/** A specifier in `room` of a file of `place`. */
const pathTo = (room: Room, place: string): string => {
  const from = room.place.endsWith('.ts') ? dirname(room.place) : room.place;
  const path = relative(from, `${place}/planted.js`);
  return path.startsWith('.') ? path : `./${path}`;
};

describe('every room has one rule', () => {
  test('for each folder of src', () => {
    expect(
      rooms
        .map(({ place }) => place)
        .filter((place) => !place.endsWith('.ts'))
        .sort(),
    ).toEqual(folders);
  });

  test.each(rooms.map((room) => [room.place, room] as const))(
    '%s allows nothing idle',
    (_, room) => {
      const used = sources.filter((file) => roomOf(file) === room).flatMap(specifiersOf);
      const idle = room.allowed.filter(
        (pattern) => pattern !== './*.js' && !used.some((specifier) => stands(pattern, specifier)),
      );
      expect(idle).toEqual([]);
    },
  );
});

describe('a rule bites', () => {
  let folder = '';
  let found: ReadonlyArray<{ readonly file: string; readonly rule: string }> = [];

  /** For each room a file with imports of every other room that it may not have, and one with all it may. */
  const plant = (): void => {
    for (const room of rooms) {
      const at = room.place.endsWith('.ts') ? dirname(room.place) : room.place;
      const name = room.place.endsWith('.ts') ? room.place.slice(at.length + 1, -3) : 'planted';
      mkdirSync(join(folder, at), { recursive: true });
      const allowed = room.allowed.filter((pattern) => pattern !== './*.js');
      const fine = allowed.map((pattern) => pattern.replace(/\*\*$|\*\.js$/, 'planted.js'));
      const others = rooms
        .map(({ place }) => place)
        .filter((place) => !place.endsWith('.ts') && place !== at)
        .map((place) => pathTo(room, place));
      const forbidden = [...others, 'koffi', 'node:child_process', '@oclif/core/command'].filter(
        (specifier) => !room.allowed.some((pattern) => stands(pattern, specifier)),
      );
      writeFileSync(join(folder, at, `${name}.ts`), forbidden.map(importing).join(''));
      if (name === 'planted')
        writeFileSync(join(folder, at, 'fine.ts'), fine.map(importing).join(''));
    }
    writeFileSync(
      join(folder, 'src/plan/model/one.ts'),
      "import type { B } from './other.js';\nexport type A = B | 1;\n",
    );
    writeFileSync(
      join(folder, 'src/plan/model/other.ts'),
      "import type { A } from './one.js';\nexport type B = A | 2;\n",
    );
  };
  const importing = (specifier: string, i: number): string => `import '${specifier}'; // ${i}\n`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netplan-rooms-'));
    const { vcs: _, $schema: __, ...rest } = config as unknown as Record<string, unknown>;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(rest));
    plant();
    found = lint(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const restricted = (file: string): number =>
    found.filter((one) => one.file === file && one.rule.endsWith('noRestrictedImports')).length;

  test.each(rooms.map((room) => [room.place, room] as const))('%s', (place) => {
    const file = place.endsWith('.ts') ? place : `${place}/planted.ts`;
    const planted = specifiers(join(folder, file)).length;
    expect(planted).toBeGreaterThan(2);
    expect(restricted(file)).toBe(planted);
    expect(restricted(`${place}/fine.ts`)).toBe(0);
  });

  test('only one file may import koffi', () => {
    const may = rooms.filter(({ allowed }) => allowed.some((one) => stands(one, 'koffi')));
    expect(may.map(({ place }) => place)).toEqual(['src/executor/linux/libc.ts']);
  });

  test('a cycle of types is a cycle', () => {
    const cyclic = found.filter(({ rule }) => rule.endsWith('noImportCycles'));
    const files = cyclic.map(({ file }) => file);
    expect(files).toContain('src/plan/model/one.ts');
    expect(files).toContain('src/plan/model/other.ts');
  });
});

const specifiers = (path: string): ReadonlyArray<string> =>
  readFileSync(path, 'utf8').match(/import '[^']+'/g) ?? [];

/** What biome says of the tree in `folder`: it exits with 1 when it finds something. */
const lint = (folder: string): ReadonlyArray<{ readonly file: string; readonly rule: string }> => {
  const run = (): string => {
    try {
      return execFileSync(BIOME, ['lint', '--reporter=json', '--max-diagnostics=none', 'src'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 64 * 1024 * 1024,
      });
    } catch (error) {
      return (error as { readonly stdout: string }).stdout;
    }
  };
  const { diagnostics } = JSON.parse(run()) as {
    readonly diagnostics: ReadonlyArray<{
      readonly category: string;
      readonly location: { readonly path: string | { readonly file: string } };
    }>;
  };
  return diagnostics.map(({ category, location: { path } }) => ({
    file: typeof path === 'string' ? path : path.file,
    rule: category,
  }));
};
