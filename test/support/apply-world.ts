/** What a suite of applies shares: a folder, a sandbox that answers as it is told, and the usual steps. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Capabilities } from '../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import { recover } from '../../src/executor/giveback/recover.js';
import { type ApplyTarget, apply } from '../../src/executor/handover/apply.js';
import type { ApplyReport } from '../../src/executor/handover/report.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import type { NetworkPlan } from '../../src/plan/model/network-plan.js';
import { compile } from '../../src/plan/rules/compile.js';
import { captureText } from './capture-text.js';
import { makePair, type TestPair } from './netns.js';
import { observeWholeNetns } from './observe.js';
import { type ScriptedSandbox, scriptedSandbox } from './scripted-sandbox.js';

export const planOf = async (path: string): Promise<NetworkPlan> => {
  const plan = compile({})(await observeWholeNetns(path));
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  return plan.right;
};

export const leftOf = (result: E.Either<ExecError, unknown>): ExecError => {
  if (E.isRight(result)) throw new Error('it succeeded');
  return result.left;
};

/** For tests with a table, which have no fixtures of vitest's. */
export const withPair = async (use: (pair: TestPair) => Promise<void>): Promise<void> => {
  const pair = makePair();
  try {
    await use(pair);
  } finally {
    pair.remove();
  }
};

export interface ApplyWorld {
  /** a file in the suite's own folder */
  readonly file: (name: string) => string;
  readonly scripted: () => ScriptedSandbox;
  readonly answering: (answer: ScriptedSandbox['answer'], closes?: boolean) => void;
  /** `address`: the scripted sandbox's unless given */
  readonly whereOf: (pair: TestPair, address?: string) => ApplyTarget;
  /** Plans the container's namespace and applies that. */
  readonly applying: (
    pair: TestPair,
    c?: Capabilities,
  ) => Promise<E.Either<ExecError, ApplyReport>>;
  readonly journalFolder: () => string;
  readonly journals: () => ReadonlyArray<string>;
  /** Gives back by a person's decision, and compares. */
  readonly expectGivenBack: (pair: TestPair, before: string) => Promise<void>;
}

/** To be called where the suite's tests are defined: it lasts as long as they do. */
export const applyWorld = (): ApplyWorld => {
  let folder = '';
  let scripted: ScriptedSandbox;
  const file = (name: string): string => join(folder, name);
  const journalFolder = (): string => file('journals');
  const journals = () => readdirSync(journalFolder()).filter((name) => name.endsWith('.journal'));
  const whereOf = (pair: TestPair, address = scripted.address): ApplyTarget => ({
    netns: pair.netns.path,
    sandbox: { address },
    journalFolder: journalFolder(),
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'npt-apply-'));
    scripted = await scriptedSandbox(file('sock'));
  });

  afterAll(async () => {
    await scripted.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    file,
    scripted: () => scripted,
    answering: (answer, closes = false) => {
      scripted.answer = answer;
      scripted.closes = closes;
    },
    whereOf,
    applying: async (pair, c = live) => apply(await planOf(pair.netns.path), whereOf(pair))(c)(),
    journalFolder,
    journals,
    expectGivenBack: async (pair, before) => {
      const options = { journalFolder: journalFolder(), giveBack: true };
      const result = await recover(pair.netns.path, options)(live)();
      expect(result).toMatchObject({ right: { outcome: 'given-back' } });
      expect(captureText(pair.netns)).toBe(before);
      expect(journals()).toStrictEqual([]);
    },
  };
};
