/** A fault at every point of apply, recover and release in real namespaces: afterwards nothing is different. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApplyTarget, apply } from '../../src/executor/apply.js';
import { liveCapabilities as live } from '../../src/executor/live.js';
import { recover } from '../../src/executor/recover.js';
import { release } from '../../src/executor/release.js';
import { compile } from '../../src/plan/compile.js';
import type { NetworkPlan } from '../../src/plan/network-plan.js';
import { buildChild } from '../support/build-child.js';
import { captureText } from '../support/capture-text.js';
import type { ChildTask } from '../support/fault-child.js';
import { EVERY_READ, errnosOf, RECIPES, TWO_LINKS, TWO_RECIPES } from '../support/fault-recipes.js';
import { type Point, recordIn, withFaults } from '../support/faults.js';
import { makePair } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';
import { type ScriptedSandbox, SUCCESS, scriptedSandbox } from '../support/scripted-sandbox.js';
import {
  type RunningChild,
  type WaitingChildren,
  waitingChildren,
} from '../support/waiting-children.js';

const counts = { points: 0, faults: 0, kills: 0, comparisons: 0, different: 0 };
let children: WaitingChildren;
let folder = '';
let sandbox: ScriptedSandbox;

interface Subject {
  readonly path: string;
  readonly recipe: string;
  readonly sh: (script: string) => string;
  readonly plan: NetworkPlan;
  readonly before: string;
  readonly journalFolder: string;
  readonly planFile: string;
  readonly where: ApplyTarget;
}

const withSubject = async (recipe: string, use: (s: Subject) => Promise<void>): Promise<void> => {
  const pair = makePair();
  const journalFolder = mkdtempSync(join(folder, 'journal-'));
  try {
    pair.recipe(recipe);
    const { path, sh } = pair.netns;
    const plan = await planOf(path);
    const planFile = join(journalFolder, 'plan');
    writeFileSync(planFile, JSON.stringify(plan));
    const where = { netns: path, sandbox: { address: sandbox.address }, journalFolder };
    await use({
      path,
      recipe,
      sh,
      plan,
      before: captureText({ sh }),
      journalFolder,
      planFile,
      where,
    });
  } finally {
    pair.remove();
  }
};

const planOf = async (path: string): Promise<NetworkPlan> => {
  const plan = compile({ multipath: 'first' })(await observeNetns(path));
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  return plan.right;
};

const journals = ({ journalFolder }: Subject): ReadonlyArray<string> =>
  readdirSync(journalFolder).filter((name) => name !== 'plan');

/** The namespace is as before, and nothing of netplan is left but a lock file that nobody holds. */
const expectAsBefore = (s: Subject, about: string): void => {
  counts.comparisons += 1;
  const found = [captureText(s), ...journals(s).filter((name) => !name.endsWith('.lock'))];
  if (found.join() !== s.before) counts.different += 1;
  expect(found, about).toStrictEqual([s.before]);
};

const describePoint = ({ index, name, when }: Point): string => `${index} ${when} ${name}`;

const giveBack = async (s: Subject): Promise<void> => {
  const options = { journalFolder: s.journalFolder };
  const released = await release(s.path, { ...options, force: true })(live)();
  if (E.isRight(released)) return;
  const recovered = await recover(s.path, { ...options, giveBack: true })(live)();
  expect(recovered, JSON.stringify(released.left)).toMatchObject({ right: {} });
};

/** `killAt` -1: it lives, unless it is killed from here. */
const startChild = (s: Subject, verb: ChildTask['verb'], killAt = -1): RunningChild => {
  const { path: netns, journalFolder, planFile, recipe } = s;
  const everyRead = recipe === EVERY_READ;
  const socket = sandbox.address;
  const task: ChildTask = { verb, netns, socket, journalFolder, planFile, killAt, everyRead };
  return children.run(task);
};

