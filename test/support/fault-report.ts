/** A reporter for vitest: in one line at the end, what the fault suites have done. */
import type { Reporter, TestModule } from 'vitest/node';
import type { FaultCounts } from './fault-subject.js';
import type {} from './fault-world.js'; // the type of a test's meta

const WORDS: Readonly<Record<keyof FaultCounts, string>> = {
  points: 'points',
  faults: 'failed calls',
  unmet: 'not come to again',
  kills: 'kills',
  refusals: 'refusals',
  comparisons: 'comparisons',
  different: 'different',
};

const countsIn = (modules: ReadonlyArray<TestModule>): ReadonlyArray<FaultCounts> =>
  modules.flatMap(({ children }) =>
    [...children.allTests()].flatMap((test) => test.meta().faults ?? []),
  );

const summary = (counts: ReadonlyArray<FaultCounts>): string =>
  Object.entries(WORDS)
    .map(([key, word]) => {
      const sum = counts.reduce((total, one) => total + one[key as keyof FaultCounts], 0);
      return `${sum} ${word}`;
    })
    .join(', ');

export const faultReport: Reporter = {
  onTestRunEnd: (modules) => {
    const counts = countsIn(modules);
    if (counts.length > 0) process.stdout.write(`\nfault suites: ${summary(counts)}\n`);
  },
};
