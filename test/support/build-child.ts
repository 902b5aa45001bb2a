/** Compiles a test program to JavaScript, so that node runs it as a process of its own that can be killed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/**
 * Inside node_modules, so that imports of packages are found, and nothing of it is ever committed. Of this
 * process alone: another may run the same suite.
 */
const OUT = join(ROOT, `node_modules/.cache/netplan-test-${process.pid}`);
process.on('exit', () => rmSync(OUT, { recursive: true, force: true }));

/** The compiled file of `source` (a path below the project's root, ending in `.ts`). */
export const buildChild = (source: string): string => {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const config = join(OUT, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: false,
        rootDir: ROOT,
        outDir: OUT,
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      include: [],
      files: [join(ROOT, source)],
    }),
  );
  writeFileSync(join(OUT, 'package.json'), '{"type":"module"}');
  const built = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config], {
    encoding: 'utf8',
  });
  const compiled = join(OUT, source.replace(/\.ts$/, '.js'));
  if (!existsSync(compiled)) throw new Error(`tsc: ${built.stdout}${built.stderr}`);
  return compiled;
};
