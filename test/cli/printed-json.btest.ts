/** What the commands print with --json is what the schemas say. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDocument } from '../../src/plan/documents/read.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { netplan } from '../support/run-cli.js';
import { misfits } from '../support/schema.js';
import { dualStack, oneLink } from '../support/states.js';

let dir = '';
const file = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'npt-schemas-'));
  writeFileSync(file('one.yaml'), writeDocument(NamespaceState, oneLink));
  writeFileSync(file('two.yaml'), writeDocument(NamespaceState, dualStack));
});
afterAll(() => rmSync(dir, { recursive: true }));

test.each<readonly [string, string, ReadonlyArray<string>]>([
  ['plan', 'network-plan', ['plan', '--state', 'two.yaml']],
  ['capture', 'namespace-state', ['capture', '--state', 'two.yaml']],
  ['diff', 'changes', ['diff', 'one.yaml', 'two.yaml']],
  ['diff of the same', 'changes', ['diff', 'one.yaml', 'one.yaml']],
  ['explain a link', 'explanation', ['explain', 'eth0', '--state', 'two.yaml']],
  ['explain default', 'explanation', ['explain', 'default', '--state', 'two.yaml']],
  ['apply --dry-run', 'ops', ['apply', '--state', 'two.yaml', '--dry-run']],
  ['targets', 'targets', ['targets']],
  ['a refused plan', 'failure', ['plan', '--state', 'two.yaml', '--target=nope']],
  ['a wrong use', 'failure', ['plan', '--nope']],
])('%s prints what %s.schema.json says', (_, schema, args) => {
  const { stdout } = netplan([...args.map((a) => (a.endsWith('.yaml') ? file(a) : a)), '--json']);
  expect(misfits(schema, JSON.parse(stdout))).toStrictEqual([]);
});