describeWith(['netns'], 'a fault at every point', () => {
  beforeAll(async () => {
    children = waitingChildren(buildChild('test/support/fault-child.ts'), 2);
    folder = mkdtempSync(join(tmpdir(), 'npt-fault-'));
    sandbox = await scriptedSandbox(join(folder, 'sock'));
  });

  afterAll(async () => {
    children.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
    const { points, faults, kills, comparisons, different } = counts;
    console.log(
      `fault suite: ${points} points, ${faults} failed calls, ${kills} kills, ${comparisons} comparisons, ${different} different`,
    );
  });

  test.each(RECIPES)('%s: every call fails with every errno', async (_, recipe) => {
    await withSubject(recipe, async (s) => {
      sandbox.answer = SUCCESS;
      const points: Point[] = [];
      const first = await apply(s.plan, s.where)(withFaults(live, recordIn(points), 5))();
      expect(first, JSON.stringify(first)).toMatchObject({
        right: { verification: { outcome: 'verified' } },
      });
      await giveBack(s);
      expectAsBefore(s, 'apply, then release');
      counts.points += points.length / 2;
      for (const point of points.filter(({ when }) => when === 'before'))
        for (const errno of errnosOf(point.name)) await failAt(s, point, errno);
    });
  });

  test.each(RECIPES)('%s: killed at every point of apply, then recovered', async (_, recipe) => {
    await withSubject(recipe, async (s) => {
      sandbox.answer = SUCCESS;
      for await (const index of killing(s, 'apply')) {
        const result = await recoverOrGiveBack(s);
        expectAsBefore(s, `killed at ${index}, ${JSON.stringify(result)}`);
      }
    });
  });

  test.each(RECIPES)('%s: killed at every point of recover, then recovered', async (_, recipe) => {
    await withSubject(recipe, async (s) => {
      const journal = await leaveInterrupted(s);
      for await (const index of killing(s, 'recover', takingAgain(s, journal))) {
        if (existsSync(journal)) {
          const options = { journalFolder: s.journalFolder, giveBack: true };
          const again = await recover(s.path, options)(live)();
          expect(E.isRight(again), JSON.stringify(again)).toBe(true);
        }
        expectAsBefore(s, `recover killed at ${index}`);
      }
    });
  });

  // release gives back with the code of recover: two recipes are enough.
  test.each(TWO_RECIPES)(
    '%s: killed at every point of release, then released',
    async (_, recipe) => {
      await withSubject(recipe, async (s) => {
        sandbox.answer = SUCCESS;
        expect(await startChild(s, 'apply').ended).toMatchObject({ killed: false });
        const journal = journalOf(s);
        for await (const index of killing(s, 'release', takingAgain(s, journal))) {
          if (existsSync(journal)) {
            const options = { journalFolder: s.journalFolder, force: true };
            const again = await release(s.path, options)(live)();
            expect(E.isRight(again), JSON.stringify(again)).toBe(true);
          }
          expectAsBefore(s, `release killed at ${index}`);
        }
      });
    },
  );

  test.each(TWO_RECIPES)('%s: every call of recover fails with every errno', async (_, recipe) => {
    await withSubject(recipe, async (s) => {
      const takeAgain = takingAgain(s, await leaveInterrupted(s));
      const options = { journalFolder: s.journalFolder, giveBack: true };
      const points: Point[] = [];
      takeAgain();
      expect(await recover(s.path, options)(withFaults(live, recordIn(points), 5))()).toMatchObject(
        { right: { outcome: 'given-back' } },
      );
      counts.points += points.length / 2;
      for (const { index, name } of points.filter(({ when }) => when === 'before'))
        for (const errno of errnosOf(name)) {
          takeAgain();
          const fault = (p: Point) => (p.index === index ? 'fail' : 'go');
          await recover(s.path, options)(withFaults(live, fault, errno))();
          counts.faults += 1;
          const again = await recover(s.path, options)(live)();
          expect(E.isRight(again), JSON.stringify(again)).toBe(true);
          expectAsBefore(s, `recover, ${index} ${name} errno ${errno}`);
        }
    });
  });

  test('killed wherever it is at moments of its time, then recovered', async () => {
    await withSubject(TWO_LINKS, async (s) => {
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
        expectAsBefore(s, `killed at moment ${moment} of ${MOMENTS}`);
      }
    });
  });
});

const MOMENTS = 24;

const recoverOrGiveBack = async (s: Subject): Promise<E.Either<unknown, unknown>> => {
  const result = await recover(s.path, { journalFolder: s.journalFolder })(live)();
  if (E.isLeft(result) || result.right.outcome === 'handed-over') await giveBack(s);
  return result;
};

const journalOf = (s: Subject): string => {
  const [name] = journals(s).filter((file) => file.endsWith('.journal'));
  if (name === undefined) throw new Error('no journal');
  return join(s.journalFolder, name);
};

/** Takes the addresses off again and puts the journal back: as the interrupted or finished apply left it. */
const takingAgain = (s: Subject, journal: string): (() => void) => {
  const copy = join(folder, 'journal-copy');
  copyFileSync(journal, copy);
  expect(s.sh('ip -o addr show dev eth0')).toBe('');
  return () => {
    s.sh(
      'ip addr flush dev eth0; ip link show eth1 >/dev/null 2>&1 && ip addr flush dev eth1 || true',
    );
    copyFileSync(copy, journal);
  };
};

/**
 * Runs a child again and again, killed before its first effect, its second and so on, until one lives to its
 * end; gives the number after each. How many effects there are may differ from run to run.
 */
async function* killing(
  s: Subject,
  verb: ChildTask['verb'],
  prepare: () => void = () => {},
): AsyncGenerator<number> {
  for (let index = 0; ; index++) {
    prepare();
    const { killed, output } = await startChild(s, verb, index).ended;
    if (killed) counts.kills += 1;
    else expect(JSON.parse(output), output).toMatchObject({ ok: true });
    yield index;
    if (!killed) {
      expect(index).toBeGreaterThan(8);
      return;
    }
    counts.points += 1;
  }
}

const failAt = async (s: Subject, point: Point, errno: number): Promise<void> => {
  const c = withFaults(live, (p) => (p.index === point.index ? 'fail' : 'go'), errno);
  const result = await apply(s.plan, s.where)(c)();
  counts.faults += 1;
  if (E.isRight(result)) await giveBack(s);
  else expect(result.left._tag).not.toBe('RollbackFailed');
  expectAsBefore(s, `${describePoint(point)} errno ${errno}`);
};

/** An apply that has taken every address and waits for an answer, killed there: inside the call. */
const leaveInterrupted = async (s: Subject): Promise<string> => {
  const running = startChild(s, 'apply');
  sandbox.answer = running.kill; // it has read the request, and answers with that
  expect(await running.ended).toMatchObject({ killed: true });
  sandbox.answer = SUCCESS;
  return journalOf(s);
};
