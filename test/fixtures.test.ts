import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { encodeCall } from '../src/executor/urpc/message.js';
import { writeDocument } from '../src/plan/documents/read.js';
import { writeYaml } from '../src/plan/documents/write.js';
import { NetworkPlan } from '../src/plan/model/network-plan.js';
import { linearise } from '../src/plan/model/ops.js';
import { describe as diagnose } from '../src/plan/views/failure-text.js';
import { opsText } from '../src/plan/views/ops-text.js';
import { fixtureFile, fixtures, outcomeOf } from './support/fixtures.js';

const PLANNED = ['plan.yaml', 'ops.txt', 'urpc.json'];
const REFUSED = ['errors.yaml'];

const outcome = (name: string): Readonly<Record<string, string>> => {
  const result = outcomeOf(name);
  if (E.isLeft(result)) return { 'errors.yaml': writeYaml(result.left.map(diagnose)) };
  const plan = result.right;
  return {
    'plan.yaml': writeDocument(NetworkPlan, plan),
    'ops.txt': opsText(linearise(plan)),
    'urpc.json': plan.network === 'host' ? '' : `${encodeCall(plan).json}\n`,
  };
};

describe.each(fixtures)('%s', (name) => {
  test('has the recorded outcome, and no other', async () => {
    const files = outcome(name);
    for (const [base, text] of Object.entries(files))
      await expect(text).toMatchFileSnapshot(fixtureFile(name, base));
    for (const other of 'plan.yaml' in files ? REFUSED : PLANNED)
      expect(existsSync(fixtureFile(name, other)), `stale ${other}`).toBe(false);
  });
});

test('there are at least 25 cases', () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(25);
});
