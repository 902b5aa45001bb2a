/** recover and release against the fake kernel: killed anywhere, run again, refused where they must be. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import { recover } from '../../../src/executor/giveback/recover.js';
import { recoverAll } from '../../../src/executor/giveback/recover-all.js';
import { release } from '../../../src/executor/giveback/release.js';
import { type ApplyTarget, apply } from '../../../src/executor/handover/apply.js';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { someOf } from '../../support/cases.js';
import { FakeKernel } from '../../support/fake-kernel/kernel.js';
import { type FakeWorld, fakeWorld } from '../../support/fake-machine.js';
import { FAKE_NAMESPACES } from '../../support/fake-namespaces.js';
import { Crash, type Point, recordIn, withFaults } from '../../support/faults.js';

const NETNS = '/run/netns/blue';
const WHERE: ApplyTarget = { netns: NETNS, sandbox: { address: '/run/sock' } };
const JOURNAL = '/run/netplan/netns-41.journal';

type NamedWorld = FakeWorld & { readonly name: string };

const worldOf = (name: string): NamedWorld => {
  const make = FAKE_NAMESPACES[name];
  if (make === undefined) throw new Error(name);
  return { ...fakeWorld(make()), name };
};

/** The plan of a namespace as it is at first: a saved one, when it is applied a second time. */
const plans = new Map<string, NetworkPlan>();
const planFor = (name: string): NetworkPlan => {
  const plan = plans.get(name);
  if (plan !== undefined) return plan;
  const compiled = compile({ multipath: 'first' })(worldOf(name).kernel.state());
  if (E.isLeft(compiled)) throw new Error(JSON.stringify(compiled.left));
  plans.set(name, compiled.right);
  return compiled.right;
};

const applying = (world: NamedWorld, c: Capabilities, where = WHERE) =>
  apply(planFor(world.name), where)(c)();

/** Runs `task` and kills it at point `index`; what the kernel does with a dead process's locks and files follows. */
const killedAt = async (
  world: FakeWorld,
  index: number,
  task: (c: Capabilities) => Promise<unknown>,
): Promise<Point | null> => {
  let died: Point | null = null;
  const c = withFaults(
    world.capabilities,
    (point) => {
      if (point.index !== index) return 'go';
      died = point;
      throw new Crash(point.name);
    },
    5,
  );
  await task(c).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
  world.files.freeLocks();
  world.kernel.openFds.clear();
  return died;
};

const pointsOf = async (
  world: FakeWorld,
  task: (c: Capabilities) => Promise<unknown>,
): Promise<ReadonlyArray<Point>> => {
  const points: Point[] = [];
  await task(withFaults(world.capabilities, recordIn(points), 5));
  return points;
};

const applied = async (name: string, where = WHERE): Promise<NamedWorld & { text: string }> => {
  const world = worldOf(name);
  const text = world.kernel.text();
  expect(E.isRight(await applying(world, world.capabilities, where))).toBe(true);
  return { ...world, text };
};

const leftOf = (result: E.Either<ExecError, unknown>): ExecError => {
  if (E.isRight(result)) throw new Error('it succeeded');
  return result.left;
};

const names = someOf(Object.keys(FAKE_NAMESPACES));

