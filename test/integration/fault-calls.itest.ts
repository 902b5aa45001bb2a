/** Every system call of apply, recover and release fails with each of its errors: afterwards nothing is different. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExecError } from '../../src/executor/failures/failure.js';
import { recover } from '../../src/executor/giveback/recover.js';
import { recoverAll } from '../../src/executor/giveback/recover-all.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { faultsOf } from '../support/call-errnos.js';
import { type Call, callsOf, failing, leadsHome, type Run } from '../support/failing-calls.js';
import { RECIPES, takesEveryFault } from '../support/fault-recipes.js';
import {
  type Counts,
  expectSameState,
  expectSameText,
  type FaultSubject,
  giveBack,
  hasJournal,
  takingAgain,
  withSubject,
} from '../support/fault-subject.js';
import { describeWith } from '../support/requires.js';
import {
  FAILURE,
  type ScriptedSandbox,
  SUCCESS,
  scriptedSandbox,
} from '../support/scripted-sandbox.js';
import type { Fault } from '../support/system-calls.js';

const counts: Counts = { points: 0, faults: 0, kills: 0, comparisons: 0, different: 0 };
/** Faults at calls that a run did not come to. */
let unmet = 0;
let folder = '';
let sandbox: ScriptedSandbox;

/** Counted when it has happened. */
const count = ({ met }: { readonly met: boolean }): void => {
  if (met) counts.faults += 1;
  else unmet += 1;
};

/** Where not all of them are tried, each call gets one, another than the call of its name before it. */
const faultsAt = (recipe: string, { name, nth }: Call): ReadonlyArray<Fault> => {
  const faults = faultsOf(name);
  if (takesEveryFault(recipe)) return faults;
  return faults.filter((_, i) => i === nth % faults.length);
};

/** The sandbox has the network, or nobody knows, or not everything could be put back. */
const needsAPerson = ({ _tag }: ExecError): boolean =>
  _tag === 'ExchangeBroken' || _tag === 'VerificationFailed' || _tag === 'RollbackFailed';

/** The ways to give back what an apply took; the run of one journal of many ends as that one. */
const VERBS = {
  recover: ({ path, journalFolder }: FaultSubject): Run =>
    recover(path, { journalFolder, giveBack: true })(live),
  'recover of all': ({ journalFolder }: FaultSubject): Run =>
    pipe(
      recoverAll({ journalFolder, giveBack: true })(live),
      TE.flatMapEither(([only]) => only?.result ?? E.right(null)),
    ),
  release: ({ path, journalFolder }: FaultSubject): Run =>
    release(path, { journalFolder, force: true })(live),
} as const;

const RESTORATIONS = RECIPES.flatMap(([name, recipe]) =>
  (['recover', 'recover of all', 'release'] as const).map((verb) => [name, verb, recipe] as const),
);

describeWith(['netns'], 'a fault in every system call', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'npt-fault-'));
    sandbox = await scriptedSandbox(join(folder, 'sock'));
  });

  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
    const { points, faults, comparisons, different } = counts;
    console.log(
      `system calls: ${points} points, ${faults} failed calls, ${comparisons} comparisons, ${different} different; ${unmet} calls were not come to again`,
    );
    expect(unmet).toBeLessThan(faults / 20);
  });

  test.each(RECIPES)('%s: apply', async (_, recipe) => {
    sandbox.answer = SUCCESS;
    await withSubject(recipe, { folder, address: sandbox.address }, async (s) => {
      const run = () => apply(s.plan, s.where)(live)();
      await run(); // what is done once in a process is done
      await giveBack(s);
      const { calls, result } = await callsOf(run);
      expect(result).toMatchObject({ right: { verification: { outcome: 'verified' } } });
      await giveBack(s);
      const faulty = calls.filter((call) => !leadsHome(call));
      counts.points += faulty.length;
      for await (const faultyRun of failing(faulty, ({ name }) => faultsOf(name), run)) {
        count(faultyRun);
        const { result, about } = faultyRun;
        if (E.isRight(result) || needsAPerson(result.left)) await giveBack(s);
        else expect(hasJournal(s)).toBe(false);
        await expectSameState(s, counts, about);
      }
      expectSameText(s, counts, 'after all of them');
    });
  });

  test.each(RECIPES)('%s: apply, in the undo of what the sandbox refused', async (_, recipe) => {
    sandbox.answer = FAILURE;
    await withSubject(recipe, { folder, address: sandbox.address }, async (s) => {
      const run = () => apply(s.plan, s.where)(live)();
      const { calls, result } = await callsOf(run);
      expect(result).toMatchObject({ left: { _tag: 'RolledBack' } });
      const undo = calls.slice(calls.findIndex(({ name }) => name === 'sendmsg') + 1);
      counts.points += undo.length;
      for await (const faultyRun of failing(undo, (call) => faultsAt(recipe, call), run)) {
        count(faultyRun);
        const { result, about } = faultyRun;
        if (E.isLeft(result) && needsAPerson(result.left)) await giveBack(s);
        await expectSameState(s, counts, about);
      }
      expectSameText(s, counts, 'after all of them');
    });
  });

  test.each(RESTORATIONS)('%s: %s', async (_, verb, recipe) => {
    sandbox.answer = verb === 'release' ? SUCCESS : 'not JSON';
    await withSubject(recipe, { folder, address: sandbox.address }, async (s) => {
      const run = VERBS[verb](s);
      await apply(s.plan, s.where)(live)();
      const prepare = takingAgain(s);
      const { calls, result } = await callsOf(run);
      expect(result).toMatchObject({ right: { outcome: 'given-back' } });
      const faulty = calls.filter((call) => !leadsHome(call));
      counts.points += faulty.length;
      for await (const faultyRun of failing(
        faulty,
        (call) => faultsAt(recipe, call),
        run,
        prepare,
      )) {
        count(faultyRun);
        if (hasJournal(s)) expect(await run()).toMatchObject({ right: { outcome: 'given-back' } });
        await expectSameState(s, counts, faultyRun.about);
      }
      expectSameText(s, counts, 'after all of them');
    });
  });
});
