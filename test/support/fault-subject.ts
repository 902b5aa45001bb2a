/** A namespace that faults are put into, as netplan sees it: planned once, and compared after every fault. */
import { deepStrictEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import type { ApplyTarget } from '../../src/executor/handover/apply.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import type { NetworkPlan } from '../../src/plan/model/network-plan.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { observeNetns } from './observe.js';

/** Data alone: a child gets it as JSON. */
export interface FaultSubject {
  /** below /run/netns */
  readonly path: string;
  readonly plan: NetworkPlan;
  /** the test's own */
  readonly folder: string;
  readonly journalFolder: string;
  /** where a sandbox may listen */
  readonly address: string;
}

export const whereOf = ({ path, journalFolder, address }: FaultSubject): ApplyTarget => ({
  netns: path,
  sandbox: { address },
  journalFolder,
});

/** What a test has done: the suites' sum is printed at the end. */
export interface FaultCounts {
  /** where something went wrong: calls of a run, or bytes of one */
  points: number;
  faults: number;
  /** faults at calls that a run did not come to again */
  unmet: number;
  kills: number;
  /** changes that the kernel did not make */
  refusals: number;
  comparisons: number;
  different: number;
}

export const noFaults = (): FaultCounts => ({
  points: 0,
  faults: 0,
  unmet: 0,
  kills: 0,
  refusals: 0,
  comparisons: 0,
  different: 0,
});

/** Nothing of netplan is left but a lock file that nobody holds, which the next one takes. */
export const leftFiles = ({ journalFolder }: FaultSubject): ReadonlyArray<string> =>
  readdirSync(journalFolder).filter((name) => !name.endsWith('.lock'));

export const expectSame = (
  counts: FaultCounts,
  found: unknown,
  wanted: unknown,
  about: string,
): void => {
  counts.comparisons += 1;
  try {
    deepStrictEqual(found, wanted);
  } catch (error) {
    counts.different += 1;
    throw new Error(about, { cause: error });
  }
};

/** The kernel makes and forgets other neighbors by itself. */
const restorable = (state: NamespaceState): NamespaceState => ({
  ...state,
  neighbors: state.neighbors.filter(
    (n) => n.state.includes('permanent') || n.flags.includes('proxy'),
  ),
});

/** By netplan's own eyes, which take a tenth of the time of iproute2's. */
export const expectSameState = async (
  s: FaultSubject,
  before: NamespaceState,
  counts: FaultCounts,
  about: string,
): Promise<void> => {
  const found = [restorable(await observeNetns(s.path)), leftFiles(s)];
  expectSame(counts, found, [restorable(before), []], about);
};

/** Gives back what an apply took, whether it ended well or its outcome is unknown. */
export const giveBack = async ({ path, journalFolder }: FaultSubject): Promise<void> => {
  const released = await release(path, { journalFolder, force: true })(live)();
  if (E.isRight(released)) return;
  const recovered = await recover(path, { journalFolder, giveBack: true })(live)();
  if (E.isLeft(recovered)) throw new Error(JSON.stringify([released.left, recovered.left]));
};

const journalOf = (s: FaultSubject): string | undefined =>
  leftFiles(s).find((file) => file.endsWith('.journal'));

export const hasJournal = (s: FaultSubject): boolean => journalOf(s) !== undefined;

/** Takes the addresses off again and puts the journal back: as the interrupted or finished apply left it. */
export const takingAgain = (s: FaultSubject): (() => void) => {
  const name = journalOf(s);
  if (name === undefined) throw new Error('no journal');
  const journal = join(s.journalFolder, name);
  const kept = join(s.folder, 'journal as it was');
  copyFileSync(journal, kept);
  const flush = s.plan.fdLinks.map((link) => `addr flush dev ${link.name}\n`).join('');
  return () => {
    execFileSync('ip', ['-n', basename(s.path), '-batch', '-'], { input: flush });
    copyFileSync(kept, journal);
  };
};