describe.each(names)('%s', (name) => {
  test('apply killed at any point, then recover: as before, or unknown, or handed over', async () => {
    const total = await countPoints(name);
    const phases = new Set<string>();
    for (let index = 0; index < total; index++) {
      const world = worldOf(name);
      const text = world.kernel.text();
      const point = await killedAt(world, index, (c) => applying(world, c));
      const result = await recover(NETNS)(world.capabilities)();
      const taken = world.sandbox.taken.length > 0;
      if (E.isLeft(result)) {
        expect(result.left._tag).toBe('OutcomeUnknown');
        const forced = await recover(NETNS, { giveBack: true })(world.capabilities)();
        expect(forced).toMatchObject({ right: { outcome: 'given-back' } });
        phases.add('unknown');
      } else if (result.right.outcome === 'handed-over') {
        expect(taken, point?.name).toBe(true);
        world.sandbox.alive = false;
        expect(await release(NETNS)(world.capabilities)()).toMatchObject({
          right: { outcome: 'given-back' },
        });
        phases.add('handed over');
      } else {
        expect(taken, point?.name).toBe(false);
        phases.add(result.right.outcome);
      }
      expect(world.kernel.text(), `${point?.name} ${point?.when}`).toBe(text);
      expect(world.files.journals()).toStrictEqual([]);
    }
    expect([...phases].sort()).toStrictEqual(
      ['given-back', 'handed over', 'nothing-to-do', 'unknown'].sort(),
    );
  });

  test('recover killed at any point, then recover again: as before', async () => {
    const midway = await lastRemovalOf(name);
    const interrupted = async () => {
      const world = worldOf(name);
      const text = world.kernel.text();
      await killedAt(world, midway, (c) => applying(world, c));
      return { world, text };
    };
    const { world: first } = await interrupted();
    const total = (await pointsOf(first, (c) => recover(NETNS)(c)())).length;
    expect(total).toBeGreaterThan(10);
    for (let index = 0; index < total; index++) {
      const { world, text } = await interrupted();
      await killedAt(world, index, (c) => recover(NETNS)(c)());
      expect(E.isRight(await recover(NETNS)(world.capabilities)())).toBe(true);
      expect(world.kernel.text()).toBe(text);
      expect(world.files.journals()).toStrictEqual([]);
    }
  });

  test('release gives everything back, also when it is killed and run again', async () => {
    const first = await applied(name);
    first.sandbox.alive = false;
    const points = await pointsOf(first, (c) => release(NETNS)(c)());
    expect(first.kernel.text()).toBe(first.text);
    for (const { index } of points) {
      const world = await applied(name);
      world.sandbox.alive = false;
      await killedAt(world, index, (c) => release(NETNS)(c)());
      const again = await release(NETNS)(world.capabilities)();
      if (E.isLeft(again)) expect(again.left._tag).toBe('NoJournal');
      expect(world.kernel.text()).toBe(world.text);
    }
  });
});

const DUAL = 'two links, dual stack, one subnet';

describe('a second apply', () => {
  test('says when and to whom the namespace was handed over', async () => {
    const world = await applied(DUAL);
    const error = leftOf(await applying(world, world.capabilities));
    expect(error).toMatchObject({
      _tag: 'HandedOver',
      record: { at: '2026-01-02T03:04:05.000Z', sandbox: '/run/sock', pid: 4242 },
    });
    expect(error._tag === 'HandedOver' ? error.addresses.length : 0).toBeGreaterThan(0);
  });

  test('after release works', async () => {
    const world = await applied(DUAL);
    world.sandbox.alive = false;
    await release(NETNS)(world.capabilities)();
    world.sandbox.alive = true;
    expect(E.isRight(await applying(world, world.capabilities))).toBe(true);
  });

  test('works when somebody else gave the addresses back and the sandbox is gone', async () => {
    const world = await applied('one address and a gateway', {
      ...WHERE,
      sandbox: { address: '/run/sock', pid: 77 },
    });
    const fresh = worldOf('one address and a gateway').kernel;
    world.kernel.addresses = fresh.addresses;
    world.kernel.routes = fresh.routes;
    expect(leftOf(await applying(world, world.capabilities))._tag).toBe('HandedOver');
    world.machine.processes.clear();
    expect(E.isRight(await applying(world, world.capabilities))).toBe(true);
  });

  test('after an interrupted one asks for recover', async () => {
    const world = worldOf(DUAL);
    const total = await countPoints(DUAL);
    for (let index = 0; index < total; index++) {
      const point = await killedAt(world, index, (c) => applying(world, c));
      if (world.files.journals().length > 0 && point?.name === 'bind') break;
    }
    expect(leftOf(await applying(world, world.capabilities))._tag).toBe('ApplyInterrupted');
  });
});

