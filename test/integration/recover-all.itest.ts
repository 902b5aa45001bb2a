/** A namespace that was applied by the file of a process: found again when the process is gone, forgotten when it is gone, too. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { apply } from '../../src/executor/apply.js';
import { liveCapabilities as live } from '../../src/executor/live.js';
import { recoverAll } from '../../src/executor/recover-all.js';
import { release } from '../../src/executor/release.js';
import { runSandbox } from '../../src/executor/sandbox/server.js';
import { compile } from '../../src/plan/compile.js';
import { captureText } from '../support/capture-text.js';
import { type TestPair, test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

/** Hands the namespace over by /proc/PID/ns/net; then both the process and the sandbox end. */
const applyByProcess = async (pair: TestPair, folder: string): Promise<void> => {
  const holder = spawn('ip', ['netns', 'exec', pair.netns.name, 'sleep', '60']);
  const netns = `/proc/${holder.pid}/ns/net`;
  try {
    const home = readlinkSync('/proc/self/ns/net');
    while (readlinkSync(netns) === home) await new Promise((resolve) => setTimeout(resolve, 5));
    const listen = join(folder, 'sock');
    const sandbox = right(await runSandbox({ listen, onEvent: () => {} })());
    const plan = right(compile({})(await observeNetns(netns)));
    const where = { netns, sandbox: { address: listen }, journalFolder: folder };
    right(await apply(plan, where)(live)());
    sandbox.stop();
    await sandbox.closed();
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
};

describeWith(['netns'], 'recover of all journals', () => {
  test('a namespace that is mounted elsewhere is not forgotten', async ({ pair }) => {
    const folder = mkdtempSync(join(tmpdir(), 'npt-all-'));
    try {
      pair.recipe('f1');
      const before = captureText(pair.netns);
      await applyByProcess(pair, folder);
      const [found] = right(await recoverAll({ journalFolder: folder })(live)());
      expect(found?.result).toMatchObject({
        right: { outcome: 'handed-over', netns: pair.netns.path },
      });
      right(await release(pair.netns.path, { journalFolder: folder })(live)());
      expect(captureText(pair.netns)).toBe(before);

      await applyByProcess(pair, folder);
      execFileSync('ip', ['netns', 'del', pair.netns.name]);
      const [gone] = right(await recoverAll({ journalFolder: folder })(live)());
      expect(gone?.result).toMatchObject({ right: { outcome: 'forgotten' } });
      expect(existsSync(gone?.journal ?? '')).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
