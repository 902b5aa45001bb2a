import { writeFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { readDocument, writeDocument } from '../../src/plan/documents/read.js';
import { NetworkPlan } from '../../src/plan/model/network-plan.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { compile } from '../../src/plan/rules/compile.js';
import { describe as diagnose } from '../../src/plan/views/failure-text.js';
import { compareWithKernel } from '../support/decision-witness.js';
import { fixtureFile, optionsOf, outcomeOf, recipes } from '../support/fixtures.js';
import { test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';

const byAddress = (a: { address: string }, b: { address: string }): number =>
  a.address < b.address ? -1 : 1;

/** The kernel dumps neighbors in the order of a hash that is another on every boot. */
const withoutIndex = (path: string): string => path.replace(/^neighbors\[\d+\]/, 'neighbors[]');

const unindexed = (list: NetworkPlan['losses']) =>
  list.map((one) => ({
    ...one,
    path: withoutIndex(one.path),
    objects: one.objects?.map(withoutIndex),
  }));

/** What does not depend on the namespace's identity or on what this kernel adds to an object. */
const substance = (outcome: ReturnType<typeof outcomeOf>) => {
  if (E.isLeft(outcome)) return unindexed(outcome.left.map(diagnose));
  const { basis, objects, ...rest } = outcome.right;
  return {
    ...rest,
    losses: unindexed(rest.losses),
    fdLinks: rest.fdLinks.map((link) => ({
      ...link,
      neighbors: link.neighbors.map(({ from, ...neighbor }) => neighbor).sort(byAddress),
    })),
  };
};

/** Only `npm run fixtures` writes states; a normal run compares. */
const capturing = process.env['NETPLAN_CAPTURE'] !== undefined;

describeWith(['netns'], 'fixtures on the kernel', () => {
  test.for(recipes)('$name', async ({ name, recipe }, { pair }) => {
    pair.recipe(recipe);
    const live = await observeNetns(pair.netns.path);
    const { netns: _, ...portable } = live;
    if (capturing)
      writeFileSync(fixtureFile(name, 'state.yaml'), writeDocument(NamespaceState, portable));

    const { disagreements } = await compareWithKernel(pair.netns, 1, 60);
    expect(disagreements).toStrictEqual([]);

    const captured = readDocument(NamespaceState, writeDocument(NamespaceState, live));
    if (E.isLeft(captured)) throw new Error(JSON.stringify(captured.left));
    const options = optionsOf(name);
    const fromLive = compile(options)(live);
    const fromCaptured = compile(options)(captured.right);
    const bytes = E.map((plan: NetworkPlan) => writeDocument(NetworkPlan, plan));
    expect(bytes(fromCaptured)).toStrictEqual(bytes(fromLive));
    expect(substance(fromLive)).toStrictEqual(substance(outcomeOf(name)));
  });
});