describe('release', () => {
  test.each([
    ['socket accepts', { address: '/run/sock' }, () => {}],
    [
      'process runs',
      { address: '/run/sock', pid: 77 },
      (world: FakeWorld) => {
        world.sandbox.alive = false;
      },
    ],
  ])('refuses while the %s, unless told', async (_, sandbox, prepare) => {
    const world = await applied(DUAL, { ...WHERE, sandbox });
    prepare(world);
    expect(leftOf(await release(NETNS)(world.capabilities)())._tag).toBe('SandboxAlive');
    expect(world.kernel.text()).not.toBe(world.text);
    expect(E.isRight(await release(NETNS, { force: true })(world.capabilities)())).toBe(true);
    expect(world.kernel.text()).toBe(world.text);
  });

  test('is not misled by another process with the same pid', async () => {
    const world = await applied(DUAL, { ...WHERE, sandbox: { address: '/run/sock', pid: 77 } });
    world.machine.processes.set(77, '999');
    expect(E.isRight(await release(NETNS)(world.capabilities)())).toBe(true);
  });

  test('without a journal says so', async () => {
    expect(leftOf(await release(NETNS)(worldOf(DUAL).capabilities)())._tag).toBe('NoJournal');
  });
});

describe('a journal', () => {
  test('of another boot is refused', async () => {
    const world = await applied(DUAL);
    world.machine.bootId = 'boot-2';
    const error = leftOf(await recover(NETNS)(world.capabilities)());
    expect(error).toMatchObject({ _tag: 'JournalElsewhere', what: 'boot', recorded: 'boot-1' });
  });

  test('of another boot does not stand in the way of an apply', async () => {
    const world = await applied(DUAL);
    const next = worldOf(DUAL);
    for (const [path, file] of world.files.files) next.files.put(path, file);
    next.machine.bootId = 'boot-2';
    expect(E.isRight(await applying(next, next.capabilities))).toBe(true);
  });

  test('of another namespace is refused, also when that has the same path', async () => {
    const world = await applied(DUAL);
    const kernel = new FakeKernel([], { identity: { inode: '1', cookie: '99', root: false } });
    const other = fakeWorld(kernel);
    for (const [path, file] of world.files.files) other.files.put(path, file);
    const all = await recoverAll()(other.capabilities)();
    expect(all).toMatchObject({
      right: [
        { journal: JOURNAL, result: { left: { _tag: 'JournalElsewhere', what: 'namespace' } } },
      ],
    });
  });

  test.each([
    ['belongs to another user', { uid: 1000 }],
    ['is open to others', { mode: 0o644 }],
    ['is a link', { kind: 'link' as const }],
  ])('that %s is not used', async (_, facts) => {
    const world = await applied(DUAL);
    const file = world.files.files.get(JOURNAL);
    world.files.put(JOURNAL, { ...file, ...facts });
    expect(leftOf(await recover(NETNS)(world.capabilities)())._tag).toBe('UnsafeFile');
  });

  test('that is not one is named, with the place', async () => {
    const world = await applied(DUAL);
    world.files.put(JOURNAL, { text: '{"kind":"Journal"}\n' });
    expect(leftOf(await recover(NETNS)(world.capabilities)())).toMatchObject({
      _tag: 'JournalUnreadable',
      path: JOURNAL,
    });
  });

  test('whose last line was cut is one that had not come to that step', async () => {
    const world = await applied(DUAL);
    const text = world.files.files.get(JOURNAL)?.text ?? '';
    const calling = text.slice(0, text.indexOf('"calling"') + 4);
    world.files.put(JOURNAL, { text: calling });
    expect(await recover(NETNS)(world.capabilities)()).toMatchObject({
      right: { outcome: 'given-back' },
    });
    expect(world.kernel.text()).toBe(world.text);
  });

  test('with an unknown outcome is undone without asking when the sandbox is gone', async () => {
    const world = worldOf(DUAL);
    const text = world.kernel.text();
    world.sandbox.answers = E.left({
      _tag: 'ExchangeBroken',
      method: 'm',
      sent: true,
      why: 'closed',
      detail: '',
    });
    await applying(world, world.capabilities);
    expect(leftOf(await recover(NETNS)(world.capabilities)())._tag).toBe('OutcomeUnknown');
    world.sandbox.alive = false;
    expect(E.isRight(await recover(NETNS)(world.capabilities)())).toBe(true);
    expect(world.kernel.text()).toBe(text);
  });
});

