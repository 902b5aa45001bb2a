/** Killed at every system call of apply, recover and release in real namespaces: afterwards nothing is different. */
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { ENODEV, EPERM } from '../../src/executor/linux/errno.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { buildChild } from '../support/build-child.js';
import type { ChildTask } from '../support/fault-child.js';
import { RECIPES, TWO_LINKS, takesEveryFault } from '../support/fault-recipes.js';
import {
  type FaultCounts,
  type FaultSubject,
  giveBack,
  hasJournal,
  takingAgain,
  whereOf,
} from '../support/fault-subject.js';
import { countsOf, type ExpectSameText, withSubject } from '../support/fault-world.js';
import { type Point, recordIn, withFaults } from '../support/faults.js';
import { describeWith } from '../support/requires.js';
import { type ScriptedSandbox, scriptedSandbox } from '../support/scripted-sandbox.js';
import {
  type RunningChild,
  type WaitingChildren,
  waitingChildren,
} from '../support/waiting-children.js';

let children: WaitingChildren;

const ENOBUFS = 105;
const MOMENTS = 24;
/** Fewer lasting calls than this, and the suite would not look where it means to. */
const LEAST_CALLS = 12;

interface World {
  readonly s: FaultSubject;
  readonly sandbox: ScriptedSandbox;
  readonly counts: FaultCounts;
  readonly expectSameText: ExpectSameText;
}

const inWorld = (
  recipe: string,
  context: TestContext,
  use: (world: World) => Promise<void>,
): Promise<void> =>
  withSubject(recipe, async (s, expectSameText) => {
    const sandbox = await scriptedSandbox(s.address);
    try {
      await use({ s, sandbox, counts: countsOf(context), expectSameText });
    } finally {
      await sandbox.stop();
    }
  });

/** `killAt` -1: it lives, unless it is killed from here. */
const startChild = (
  subject: FaultSubject,
  verb: ChildTask['verb'],
  { killAt = -1, ...more }: Partial<ChildTask> = {},
): RunningChild => {
  const task: ChildTask = { verb, subject, killAt, everyCall: false, ...more };
  return children.run(task);
};

const recoverOrGiveBack = async (s: FaultSubject): Promise<E.Either<unknown, unknown>> => {
  const { path, journalFolder } = s;
  const result = await recover(path, { journalFolder })(live)();
  if (E.isLeft(result) || result.right.outcome === 'handed-over') await giveBack(s);
  return result;
};

/** An apply that has taken every address and waits for an answer, killed there: inside the call. */
const leaveInterrupted = async ({ s, sandbox }: World): Promise<void> => {
  const running = startChild(s, 'apply');
  sandbox.answer = running.kill; // it has read the request, and answers with that
  expect(await running.ended).toMatchObject({ killed: true });
};

/**
 * Runs a child again and again, killed before its first call, its second and so on, until one lives to its
 * end; gives the number after each. How many calls there are may differ from run to run.
 */
async function* killing(
  { s, counts }: World,
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
    children = waitingChildren(await buildChild('test/support/fault-child.ts'), 4);
  });

  afterAll(() => children.stop());

  test.concurrent.for(RECIPES)('%s: in apply, then recovered', async ([, recipe], context) => {
    await inWorld(recipe, context, async (world) => {
      for await (const about of killing(world, 'apply', takesEveryFault(recipe))) {
        const result = await recoverOrGiveBack(world.s);
        world.expectSameText(world.counts, `${about}, ${JSON.stringify(result)}`);
      }
    });
  });

  test.concurrent.for(RECIPES)('%s: in recover, then recovered', async ([, recipe], context) => {
    await inWorld(recipe, context, async (world) => {
      const { s, counts, expectSameText } = world;
      await leaveInterrupted(world);
      const { path, journalFolder } = s;
      for await (const about of killing(
        world,
        'recover',
        takesEveryFault(recipe),
        takingAgain(s),
      )) {
        const again = await recover(path, { journalFolder, giveBack: true })(live)();
        expect(again, JSON.stringify(again)).toMatchObject({ right: {} });
        expectSameText(counts, about);
      }
    });
  });

  test.concurrent.for(RECIPES)('%s: in release, then released', async ([, recipe], context) => {
    await inWorld(recipe, context, async (world) => {
      const { s, counts, expectSameText } = world;
      const { path, journalFolder } = s;
      expect(await startChild(s, 'apply').ended).toMatchObject({ killed: false });
      for await (const about of killing(
        world,
        'release',
        takesEveryFault(recipe),
        takingAgain(s),
      )) {
        if (hasJournal(s)) {
          const again = await release(path, { journalFolder, force: true })(live)();
          expect(again, JSON.stringify(again)).toMatchObject({ right: {} });
        }
        expectSameText(counts, about);
      }
    });
  });

  test.concurrent.for(RECIPES)(
    '%s: by itself, when it cannot leave the namespace',
    async ([, recipe], context) => {
      await inWorld(recipe, context, async ({ s, counts, expectSameText }) => {
        for (let notHomeFrom = 0; ; notHomeFrom++) {
          const { killed } = await startChild(s, 'apply', { notHomeFrom }).ended;
          if (killed) counts.kills += 1;
          await recoverOrGiveBack(s);
          expectSameText(counts, `not home from stretch ${notHomeFrom}`);
          if (killed) continue;
          expect(notHomeFrom).toBe(2 + s.plan.fdLinks.length); // objects, filters, and one for each socket
          return;
        }
      });
    },
  );

  test.concurrent.for(RECIPES)(
    '%s: alive, when the kernel refuses a change',
    async ([, recipe], context) => {
      await inWorld(recipe, context, async ({ s, counts, expectSameText }) => {
        const points: Point[] = [];
        await apply(s.plan, whereOf(s))(withFaults(live, recordIn(points), EPERM))();
        await giveBack(s);
        const changes = points.filter((p) => p.when === 'before' && p.name.startsWith('change'));
        expect(changes.length).toBeGreaterThan(0);
        for (const { index, name } of changes)
          for (const errno of [EPERM, ENODEV, ENOBUFS]) {
            const fails = withFaults(live, (p) => (p.index === index ? 'fail' : 'go'), errno);
            expect(await apply(s.plan, whereOf(s))(fails)()).toMatchObject({
              left: { _tag: 'RolledBack' },
            });
            counts.refusals += 1;
            expectSameText(counts, `${name}: errno ${errno}`);
          }
      });
    },
  );

  test.concurrent('at moments of its time, wherever it is', async (context) => {
    await inWorld(TWO_LINKS, context, async ({ s, counts, expectSameText }) => {
      const started = performance.now();
      await startChild(s, 'apply').ended;
      const whole = performance.now() - started;
      await giveBack(s);
      for (let moment = 0; moment < MOMENTS; moment++) {
        const running = startChild(s, 'apply');
        setTimeout(running.kill, (whole * moment) / MOMENTS);
        if ((await running.ended).killed) counts.kills += 1;
        await recoverOrGiveBack(s);
        expectSameText(counts, `killed at moment ${moment} of ${MOMENTS}`);
      }
    });
  });
});
