/** The idiom of effects, as ARCHITECTURE.md has it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const EXECUTOR = join(import.meta.dirname, '../../src/executor');

/** What is put together from effects; observe.ts is below them, one of those that live.ts wires. */
const ABOVE = ['effects', 'namespace', 'journal', 'handover', 'giveback'];

const files = [
  'doctor.ts',
  ...ABOVE.flatMap((room) =>
    readdirSync(join(EXECUTOR, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(room, name)),
  ),
];

const code = (file: string): string =>
  readFileSync(join(EXECUTOR, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/ .*/g, '');

test('nothing above the capabilities runs a task: it awaits nothing and makes no promise', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => /\b(async|await|Promise)\b/.test(code(file)))).toStrictEqual([]);
});

test('capabilities are seen by leaves alone', () => {
  const outside = files.filter((file) => !file.startsWith('effects/'));
  const plumbing =
    /\(\{ ?(kernel|sandbox|files|machine)\b[^}]*\}\)|\((c|capabilities)\) =>|RTE\.asks?\b/;
  expect(outside.filter((file) => plumbing.test(code(file)))).toStrictEqual([]);
});
