/**
 * Walks in random order over all fixtures' namespaces and what can be done to them, and go wrong: not only how a
 * namespace stands is tested, but every way from one to another. A walk that goes astray is told, step by step.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cases } from '../support/cases.js';
import { fixtures } from '../support/fixtures.js';
import { placeOf } from '../support/walk/places.js';
import { walks } from '../support/walk/step.js';
import { Walker } from '../support/walk/walker.js';

test('any walk', async () => {
  await fc.assert(
    fc.asyncProperty(walks(fixtures), async ({ visits }) => {
      const walker = new Walker(visits[0]?.fixture ?? '');
      try {
        for (const visit of visits) await walker.visit(visit);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`${walker.text()}\n${why}`, { cause: error });
      }
    }),
    cases(60),
  );
});

/** Without those that have no plan, and the machine's own namespace, which apply refuses. */
const handedOver = fixtures.filter((fixture) => {
  const { plan, state } = placeOf(fixture);
  return plan !== null && state.netns?.root !== true;
});

describe.each(handedOver)('%s', (fixture) => {
  const apply = { does: 'apply', plan: 'its own', sandbox: 'takes it', fault: null } as const;
  const release = { does: 'release', decided: false, sandbox: 'is gone', fault: null } as const;

  test('is handed over and given back', async () => {
    const walker = new Walker(fixture);
    await walker.visit({ fixture, steps: [apply, release] });
    const { takesNothing } = placeOf(fixture);
    expect(walker.text()).toContain(
      takesNothing ? 'called, nothing taken: own' : 'given back: own',
    );
  });
});
