/** When the FFI is loaded, and what is said where it cannot be: seen from a Node of its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';

/** What a script prints in a Node of its own, where nothing of the tests is loaded; it imports the build. */
const inFreshNode = (script: string): string =>
  spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '../../..'),
  }).stdout;

describe('the FFI', () => {
  test('is loaded by the first call and not by the import', () => {
    const output = inFreshNode(`
      const loaded = () => process.report.getReport().sharedObjects.some((o) => o.includes('koffi'));
      const { listen } = await import('./dist/executor/linux/libc.js');
      const before = loaded();
      listen(-1, 1)();
      console.log(JSON.stringify([before, loaded()]));`);
    expect(JSON.parse(output)).toStrictEqual([false, true]);
  });

  test('says what it needs where the system is not Linux', () => {
    const output = inFreshNode(`
      Object.defineProperty(process, 'platform', { value: 'darwin' });
      const { listen } = await import('./dist/executor/linux/libc.js');
      console.log(JSON.stringify(listen(-1, 1)()));`);
    expect(JSON.parse(output)).toStrictEqual(
      E.left({
        _tag: 'PlatformUnsupported',
        platform: 'darwin',
        arch: process.arch,
        needs: 'linux',
        detail: '',
      }),
    );
  });

  test('says what it needs where koffi does not load', () => {
    const output = inFreshNode(`
      import Module from 'node:module';
      const load = Module._load;
      Module._load = (name, ...rest) => {
        if (name === 'koffi') throw new Error('no such library');
        return load(name, ...rest);
      };
      const { listen } = await import('./dist/executor/linux/libc.js');
      console.log(JSON.stringify(listen(-1, 1)()));`);
    expect(JSON.parse(output).left).toMatchObject({ needs: 'koffi', detail: 'no such library' });
  });
});
