/**
 * Four suites: unit anywhere and from the sources alone, built on what `npm run build` made, kernel where namespaces can
 * be made, gvisor where runsc is installed.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { faultReport } from './test/support/fault-report.js';

/** An end for what would never come to one: no test is late because it is slow, on the busiest machine. */
const HANGS_MS = 1_200_000;

const suite = (name: string, pattern: string, more: object = {}) => ({
  extends: true as const,
  test: { name, include: [pattern], testTimeout: HANGS_MS, hookTimeout: HANGS_MS, ...more },
});

/**
 * A process for each core loads fp-ts, io-ts and the sources once for all of its files, which is half the time of a run:
 * the files keep nothing where another could see it. Processes and not threads, because files count their descriptors.
 */
const sharedProcess = { pool: 'forks', isolate: false, maxWorkers: availableParallelism() };

/**
 * Suites of namespaces share nothing but the machine, and more than half of their time they wait for its kernel:
 * two of them for each core, after the others.
 */
const namespaces = { maxWorkers: 2 * availableParallelism(), sequence: { groupOrder: 1 } };

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
      suite('unit', 'test/**/*.test.ts', {
        ...sharedProcess,
        setupFiles: ['test/support/property-setup.ts'],
      }),
      suite('built', 'test/**/*.btest.ts', { maxWorkers: availableParallelism() }),
      suite('kernel', 'test/**/*.itest.ts', namespaces),
      suite('gvisor', 'test/**/*.gtest.ts', namespaces),
    ],
  },
});
