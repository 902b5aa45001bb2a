/** Killed at every system call of apply, recover and release in real namespaces: afterwards nothing is different. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { ENODEV, EPERM } from '../../src/executor/linux/errno.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { buildChild } from '../support/build-child.js';
import type { ChildTask } from '../support/fault-child.js';
import { RECIPES, TWO_LINKS, takesEveryFault } from '../support/fault-recipes.js';
import {
  type Counts,
  expectSameText,
  type FaultSubject,
  giveBack,
  hasJournal,
  takingAgain,
  withSubject,
} from '../support/fault-subject.js';
import { type Point, recordIn, withFaults } from '../support/faults.js';
import { describeWith } from '../support/requires.js';
import { type ScriptedSandbox, SUCCESS, scriptedSandbox } from '../support/scripted-sandbox.js';
import {
  type RunningChild,
  type WaitingChildren,
  waitingChildren,
} from '../support/waiting-children.js';

const counts: Counts = { points: 0, faults: 0, kills: 0, comparisons: 0, different: 0 };
let children: WaitingChildren;
let folder = '';
let sandbox: ScriptedSandbox;

const ENOBUFS = 105;
const MOMENTS = 24;
/** Fewer lasting calls than this, and the suite would not look where it means to. */
const LEAST_CALLS = 12;

const subject = (recipe: string, use: (s: FaultSubject) => Promise<void>): Promise<void> =>
  withSubject(recipe, { folder, address: sandbox.address }, use);

/** `killAt` -1: it lives, unless it is killed from here. */
const startChild = (
  s: FaultSubject,
  verb: ChildTask['verb'],
  { killAt = -1, ...more }: Partial<ChildTask> = {},
): RunningChild => {
  const { path: netns, journalFolder, planFile } = s;
  const socket = sandbox.address;
  const task = { verb, netns, socket, journalFolder, planFile, killAt, everyCall: false, ...more };
  return children.run(task);
};

const recoverOrGiveBack = async (s: FaultSubject): Promise<E.Either<unknown, unknown>> => {
  const { path, journalFolder } = s;
  const result = await recover(path, { journalFolder })(live)();
  if (E.isLeft(result) || result.right.outcome === 'handed-over') await giveBack(s);
  return result;
};

/** An apply that has taken every address and waits for an answer, killed there: inside the call. */
const leaveInterrupted = async (s: FaultSubject): Promise<void> => {
  const running = startChild(s, 'apply');
  sandbox.answer = running.kill; // it has read the request, and answers with that
  expect(await running.ended).toMatchObject({ killed: true });
  sandbox.answer = SUCCESS;
};

/**
 * Runs a child again and again, killed before its first call, its second and so on, until one lives to its
 * end; gives the number after each. How many calls there are may differ from run to run.
 */
async function* killing(
  s: FaultSubject,
  verb: ChildTask['verb'],
  everyCall: boolean,
  prepare: () => void = () => {},
): AsyncGenerator<string> {
  for (let index = 0; ; index++) {
    prepare();
    const { killed, output } = await startChild(s, verb, { killAt: index, everyCall }).ended;
    if (killed) counts.kills += 1;
    else expect(JSON.parse(output), output).toMatchObject({ ok: true });
    yield `${verb} killed at call ${index}`;
    if (!killed) {
      expect(index).toBeGreaterThan(LEAST_CALLS);
      return;
    }
    counts.points += 1;
  }
}

