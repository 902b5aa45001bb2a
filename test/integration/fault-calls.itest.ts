/** Every system call of apply, recover and release fails with each of its errors: afterwards nothing is different. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildChild } from '../support/build-child.js';
import type { FaultCallsTask } from '../support/fault-calls-child.js';
import { RECIPES, takesEveryFault } from '../support/fault-recipes.js';
import { type FaultCounts, noFaults } from '../support/fault-subject.js';
import { countsOf, withSubject } from '../support/fault-world.js';
import { describeWith } from '../support/requires.js';
import { type WaitingChildren, waitingChildren } from '../support/waiting-children.js';

const VERBS = ['apply', 'undo', 'recover', 'recover of all', 'release'] as const;
const CASES = RECIPES.flatMap(([name, recipe]) =>
  VERBS.map((verb) => [name, verb, recipe] as const),
);

const sum = noFaults();
let children: WaitingChildren;

describeWith(['netns'], 'a fault in every system call', () => {
  beforeAll(async () => {
    children = waitingChildren(await buildChild('test/support/fault-calls-child.ts'), 2);
  });

  afterAll(() => {
    children.stop();
    expect(sum.unmet).toBeLessThan(sum.faults / 20);
  });

  test.concurrent.for(CASES)('%s: %s', async ([, verb, recipe], context) => {
    const counts = countsOf(context);
    await withSubject(recipe, async (subject, expectSameText) => {
      const everyFault = takesEveryFault(recipe);
      const task: FaultCallsTask = { verb, subject, everyFault };
      const { output } = await children.run(task).ended;
      const done: FaultCounts = JSON.parse(output);
      for (const key of Object.keys(counts) as Array<keyof FaultCounts>) {
        counts[key] += done[key];
        sum[key] += done[key];
      }
      expect(counts.faults).toBeGreaterThan(0);
      expectSameText(counts, 'after all of them');
    });
  });
});
