/** Bundles a test program into one file of JavaScript, so that node starts it quickly as a process of its own. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '../..');
/** Inside node_modules, so that imports of packages are found, and nothing of it is ever committed. */
const CACHE = join(ROOT, 'node_modules/.cache');
/** Of this process alone: another may run the same suite. */
const OUT = join(CACHE, `netplan-test-${process.pid}`);

/** Bundles of test processes that are gone: vitest ends them before they could remove anything. */
const removeLeftovers = (): void => {
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : []) {
    const pid = /^netplan-test-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(CACHE, name), { recursive: true, force: true });
  }
};

/** The bundle of `source`, a path below the project's root. It takes two fifths of the time of its modules to load. */
export const buildChild = async (source: string): Promise<string> => {
  removeLeftovers();
  const bundle = await rolldown({
    cwd: ROOT,
    input: source,
    platform: 'node',
    external: ['koffi'], // native, and found at run time
    // The ES modules of fp-ts and io-ts, of which only what is used is taken.
    resolve: { mainFields: ['module', 'main'], alias: { 'fp-ts/lib': 'fp-ts/es6' } },
  });
  const file = join(OUT, `${basename(source, '.ts')}.mjs`);
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
};
