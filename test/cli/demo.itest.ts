/** `npm run demo`: the whole way on this machine, and nothing left of it however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../support/requires.js';
import { ROOT } from '../support/run-cli.js';

const MARK = 'NETPLAN_DEMO_TEST';

let temporary = '';
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'npt-demo-'));
});
afterEach(() => {
  for (const pid of processes()) process.kill(pid, 'SIGKILL');
  rmSync(temporary, { recursive: true });
});

/** Processes of this test's demo: each has the name of the temporary folder in its environment. */
const processes = (): ReadonlyArray<number> =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${temporary}`);
      } catch {
        return false; // it has ended meanwhile
      }
    });

/** The demo's, where `ip netns` would find them: other suites make others meanwhile. */
const namespaceFiles = (): ReadonlyArray<string> =>
  ['blue', 'peer'].filter((name) => existsSync(`/run/netns/${name}`));

const DEMO = [process.execPath, 'scripts/demo.mjs', '--built'];
/** uid 1000 of a user namespace: as little right over this machine as any user has. */
const AS_USER = ['unshare', '--user', '--map-user=1000', '--map-group=1000', ...DEMO];

interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output holds `text`. */
  readonly says: (text: string) => Promise<void>;
  readonly ended: Promise<number | null>;
}

const start = ([file = '', ...args]: ReadonlyArray<string>): Demo => {
  const env = { ...process.env, [MARK]: temporary, TMPDIR: temporary };
  const child = spawn(file, args, {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  return {
    child,
    output: () => output,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        child.on('close', () => reject(new Error(`ended without "${text}":\n${output}`)));
        look();
      }),
    ended: once(child, 'close').then(() => child.exitCode),
  };
};

const expectNothingLeft = (before: ReadonlyArray<string>): void => {
  expect(processes()).toStrictEqual([]);
  expect(namespaceFiles()).toStrictEqual(before);
  expect(readdirSync(temporary)).toStrictEqual([]);
};

describeWith(['netns', 'unshare'], 'the demo', () => {
  test.each([
    ['root', DEMO],
    ['an ordinary user', AS_USER],
  ])('as %s is pinged over both families and leaves nothing', async (_, command) => {
    const before = namespaceFiles();
    const demo = start(command);
    const status = await demo.ended;
    expect(demo.output()).toMatch(/192\.0\.2\.2 icmp_seq=3: reply/);
    expect(demo.output()).toMatch(/2001:db8::2 icmp_seq=3: reply/);
    expect(demo.output()).toMatch(/stopped after \d+ ARP, \d+ NDP and 6 echo requests/);
    expect(status).toBe(0);
    expectNothingLeft(before);
  });

  test.each([
    ['the namespaces are made', '$ ip netns add blue'],
    ['it plans', '$ netplan plan'],
    ['the sandbox starts', '$ netplan sandbox'],
    [
      'it applies',
      '$ netplan apply /run/demo/plan.yaml --netns=blue --socket=/run/demo/sandbox.sock\n',
    ],
    ['it pings', 'icmp_seq=1'],
  ])('ctrl-C while %s leaves nothing', async (_, text) => {
    const before = namespaceFiles();
    const demo = start(DEMO);
    await demo.says(text);
    process.kill(-(demo.child.pid ?? 0), 'SIGINT'); // as a terminal does: to the whole group
    expect(await demo.ended).toBe(130);
    expectNothingLeft(before);
  });

  test('ctrl-C that ends a command of the demo first leaves nothing', async () => {
    const before = namespaceFiles();
    const { PATH = '' } = process.env;
    const path = mkdtempSync(join(tmpdir(), 'npt-ip-'));
    // The whole group gets the signal while the demo waits for this very command.
    const ip = '#!/bin/sh\n[ "$1" = -Version ] && exit 0\nkill -INT 0\n';
    try {
      writeFileSync(join(path, 'ip'), ip, { mode: 0o755 });
      const demo = start(['env', `PATH=${path}:${PATH}`, ...DEMO]);
      expect(await demo.ended).toBe(130);
      expect(demo.output()).not.toContain('demo: ');
      expectNothingLeft(before);
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  test('SIGTERM to the demo alone leaves nothing', async () => {
    const before = namespaceFiles();
    const demo = start(DEMO);
    await demo.says('listening on');
    demo.child.kill('SIGTERM');
    expect(await demo.ended).toBe(130);
    expectNothingLeft(before);
  });

  test('a failure leaves nothing and is told', async () => {
    const before = namespaceFiles();
    const demo = start(['env', `PATH=${temporary}/nothing`, ...DEMO]);
    expect(await demo.ended).toBe(1);
    expect(demo.output()).toContain('install iproute2');
    expectNothingLeft(before);
  });
});
