/** A container of the real runsc in a network namespace of the test's, created and not started; gone after the test. */
import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface RunscContainer {
  readonly id: string;
  /** runsc's --root */
  readonly root: string;
  /** `runsc ... start`, with the network set up by someone else: the sandbox keeps its own stack. */
  readonly start: () => void;
  /** Runs a shell script in the container; its standard output. Throws when it fails. */
  readonly exec: (script: string) => string;
  /** The same, while the test itself goes on: it may have to answer the container. */
  readonly execMeanwhile: (script: string) => Promise<string>;
  readonly remove: () => void;
}

/** An end for what would never come to one, on the busiest machine. */
export const HANGS_MS = 600_000;

const FLAGS = ['--platform=ptrace', '--net-raw'];
const APPLETS = [
  'sh',
  'sleep',
  'ping',
  'ping6',
  'wget',
  'httpd',
  'cat',
  'ip',
  'nc',
  'echo',
  'mkdir',
  'seq',
];

/** A bundle whose init sleeps in busybox, in the network namespace at `netns`. */
const makeBundle = (folder: string, netns: string): void => {
  const bin = join(folder, 'rootfs/bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(folder, 'rootfs/proc'));
  mkdirSync(join(folder, 'rootfs/www'));
  writeFileSync(join(folder, 'rootfs/www/index.html'), 'served by the container\n');
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  copyFileSync(busybox, join(bin, 'busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(bin, applet));
  execFileSync('runsc', ['spec', '--', '/bin/sleep', '3600'], { cwd: folder });
  const config = join(folder, 'config.json');
  const spec = JSON.parse(readFileSync(config, 'utf8'));
  for (const namespace of spec.linux.namespaces)
    if (namespace.type === 'network') namespace.path = netns;
  // For ping: the set that `runsc spec` writes has no raw sockets.
  for (const set of Object.values<string[]>(spec.process.capabilities)) set.push('CAP_NET_RAW');
  writeFileSync(config, JSON.stringify(spec));
};

let made = 0;

/** Creates a container in the network namespace at `netns`. The caller calls `remove`. */
export const createContainer = (netns: string): RunscContainer => {
  const folder = mkdtempSync(join(tmpdir(), 'npt-runsc-'));
  const root = join(folder, 'root');
  const bundle = join(folder, 'bundle');
  made += 1;
  const id = `npt-${process.pid}-${made}`;
  const runsc = (network: string, ...args: ReadonlyArray<string>): void => {
    execFileSync('runsc', [`--root=${root}`, `--network=${network}`, ...FLAGS, ...args], {
      stdio: 'ignore',
      timeout: HANGS_MS,
    });
  };
  const remove = (): void => {
    try {
      runsc('sandbox', 'delete', '-force', id);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  makeBundle(bundle, netns);
  try {
    runsc('sandbox', 'create', '-bundle', bundle, id);
  } catch (error) {
    remove();
    throw error;
  }
  const execArgs = (script: string): string[] => [
    `--root=${root}`,
    '--network=host',
    ...FLAGS,
    'exec',
    '--cap=CAP_NET_RAW',
    id,
    '/bin/sh',
    '-c',
    script,
  ];
  const options = { encoding: 'utf8', timeout: HANGS_MS } as const;
  return {
    id,
    root,
    start: () => runsc('host', 'start', id),
    exec: (script) => execFileSync('runsc', execArgs(script), options),
    execMeanwhile: async (script) =>
      (await promisify(execFile)('runsc', execArgs(script), options)).stdout,
    remove,
  };
};
