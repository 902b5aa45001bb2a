/**
 * Four suites: unit anywhere and from the sources alone, built on what `npm run build` made, kernel where namespaces can
 * be made, gvisor where runsc is installed.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { faultReport } from './test/support/fault-report.js';

const suite = (name: string, pattern: string, timeoutMs: number) => ({
  extends: true as const,
  test: {
    name,
    include: [pattern],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});

/**
 * Suites of namespaces share nothing but the machine, and more than half of their time they wait for its kernel:
 * two of them for each core, after the others. A test that never ends is ended; none is late because it is slow.
 */
const namespaceSuite = (name: string, pattern: string) => {
  const { test, ...rest } = suite(name, pattern, 1_200_000);
  const workers = { maxWorkers: 2 * availableParallelism(), sequence: { groupOrder: 1 } };
  return { ...rest, test: { ...test, ...workers } };
};

/** A file for the counts, where a caller wants them by machine. */
const report = process.env['NETPLAN_TEST_REPORT'];

export default defineConfig({
  test: {
    reporters: [
      'default',
      faultReport,
      ...(report === undefined
        ? []
        : [['json', { outputFile: report }] satisfies [string, object]]),
    ],
    projects: [
      suite('unit', 'test/**/*.test.ts', 30_000),
      suite('built', 'test/**/*.btest.ts', 30_000),
      namespaceSuite('kernel', 'test/**/*.itest.ts'),
      namespaceSuite('gvisor', 'test/**/*.gtest.ts'),
    ],
  },
});
