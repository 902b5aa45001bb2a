/** Where a fault suite makes its faults: a namespace of its own for each test, planned, with files in memory. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TestContext } from 'vitest';
import { compile } from '../../src/plan/rules/compile.js';
import { captureText } from './capture-text.js';
import {
  expectSame,
  type FaultCounts,
  type FaultSubject,
  leftFiles,
  noFaults,
} from './fault-subject.js';
import { makePair } from './netns.js';
import { observeNetns } from './observe.js';

declare module 'vitest' {
  interface TaskMeta {
    /** what a test of the fault suites has done */
    faults?: FaultCounts;
  }
}

/** The counts of this test, which end in its result. */
export const countsOf = ({ task }: Pick<TestContext, 'task'>): FaultCounts => {
  task.meta.faults ??= noFaults();
  return task.meta.faults;
};

/** Compares with the beginning, by the eyes of iproute2. */
export type ExpectSameText = (counts: FaultCounts, about: string) => void;

/** As /run, where journals are kept, usually is: thousands of fsync(2) would wait for a disk. */
const MEMORY = '/dev/shm';

/** A namespace made by `recipe`, and everything that goes with it; gone after `use`. */
export const withSubject = async (
  recipe: string,
  use: (s: FaultSubject, expectSameText: ExpectSameText) => Promise<void>,
): Promise<void> => {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'npt-fault-'));
  const pair = makePair();
  try {
    pair.recipe(recipe);
    const { path } = pair.netns;
    const plan = compile({ multipath: 'first' })(await observeNetns(path));
    if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
    const journalFolder = join(folder, 'journal');
    mkdirSync(journalFolder, { mode: 0o700 });
    const s = { path, plan: plan.right, folder, journalFolder, address: join(folder, 'sock') };
    const before = captureText(pair.netns);
    await use(s, (counts, about) =>
      expectSame(counts, [captureText(pair.netns), leftFiles(s)], [before, []], about),
    );
  } finally {
    pair.remove();
    rmSync(folder, { recursive: true, force: true });
  }
};
