/**
 * Four suites: unit anywhere and from the sources alone, built on what `npm run build` made, kernel where namespaces can
 * be made, gvisor where runsc is installed.
 */
import { defineConfig } from 'vitest/config';

const suite = (name: string, pattern: string, timeoutMs: number) => ({
  extends: true as const,
  test: {
    name,
    include: [pattern],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    // One namespace suite at a time: they share the machine's runsc, /run/netns and two cores.
    ...(name === 'unit' || name === 'built' ? {} : { fileParallelism: false }),
  },
});

/** A file for the counts, where a caller wants them by machine. */
const report = process.env['NETPLAN_TEST_REPORT'];

export default defineConfig({
  test: {
    ...(report === undefined ? {} : { reporters: ['default', ['json', { outputFile: report }]] }),
    projects: [
      suite('unit', 'test/**/*.test.ts', 30_000),
      suite('built', 'test/**/*.btest.ts', 30_000),
      suite('kernel', 'test/**/*.itest.ts', 300_000),
      suite('gvisor', 'test/**/*.gtest.ts', 300_000),
    ],
  },
});
