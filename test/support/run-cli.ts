/** The built CLI as a process: what it prints, how it ends, and what it has loaded (needs `npm run build`). */
import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/run.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const ENV = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };

export const netplan = (args: ReadonlyArray<string>, options: RunOptions = {}): Ended => {
  const spawnOptions: SpawnSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...ENV, ...options.env },
    cwd: options.cwd ?? ROOT,
    maxBuffer: 1 << 28,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], spawnOptions);
  return { status, stdout, stderr };
};

/** The modules in a file of the bundle, by the comment that stands before each. */
const modulesIn = (url: string): ReadonlyArray<string> =>
  url.includes('/dist/bundle/')
    ? [...readFileSync(new URL(url), 'utf8').matchAll(/^\/\/ ((?:dist|node_modules)\/\S+)$/gm)].map(
        ([, path]) => `${pathToFileURL(ROOT)}/${path}`,
      )
    : [url];

/** The modules of this project and its dependencies that were loaded, by V8's own account of the process. */
export const filesLoadedBy = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const dir = mkdtempSync(join(tmpdir(), 'npt-coverage-'));
  try {
    netplan(args, { env: { NODE_V8_COVERAGE: dir } });
    return readdirSync(dir).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(dir, file), 'utf8')) as {
        readonly result: ReadonlyArray<{ readonly url: string }>;
      };
      const files = result.map(({ url }) => url).filter((url) => url.startsWith('file://'));
      return files.flatMap(modulesIn);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
};
