/** vitest's `test` with namespaces, a real container of runsc in one of them, and what its peer serves and sees. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type TestNetns } from './netns.js';
import { type Recording, recordFrames } from './recording.js';
import { createContainer, type RunscContainer } from './runsc-container.js';

const NETPLAN = join(import.meta.dirname, '../../bin/run.js');

/** Runs the command line; its standard output. Throws when it fails. */
export const netplan = (...args: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, [NETPLAN, ...args], { encoding: 'utf8' });

export interface World {
  /** Hands the namespace over to a container of runsc with `netplan apply ARGS`, and starts it. */
  readonly container: (...args: ReadonlyArray<string>) => RunscContainer;
  /** An HTTP server on port 8080 of all addresses of the peer. */
  readonly serve: (peer: TestNetns) => Promise<void>;
  /** Records the frames that come in on the peer's `link` and match tcpdump's `filter`. */
  readonly record: (peer: TestNetns, link: string, filter: string) => Promise<Recording>;
  /** Has `cleanup` called after the test, before what was made earlier goes. */
  readonly after: (cleanup: () => void) => void;
}

export const test = base.extend<{ world: World }>({
  world: async ({ pair }, use) => {
    const cleanups: Array<() => void> = [];
    const after = (cleanup: () => void): void => {
      cleanups.push(cleanup);
    };
    try {
      await use({
        after,
        container: (...args) => {
          const container = createContainer(pair.netns.path);
          after(container.remove);
          const journals = mkdtempSync(join(tmpdir(), 'npt-journal-'));
          after(() => rmSync(journals, { recursive: true }));
          const sink = ['--container', container.id, '--root', container.root];
          netplan('apply', ...args, ...sink, '--journal', journals);
          container.start();
          return container;
        },
        serve: async (peer) => {
          const www = mkdtempSync(join(tmpdir(), 'npt-www-'));
          after(() => rmSync(www, { recursive: true }));
          writeFileSync(join(www, 'index.html'), 'x'.repeat(1_000_000));
          const httpd = ['busybox', 'httpd', '-f', '-p', '[::]:8080', '-h', www];
          const child = spawn('ip', ['netns', 'exec', peer.name, ...httpd], { stdio: 'ignore' });
          after(() => child.kill('SIGKILL'));
          const ready =
            'for i in $(seq 1200); do busybox wget -q -O /dev/null http://127.0.0.1:8080/ && exit 0; sleep 0.1; done; exit 1';
          peer.sh(`ip link set lo up; ${ready}`);
        },
        record: async (peer, link, filter) => {
          const recording = await recordFrames(peer, link, filter);
          after(recording.stop);
          return recording;
        },
      });
    } finally {
      for (const cleanup of cleanups.reverse()) cleanup();
    }
  },
});
