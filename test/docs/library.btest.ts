import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** By its own name, as a program that has installed netplan: through package.json's exports. */
const run = (script: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });

test('netplan/plan plans, netplan/executor offers what applies it, netplan/sandbox what takes it', () => {
  const printed = run(`
    import { readFileSync } from 'node:fs';
    import * as plan from 'netplan/plan';
    import * as executor from 'netplan/executor';
    import * as sandbox from 'netplan/sandbox';
    import * as whole from 'netplan';
    const state = plan.readDocument(plan.NamespaceState, readFileSync('fixtures/one-default-gateway/state.yaml', 'utf8'));
    const planned = plan.compile({ target: 'latest' })(state.right);
    console.log(plan.linearise(planned.right).length, typeof executor.apply, typeof executor.liveCapabilities, typeof sandbox.runSandbox);
    console.log(Object.keys({ ...plan, ...executor }).every((name) => name in whole));
  `);
  expect(printed).toBe('4 function object function\ntrue\n');
});
