/** Journals that 0.1.0 wrote (version-1/) are given back by recover and release, and stand in the way of an apply. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { recover } from '../../../src/executor/giveback/recover.js';
import { release } from '../../../src/executor/giveback/release.js';
import { apply } from '../../../src/executor/handover/apply.js';
import { takenAddresses } from '../../../src/executor/journal/header.js';
import { parseJournal } from '../../../src/executor/journal/journal.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { type FakeWorld, fakeWorld } from '../../support/fake-machine.js';
import { FAKE_NAMESPACES } from '../../support/fake-namespaces.js';

const NETNS = '/run/netns/blue';
const JOURNAL = '/run/netplan/netns-41.journal';

const written = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'version-1', `${name}.journal`), 'utf8');

const recorded = (journal: string): NamespaceState => {
  const parsed = parseJournal(JOURNAL, journal);
  if (E.isLeft(parsed)) throw new Error(parsed.left.why);
  return parsed.right.header.before;
};

/** A namespace that was handed over, with the journal that 0.1.0 would have left of it. */
const handedOver = async (namespace: string, journal: string) => {
  const make = FAKE_NAMESPACES[namespace];
  if (make === undefined) throw new Error(namespace);
  const world: FakeWorld = fakeWorld(make());
  // As 0.1.0 recorded it; the fake kernel of that day made fewer local routes.
  world.kernel.load(recorded(journal));
  const before = world.kernel.text();
  const plan = compile({})(world.kernel.state());
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  const where = { netns: NETNS, sandbox: { address: '/run/sock' } };
  const again = () => apply(plan.right, where)(world.capabilities)();
  expect(E.isRight(await again())).toBe(true);
  world.files.put(JOURNAL, { text: journal });
  return { world, before, again, plan: plan.right };
};

describe.each([
  ['point to point', 'point-to-point'],
  ['secondaries with a label', 'secondaries-with-a-label'],
  ['two links, dual stack, one subnet', 'two-links'],
])('%s', (namespace, file) => {
  const text = written(file);

  test('is read: what was taken are the addresses of the plan', async () => {
    const { plan } = await handedOver(namespace, text);
    const journal = parseJournal(JOURNAL, text);
    if (E.isLeft(journal)) throw new Error(journal.left.why);
    const taken = takenAddresses(journal.right.header).map(({ local }) => local);
    const planned = plan.fdLinks.flatMap(({ hostAddresses }) => hostAddresses);
    expect([...taken].sort()).toStrictEqual(planned.map(({ local }) => local).sort());
  });

  test('stands in the way of another apply, with the addresses', async () => {
    const { again } = await handedOver(namespace, text);
    const result = await again();
    expect(result).toMatchObject({ left: { _tag: 'HandedOver' } });
    const addresses = E.isLeft(result) && 'addresses' in result.left ? result.left.addresses : [];
    expect(addresses.length).toBeGreaterThan(0);
  });

  test('is given back by release', async () => {
    const { world, before } = await handedOver(namespace, text);
    world.sandbox.alive = false;
    const result = await release(NETNS)(world.capabilities)();
    expect(result).toMatchObject({ right: { outcome: 'given-back' } });
    expect(world.kernel.text()).toBe(before);
    expect(world.files.journals()).toStrictEqual([]);
  });

  test('is given back by recover, where the apply was interrupted', async () => {
    const { world, before } = await handedOver(namespace, `${text.split('\n')[0]}\n`);
    const result = await recover(NETNS)(world.capabilities)();
    expect(result).toMatchObject({ right: { outcome: 'given-back' } });
    expect(world.kernel.text()).toBe(before);
  });
});

test.each([
  ['another address', '192.0.2.2 prefixlen', '192.0.2.9 prefixlen'],
  ['another link', 'dev eth0 scope', 'dev eth7 scope'],
  ['another sentence', 'address inet 192.0.2.2', 'addr 192.0.2.2'],
])('one that says that %s was taken than there was is not believed', (_, from, to) => {
  const text = written('point-to-point');
  expect(parseJournal(JOURNAL, text.replace(from, to))).toMatchObject({
    left: { _tag: 'JournalUnreadable' },
  });
});

test('one of a later format is not read', () => {
  const text = written('point-to-point').replace('"formatVersion":1', '"formatVersion":3');
  expect(parseJournal(JOURNAL, text)).toMatchObject({ left: { _tag: 'JournalUnreadable' } });
});
