/** Every system call of apply, recover and release fails with each of its errors: afterwards nothing is different. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../src/executor/apply.js';
import { describeExec } from '../../src/executor/describe.js';
import type { ExecError } from '../../src/executor/errors.js';
import { liveCapabilities as live } from '../../src/executor/live.js';
import { recover } from '../../src/executor/recover.js';
import { release } from '../../src/executor/release.js';
import { faultsOf } from '../support/call-errnos.js';
import { RECIPES, takesEveryFault } from '../support/fault-recipes.js';
import {
  type Counts,
  expectSameState,
  expectSameText,
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
import { type Fault, onSystemCalls, type SystemCall } from '../support/system-calls.js';

const counts: Counts = { points: 0, faults: 0, kills: 0, comparisons: 0, different: 0 };
/** Faults at calls that a run did not come to. */
let unmet = 0;
let folder = '';
let sandbox: ScriptedSandbox;

type Result = E.Either<ExecError, unknown>;
type Run = () => Promise<Result>;

/**
 * A call of a run, by its name and how many of that name came before. How often the kernel is asked until it
 * has done its own part differs from run to run, so an index of all would mean another call each time.
 */
interface Call {
  readonly name: string;
  readonly nth: number;
}

/** Tells calls of one name apart. */
const numbering = (): ((call: SystemCall) => Call) => {
  const seen = new Map<string, number>();
  return ({ name }) => {
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    return { name, nth };
  };
};

/** The calls of one run, all let through, and how it ended. */
const callsOf = async (run: Run) => {
  const calls: Call[] = [];
  const numbered = numbering();
  onSystemCalls((call) => {
    calls.push(numbered(call));
    return null;
  });
  const result = await run();
  onSystemCalls(() => null);
  return { calls, result };
};

/** Whether the run came to the call. */
const runWithFault = async (run: Run, at: Call, fault: Fault) => {
  const numbered = numbering();
  let met = false;
  onSystemCalls((call) => {
    const { name, nth } = numbered(call);
    if (name !== at.name || nth !== at.nth) return null;
    met = true;
    return fault;
  });
  const result = await run();
  onSystemCalls(() => null);
  return { met, result };
};

/** Where not all of them are tried, each call gets one, another than the call of its name before it. */
const faultsAt = (recipe: string, { name, nth }: Call): ReadonlyArray<Fault> => {
  const faults = faultsOf(name);
  if (takesEveryFault(recipe)) return faults;
  return faults.filter((_, i) => i === nth % faults.length);
};

/** Runs with each fault at each of `calls`, then lets `check` compare. */
const failEach = async (
  { run, prepare }: { readonly run: Run; readonly prepare?: () => void },
  calls: ReadonlyArray<Call>,
  faults: (call: Call) => ReadonlyArray<Fault>,
  check: (result: Result, about: string) => Promise<void>,
): Promise<void> => {
  for (const call of calls) {
    counts.points += 1;
    for (const fault of faults(call)) {
      prepare?.();
      const { met, result } = await runWithFault(run, call, fault);
      if (met) counts.faults += 1;
      else unmet += 1;
      const what = `${call.name} ${call.nth}, errno ${fault.errno} ${fault.when}`;
      await check(result, `${what}: ${describeResult(result)}`);
    }
  }
};

/** The second setns(2) of every two leads back, and a process that it fails in must not go on. */
const leadsHome = ({ name, nth }: Call): boolean => name === 'setns' && nth % 2 === 1;

const describeResult = (result: Result): string =>
  E.isRight(result) ? 'it succeeded' : describeExec(result.left).summary;

/** The sandbox has the network, or nobody knows, or not everything could be put back. */
const needsAPerson = ({ _tag }: ExecError): boolean =>
  _tag === 'ExchangeBroken' || _tag === 'VerificationFailed' || _tag === 'RollbackFailed';

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
      await failEach(
        { run },
        faulty,
        ({ name }) => faultsOf(name),
        async (result, about) => {
          if (E.isRight(result) || needsAPerson(result.left)) await giveBack(s);
          else expect(hasJournal(s)).toBe(false);
          await expectSameState(s, counts, about);
        },
      );
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
      await failEach(
        { run },
        undo,
        (call) => faultsAt(recipe, call),
        async (result, about) => {
          if (E.isLeft(result) && needsAPerson(result.left)) await giveBack(s);
          await expectSameState(s, counts, about);
        },
      );
      expectSameText(s, counts, 'after all of them');
    });
  });

  test.each(RECIPES)('%s: recover and release', async (_, recipe) => {
    await withSubject(recipe, { folder, address: sandbox.address }, async (s) => {
      const { path, journalFolder } = s;
      const verbs: Record<string, Run> = {
        recover: () => recover(path, { journalFolder, giveBack: true })(live)(),
        release: () => release(path, { journalFolder, force: true })(live)(),
      };
      for (const [verb, run] of Object.entries(verbs)) {
        sandbox.answer = verb === 'release' ? SUCCESS : 'not JSON';
        await apply(s.plan, s.where)(live)();
        const prepare = takingAgain(s);
        const { calls, result } = await callsOf(run);
        expect(result).toMatchObject({ right: { outcome: 'given-back' } });
        const faulty = calls.filter((call) => !leadsHome(call));
        await failEach(
          { run, prepare },
          faulty,
          (call) => faultsAt(recipe, call),
          async (_result, about) => {
            if (hasJournal(s))
              expect(await run()).toMatchObject({ right: { outcome: 'given-back' } });
            await expectSameState(s, counts, `${verb}, ${about}`);
          },
        );
      }
      expectSameText(s, counts, 'after all of them');
    });
  });
});
