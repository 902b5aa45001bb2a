/** Outputs of iproute2 as sources, as a person gives them: read with notes, or refused once with the command to run. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { netplan, ROOT } from '../support/run-cli.js';

let dir = '';
const file = (name: string) => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'npt-iproute2-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A folder of real outputs, of which some are others. */
const folder = (name: string, others: Readonly<Record<string, string>> = {}): string => {
  cpSync(join(ROOT, 'fixtures/wire/iproute2/4.20.0'), file(name), { recursive: true });
  for (const [part, text] of Object.entries(others)) writeFileSync(join(file(name), part), text);
  return file(name);
};

const RULE = '[{"priority":0,"src":"all","table":"local","planet":"mars"}]';

test('what was left out is a note of the plan, and said beside an explanation and a captured state', () => {
  const state = folder('notes', { 'rule4.json': RULE });
  const plan = netplan(['plan', '--state', state, '--json']);
  expect(plan.status).toBe(0);
  expect(JSON.parse(plan.stdout)).toMatchObject({
    notes: [{ code: 'note/address-tentative' }, { code: 'iproute2/unknown-key', path: 'rule[0]' }],
    losses: expect.arrayContaining([
      expect.objectContaining({ code: 'dropped/rule', objects: ['rules[0]'] }),
      // What a rule does that is not understood, nobody can say.
      expect.objectContaining({ code: 'loss/forwarding', objects: ['rules[0]'] }),
    ]),
  });
  for (const command of [['capture'], ['explain', 'eth0']]) {
    const { status, stderr, stdout } = netplan([...command, '--state', state]);
    expect([status, stderr]).toStrictEqual([0, expect.stringContaining('has "planet" here')]);
    expect(stdout).not.toContain('iproute2/unknown-key');
  }
});

test('a folder of empty files is a row of commands that failed', () => {
  mkdirSync(file('empty'));
  for (const part of ['addr', 'route4', 'route6', 'neigh'])
    writeFileSync(join(file('empty'), `${part}.json`), '');
  const { status, stderr, stdout } = netplan(['plan', '--state', file('empty')]);
  expect([status, stdout]).toStrictEqual([65, '']);
  expect(stderr.match(/iproute2\/no-output/g)).toHaveLength(4);
  expect(stderr).toContain('remedy: run `ip -j neigh show nud all` again');
});

test.each([
  ['/dev/zero', '/dev/zero'],
  ['a sparse file of a GiB', 'sparse'],
])('%s is refused where it is too long, as state, plan and bundle', (_, name) => {
  if (name === 'sparse') {
    writeFileSync(file('sparse'), '');
    truncateSync(file('sparse'), 2 ** 30);
  }
  const path = name === 'sparse' ? file(name) : name;
  for (const args of [
    ['plan', '--state', path],
    ['apply', path, '--dry-run'],
  ]) {
    const { status, stderr } = netplan(args);
    expect([status, stderr]).toStrictEqual([65, expect.stringContaining('file/too-large')]);
  }
});