test('a rollback that is interrupted after the sandbox refused is not an unknown outcome', async () => {
  const world = worldOf(DUAL);
  const text = world.kernel.text();
  world.sandbox.answers = E.left({ _tag: 'RemoteError', method: 'm', message: 'no' });
  let refused = false;
  const c = withFaults(
    world.capabilities,
    ({ name, when }) => {
      if (name === 'call' && when === 'after') refused = true;
      if (refused && name === 'observe') throw new Crash();
      return 'go';
    },
    5,
  );
  await expect(applying(world, c)).rejects.toThrow(Crash);
  world.files.freeLocks();
  expect(world.kernel.text()).not.toBe(text);
  expect(await recover(NETNS)(world.capabilities)()).toMatchObject({
    right: { outcome: 'given-back' },
  });
  expect(world.kernel.text()).toBe(text);
});

test('a finished apply whose sandbox and namespace are gone is forgotten, one that is not is kept', async () => {
  const world = await applied(DUAL);
  const journal = world.files.files.get(JOURNAL);
  const moved = journal?.text.replaceAll(NETNS, '/run/netns/missing') ?? '';
  world.files.put(JOURNAL, { text: moved });
  expect(await recoverAll()(world.capabilities)()).toMatchObject({
    right: [{ result: { left: { _tag: 'NetnsNotFound' } } }],
  });
  world.sandbox.alive = false;
  expect(await recoverAll()(world.capabilities)()).toMatchObject({
    right: [{ result: { right: { outcome: 'forgotten' } } }],
  });
  expect(world.files.journals()).toStrictEqual([]);
});

test('lifetimes go on while a namespace is handed over', async () => {
  const world = worldOf('one address and a gateway');
  const [first] = world.kernel.addresses;
  if (first === undefined) throw new Error('no address');
  world.kernel.addresses = [{ ...first, flags: [], validLft: 3600, preferredLft: 100 }];
  const plan = compile({})(world.kernel.state());
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  expect(E.isRight(await apply(plan.right, WHERE)(world.capabilities)())).toBe(true);
  world.sandbox.alive = false;
  world.machine.uptime += 600;
  expect(E.isRight(await release(NETNS)(world.capabilities)())).toBe(true);
  expect(world.kernel.addresses).toMatchObject([
    { validLft: 3000, preferredLft: 0, flags: ['deprecated'] },
  ]);
});

test('recover of all goes on after one that fails', async () => {
  const world = await applied(DUAL);
  world.files.put('/run/netplan/netns-7.journal', { text: 'nonsense\n' });
  const all = await recoverAll()(world.capabilities)();
  expect(all).toMatchObject({
    right: [
      { journal: JOURNAL, result: { right: { outcome: 'handed-over' } } },
      { result: { left: { _tag: 'JournalUnreadable' } } },
    ],
  });
});

/** The point after the last address was removed. */
const lastRemovalOf = async (name: string): Promise<number> => {
  const world = worldOf(name);
  const points = await pointsOf(world, (c) => applying(world, c));
  return points.findLastIndex((p) => p.name === 'change RemoveAddress' && p.when === 'after');
};

const countPoints = async (name: string): Promise<number> => {
  const world = worldOf(name);
  return (await pointsOf(world, (c) => applying(world, c))).length;
};
