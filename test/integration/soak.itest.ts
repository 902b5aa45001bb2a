/** One process that applies and releases many times, a third with a failure: nothing is left open and memory is flat. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect } from 'vitest';
import { compile } from '../../src/plan/rules/compile.js';
import { buildChild } from '../support/build-child.js';
import { captureText } from '../support/capture-text.js';
import { type TestPair, test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';
import type { SoakResult, SoakTask } from '../support/soak-child.js';

/** For a real soak: NETPLAN_SOAK_ROUNDS=10000 npx vitest run --project kernel test/integration/soak.itest.ts */
const ROUNDS = Number(process.env['NETPLAN_SOAK_ROUNDS'] ?? 300);
const MIB = 1024 * 1024;

let child = '';
let folder = '';

const planFileOf = async (pair: TestPair): Promise<string> => {
  const plan = compile({ channels: 2 })(await observeNetns(pair.netns.path));
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  const file = join(folder, 'plan');
  writeFileSync(file, JSON.stringify(plan.right));
  return file;
};

type Running = ChildProcessByStdio<Writable, Readable, null>;

const soak = (task: SoakTask): Running =>
  spawn(process.execPath, ['--expose-gc', child, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

const resultOf = async (running: Running): Promise<SoakResult> => {
  for await (const line of createInterface(running.stdout)) return JSON.parse(line);
  throw new Error('it ended without a result');
};

/** The kernel takes a namespace down a moment after nobody holds it, and its links with it. */
const untilGone = (pair: TestPair, link: string): string =>
  pair.peer.sh(
    `for i in $(seq 1200); do ip link show ${link} >/dev/null 2>&1 || exit 0; sleep 0.1; done; echo there`,
  );

const mib = (bytes: number): string => (bytes / MIB).toFixed(1);

const report = ({ applied, failed, descriptors, heap, resident, late }: SoakResult): string =>
  [
    `soak: ${applied} applied and released, ${failed} failed and put back`,
    `descriptors ${descriptors.join(' -> ')}`,
    `heap ${heap.map(mib).join(' -> ')} MiB, resident ${resident.map(mib).join(' -> ')} MiB`,
    `event loop late by ${late.map((ms) => ms.toFixed(1)).join(' ms at most, 99.9 % under ')} ms`,
  ].join('; ');

describeWith(['netns'], 'a long-lived process', () => {
  beforeAll(async () => {
    child = await buildChild('test/support/soak-child.ts');
    folder = mkdtempSync(join(tmpdir(), 'npt-soak-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(`${ROUNDS} applies leave nothing behind`, { timeout: 1_200_000 + ROUNDS * 1000 }, async ({
    pair,
  }) => {
    pair.recipe('f1');
    const before = captureText(pair.netns);
    const journalFolder = join(folder, 'journals');
    const running = soak({
      netns: pair.netns.path,
      socket: join(folder, 'sock'),
      journalFolder,
      planFile: await planFileOf(pair),
      rounds: ROUNDS,
    });
    try {
      const result = await resultOf(running);
      console.log(report(result));
      expect(result.applied + result.failed).toBe(ROUNDS);
      expect(result.failed).toBe(Math.floor(ROUNDS / 3));
      expect(result.descriptors[1]).toBe(result.descriptors[0]);
      expect(result.namespaces).toStrictEqual([result.home]);
      expect(result.heap[1]).toBeLessThan(result.heap[0] + 8 * MIB);
      expect(result.resident[1]).toBeLessThan(result.resident[0] + 64 * MIB);
      expect(captureText(pair.netns)).toBe(before);
      expect(readdirSync(journalFolder)).toStrictEqual([]);

      // The process still runs: if it held the namespace, its end of the link would stay.
      pair.peer.sh(`ip netns del ${pair.netns.name}`);
      expect(untilGone(pair, 'h0')).toBe('');
    } finally {
      running.stdin.end();
      await once(running, 'exit');
    }
  });
});