describeWith(['netns'], 'killed at every system call', () => {
  beforeAll(async () => {
    children = waitingChildren(buildChild('test/support/fault-child.ts'), 2);
    folder = mkdtempSync(join(tmpdir(), 'npt-kill-'));
    sandbox = await scriptedSandbox(join(folder, 'sock'));
  });

  afterAll(async () => {
    children.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
    const { points, faults, kills, comparisons, different } = counts;
    console.log(
      `kills: ${points} points, ${kills} kills, ${faults} refusals, ${comparisons} comparisons, ${different} different`,
    );
  });

  test.each(RECIPES)('%s: in apply, then recovered', async (_, recipe) => {
    await subject(recipe, async (s) => {
      sandbox.answer = SUCCESS;
      for await (const about of killing(s, 'apply', takesEveryFault(recipe))) {
        const result = await recoverOrGiveBack(s);
        expectSameText(s, counts, `${about}, ${JSON.stringify(result)}`);
      }
    });
  });

  test.each(RECIPES)('%s: in recover, then recovered', async (_, recipe) => {
    await subject(recipe, async (s) => {
      await leaveInterrupted(s);
      const { path, journalFolder } = s;
      for await (const about of killing(s, 'recover', takesEveryFault(recipe), takingAgain(s))) {
        const again = await recover(path, { journalFolder, giveBack: true })(live)();
        expect(again, JSON.stringify(again)).toMatchObject({ right: {} });
        expectSameText(s, counts, about);
      }
    });
  });

  test.each(RECIPES)('%s: in release, then released', async (_, recipe) => {
    await subject(recipe, async (s) => {
      sandbox.answer = SUCCESS;
      const { path, journalFolder } = s;
      expect(await startChild(s, 'apply').ended).toMatchObject({ killed: false });
      for await (const about of killing(s, 'release', takesEveryFault(recipe), takingAgain(s))) {
        if (hasJournal(s)) {
          const again = await release(path, { journalFolder, force: true })(live)();
          expect(again, JSON.stringify(again)).toMatchObject({ right: {} });
        }
        expectSameText(s, counts, about);
      }
    });
  });

  test.each(RECIPES)('%s: by itself, when it cannot leave the namespace', async (_, recipe) => {
    await subject(recipe, async (s) => {
      sandbox.answer = SUCCESS;
      for (let notHomeFrom = 0; ; notHomeFrom++) {
        const { killed } = await startChild(s, 'apply', { notHomeFrom }).ended;
        if (killed) counts.kills += 1;
        await recoverOrGiveBack(s);
        expectSameText(s, counts, `not home from stretch ${notHomeFrom}`);
        if (killed) continue;
        expect(notHomeFrom).toBe(1 + s.plan.fdLinks.length); // one to observe from, one for each socket
        return;
      }
    });
  });

  test.each(RECIPES)('%s: alive, when the kernel refuses a change', async (_, recipe) => {
    await subject(recipe, async (s) => {
      sandbox.answer = SUCCESS;
      const points: Point[] = [];
      await apply(s.plan, s.where)(withFaults(live, recordIn(points), EPERM))();
      await giveBack(s);
      const changes = points.filter((p) => p.when === 'before' && p.name.startsWith('change'));
      expect(changes.length).toBeGreaterThan(0);
      for (const { index, name } of changes)
        for (const errno of [EPERM, ENODEV, ENOBUFS]) {
          const fails = withFaults(live, (p) => (p.index === index ? 'fail' : 'go'), errno);
          expect(await apply(s.plan, s.where)(fails)()).toMatchObject({
            left: { _tag: 'RolledBack' },
          });
          counts.faults += 1;
          expectSameText(s, counts, `${name}: errno ${errno}`);
        }
    });
  });

  test('at moments of its time, wherever it is', async () => {
    await subject(TWO_LINKS, async (s) => {
      sandbox.answer = SUCCESS;
      const started = performance.now();
      await startChild(s, 'apply').ended;
      const whole = performance.now() - started;
      await giveBack(s);
      for (let moment = 0; moment < MOMENTS; moment++) {
        const running = startChild(s, 'apply');
        setTimeout(running.kill, (whole * moment) / MOMENTS);
        if ((await running.ended).killed) counts.kills += 1;
        await recoverOrGiveBack(s);
        expectSameText(s, counts, `killed at moment ${moment} of ${MOMENTS}`);
      }
    });
  });
});
