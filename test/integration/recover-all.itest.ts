/** A namespace that was applied by the file of a process: found again when the process is gone, forgotten when it is gone, too. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, beforeEach, expect } from 'vitest';
import { recoverAll } from '../../src/executor/giveback/recover-all.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { ENOENT, ENOTTY, EOPNOTSUPP } from '../../src/executor/linux/errno.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { compile } from '../../src/plan/rules/compile.js';
import { runSandbox } from '../../src/sandbox/server.js';
import { faultsOf } from '../support/call-errnos.js';
import { captureText } from '../support/capture-text.js';
import { callsOf, failing, leadsHome, type Run } from '../support/failing-calls.js';
import { type TestPair, test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';
import type { Fault } from '../support/system-calls.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const processIn = async (pair: TestPair): Promise<ChildProcess> => {
  const holder = spawn('ip', ['netns', 'exec', pair.netns.name, 'sleep', '3600']);
  const home = readlinkSync('/proc/self/ns/net');
  while (readlinkSync(`/proc/${holder.pid}/ns/net`) === home) await sleep(5);
  return holder;
};

const end = async (holder: ChildProcess): Promise<void> => {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
};

/** Hands the namespace over by /proc/PID/ns/net; then both the process and the sandbox end. */
const applyByProcess = async (pair: TestPair, folder: string): Promise<void> => {
  const holder = await processIn(pair);
  const netns = `/proc/${holder.pid}/ns/net`;
  try {
    const listen = join(folder, 'sock');
    const sandbox = right(await runSandbox({ listen, onEvent: () => {} })());
    const plan = right(compile({})(await observeNetns(netns)));
    const where = { netns, sandbox: { address: listen }, journalFolder: folder };
    right(await apply(plan, where)(live)());
    sandbox.stop();
    await sandbox.closed();
  } finally {
    await end(holder);
  }
};

/** A folder for the journals of each test. */
const journalFolders = () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'npt-all-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return {
    folder: () => folder,
    journals: () => readdirSync(folder).filter((name) => name.endsWith('.journal')),
  };
};

/** What the kernel would say of a namespace that is gone: a lie here, and the answer to it is right. */
const wouldBeGone = ({ errno }: Fault): boolean => [ENOENT, ENOTTY, EOPNOTSUPP].includes(errno);

describeWith(['netns'], 'recover of all journals', () => {
  const { journals, folder } = journalFolders();

  const recoverOne: Run = () =>
    pipe(
      recoverAll({ journalFolder: folder() })(live),
      TE.flatMapEither(([only]) => only?.result ?? E.right(null)),
    )();

  test('a namespace that is mounted elsewhere is not forgotten', async ({ pair }) => {
    pair.recipe('f1');
    const before = captureText(pair.netns);
    await applyByProcess(pair, folder());
    expect(await recoverOne()).toMatchObject({
      right: { outcome: 'handed-over', netns: pair.netns.path },
    });
    right(await release(pair.netns.path, { journalFolder: folder() })(live)());
    expect(captureText(pair.netns)).toBe(before);

    await applyByProcess(pair, folder());
    execFileSync('ip', ['netns', 'del', pair.netns.name]);
    expect(await recoverOne()).toMatchObject({ right: { outcome: 'forgotten' } });
    expect(journals()).toStrictEqual([]);
  });

  test('nor is one that only another process is in', async ({ pair }) => {
    pair.recipe('f1');
    await applyByProcess(pair, folder());
    const holder = await processIn(pair);
    const netns = `/proc/${holder.pid}/ns/net`;
    try {
      execFileSync('ip', ['netns', 'del', pair.netns.name]);
      expect(await recoverOne()).toMatchObject({ right: { outcome: 'handed-over', netns } });
      right(await release(netns, { journalFolder: folder() })(live)());
      expect((await observeNetns(netns)).addresses.length).toBeGreaterThan(4);
    } finally {
      await end(holder);
    }
  });

  test('nor is one that could not be looked for', async ({ pair }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    await applyByProcess(pair, folder());
    const { calls, result } = await callsOf(recoverOne);
    expect(result).toMatchObject({ right: { outcome: 'handed-over' } });
    const faulty = calls.filter((call) => !leadsHome(call));
    let faults = 0;
    for await (const { about } of failing(
      faulty,
      ({ name }) => faultsOf(name).filter((fault) => !wouldBeGone(fault)),
      recoverOne,
    )) {
      faults += 1;
      expect(journals(), about).toHaveLength(1);
    }
    expect(faults).toBeGreaterThan(100);
    right(await release(pair.netns.path, { journalFolder: folder() })(live)());
    expect(captureText(pair.netns)).toBe(before);
  });
});
