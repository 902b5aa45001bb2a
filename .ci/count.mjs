/** count.mjs REPORT STATUS: what vitest counted, in one plain line; ends with STATUS, or 1 where a test failed or was skipped. */
import { readFileSync } from 'node:fs';

const [, , report, status] = process.argv;

const counts = () => {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return [numPassedTests, numFailedTests + numPendingTests + numTodoTests];
  } catch {
    return [0, 0]; // it did not come to the tests
  }
};

const [passed, failed] = counts();
// A file that cannot be loaded, or an error outside of a test, is no test that failed.
const told = failed === 0 && status !== '0' ? 1 : failed;
process.stdout.write(`${passed} passed, ${told} failed\n`);
process.exitCode = told === 0 ? 0 : Number(status) || 1;
