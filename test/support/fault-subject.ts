/** A namespace that faults are put into: made by a recipe, planned once, and compared after every fault. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import type { ApplyTarget } from '../../src/executor/handover/apply.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import type { NetworkPlan } from '../../src/plan/model/network-plan.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { compile } from '../../src/plan/rules/compile.js';
import { captureText } from './capture-text.js';
import { makePair } from './netns.js';
import { observeNetns } from './observe.js';

/** What a suite has done, printed at its end. */
export interface Counts {
  /** calls before and after which something went wrong */
  points: number;
  faults: number;
  kills: number;
  comparisons: number;
  different: number;
}

export interface FaultSubject {
  readonly path: string;
  readonly sh: (script: string) => string;
  readonly plan: NetworkPlan;
  readonly before: { readonly state: NamespaceState; readonly text: string };
  readonly journalFolder: string;
  readonly planFile: string;
  readonly where: ApplyTarget;
}

/** `folder`: of the suite, for plan and journals; `address`: of its sandbox. */
export const withSubject = async (
  recipe: string,
  { folder, address }: { readonly folder: string; readonly address: string },
  use: (s: FaultSubject) => Promise<void>,
): Promise<void> => {
  const pair = makePair();
  const own = mkdtempSync(join(folder, 'subject-'));
  const journalFolder = join(own, 'journal');
  mkdirSync(journalFolder, { mode: 0o700 });
  try {
    pair.recipe(recipe);
    const { path, sh } = pair.netns;
    const state = await observeNetns(path);
    const plan = compile({ multipath: 'first' })(state);
    if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
    const planFile = join(own, 'plan');
    writeFileSync(planFile, JSON.stringify(plan.right));
    const where = { netns: path, sandbox: { address }, journalFolder };
    const before = { state, text: captureText({ sh }) };
    await use({ path, sh, plan: plan.right, before, journalFolder, planFile, where });
  } finally {
    pair.remove();
  }
};

/** Nothing of netplan is left but a lock file that nobody holds, which the next one takes. */
const leftFiles = ({ journalFolder }: FaultSubject): ReadonlyArray<string> =>
  readdirSync(journalFolder).filter((name) => !name.endsWith('.lock'));

const expectSame = (counts: Counts, found: unknown, wanted: unknown, about: string): void => {
  counts.comparisons += 1;
  try {
    expect(found, about).toStrictEqual(wanted);
  } catch (error) {
    counts.different += 1;
    throw error;
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
  counts: Counts,
  about: string,
): Promise<void> => {
  const found = [restorable(await observeNetns(s.path)), leftFiles(s)];
  expectSame(counts, found, [restorable(s.before.state), []], about);
};

/** By the eyes of iproute2. */
export const expectSameText = (s: FaultSubject, counts: Counts, about: string): void =>
  expectSame(counts, [captureText(s), leftFiles(s)], [s.before.text, []], about);

/** Gives back what an apply took, whether it ended well or its outcome is unknown. */
export const giveBack = async ({ path, journalFolder }: FaultSubject): Promise<void> => {
  const released = await release(path, { journalFolder, force: true })(live)();
  if (E.isRight(released)) return;
  const recovered = await recover(path, { journalFolder, giveBack: true })(live)();
  expect(recovered, JSON.stringify(released.left)).toMatchObject({ right: {} });
};

const journalOf = (s: FaultSubject): string | undefined =>
  leftFiles(s).find((file) => file.endsWith('.journal'));

export const hasJournal = (s: FaultSubject): boolean => journalOf(s) !== undefined;

/** Takes the addresses off again and puts the journal back: as the interrupted or finished apply left it. */
export const takingAgain = (s: FaultSubject): (() => void) => {
  const name = journalOf(s);
  if (name === undefined) throw new Error('no journal');
  const journal = join(s.journalFolder, name);
  const kept = `${s.planFile}.journal`;
  copyFileSync(journal, kept);
  const flush = s.plan.fdLinks.map((link) => `ip addr flush dev ${link.name}`).join('\n');
  return () => {
    s.sh(flush);
    copyFileSync(kept, journal);
  };
};
