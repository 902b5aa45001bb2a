/** apply in real namespaces: into the embedded sandbox and back, and what stands in its way. */
import { execFile, execFileSync } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { runSandbox } from '../../src/sandbox/server.js';
import { applyWorld, leftOf, planOf } from '../support/apply-world.js';
import { captureText } from '../support/capture-text.js';
import { type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { SUCCESS } from '../support/scripted-sandbox.js';

describeWith(['netns'], 'apply', () => {
  const { answering, applying, file, journalFolder, journals, whereOf } = applyWorld();

  test('hands over, gives back, and hands over again; the sandbox answers pings in between', async ({
    pair,
  }) => {
    pair.recipe('f1');
    const before = captureText(pair.netns);
    const plan = await planOf(pair.netns.path);
    for (let round = 0; round < 3; round++) {
      const sandbox = await runSandbox({ listen: file('embedded'), onEvent: () => {} })();
      if (E.isLeft(sandbox)) throw new Error(JSON.stringify(sandbox.left));
      const where = whereOf(pair, sandbox.right.address);
      const result = await apply(plan, where)(live)();
      expect(result).toMatchObject({ right: { verification: { outcome: 'verified' } } });
      expect(pair.netns.sh('ip -o -4 addr show dev eth0')).toBe('');
      await ping(pair, '10.0.0.2');
      const second = leftOf(await apply(plan, where)(live)());
      expect(second).toMatchObject({ _tag: 'HandedOver', record: { pid: process.pid } });
      const early = await release(pair.netns.path, { journalFolder: journalFolder() })(live)();
      expect(leftOf(early)._tag).toBe('SandboxAlive');
      sandbox.right.stop();
      const given = await release(pair.netns.path, { journalFolder: journalFolder() })(live)();
      expect(given).toMatchObject({ right: { outcome: 'given-back' } });
      expect(captureText(pair.netns)).toBe(before);
    }
    expect(journals()).toStrictEqual([]);
  });

  test('no sandbox at all: refused before any effect', async ({ pair }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const plan = await planOf(pair.netns.path);
    const error = leftOf(await apply(plan, whereOf(pair, file('nobody')))(live)());
    expect(error).toMatchObject({
      _tag: 'Preflight',
      failures: [{ code: 'exec/sandbox-unreachable' }],
    });
    expect(captureText(pair.netns)).toBe(before);
  });

  test('of two at once exactly one runs, and the other says who', async ({ pair }) => {
    pair.recipe('c02');
    answering(SUCCESS);
    const results = await Promise.all([applying(pair), applying(pair)]);
    expect(results.filter(E.isRight)).toHaveLength(1);
    expect(results.filter(E.isLeft)).toMatchObject([
      { left: { _tag: 'NamespaceLocked', holder: process.pid } },
    ]);
    await release(pair.netns.path, { journalFolder: journalFolder(), force: true })(live)();
  });

  test('a namespace made again under the same name is another one', async ({ pair }) => {
    pair.recipe('c01');
    const plan = await planOf(pair.netns.path);
    execFileSync('ip', ['netns', 'del', pair.netns.name]);
    execFileSync('ip', ['netns', 'add', pair.netns.name]);
    pair.peer.sh('ip link del h0 2>/dev/null || true');
    pair.recipe('c01');
    const error = leftOf(await apply(plan, whereOf(pair))(live)());
    expect(error).toMatchObject({
      _tag: 'StalePlan',
      identity: [{ inode: expect.any(String) }, { inode: expect.any(String) }],
    });
  });
});

/** Not synchronous: the sandbox answers from this process. */
const ping = (pair: TestPair, address: string): Promise<void> =>
  new Promise((resolve, reject) =>
    execFile(
      'ip',
      ['netns', 'exec', pair.peer.name, 'ping', '-c1', '-W60', address],
      (error, stdout) => (error === null ? resolve() : reject(new Error(stdout))),
    ),
  );
