/** The project's own files, for tests of rules that hold for all of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Of the project. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What is installed, built or git's. */
const FOREIGN = new Set(['node_modules', 'dist', '.git']);

/** Every file below `folder`, by its path from the root of the project. */
export const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !FOREIGN.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
    });

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** A source without its comments. */
export const codeOf = (file: string): string =>
  textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/ .*/g, '');

/** The file that a relative import of `from` names. */
const imported = (from: string, specifier: string): string =>
  join(dirname(from), specifier.replace(/\.js$/, '.ts'));

/** `file` and all that it imports of the project, at any depth. */
export const withImports = (
  file: string,
  seen: ReadonlySet<string> = new Set(),
): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  const specifiers = [...codeOf(file).matchAll(/(?:from |import |import\()'(\.[^']+\.js)'/g)];
  return specifiers.reduce<ReadonlySet<string>>(
    (found, [, specifier = '']) => withImports(imported(file, specifier), found),
    new Set([...seen, file]),
  );
};
