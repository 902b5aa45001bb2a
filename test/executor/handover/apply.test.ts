/** apply against the fake kernel: what it does, in which order, and that a failure at any point leaves no trace. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import { describeExec } from '../../../src/executor/failures/table.js';
import { type ApplyTarget, apply } from '../../../src/executor/handover/apply.js';
import type { CallError } from '../../../src/executor/urpc/failure.js';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import { linearise } from '../../../src/plan/model/ops.js';
import type { PlanOptions } from '../../../src/plan/model/options.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { differenceLines } from '../../../src/plan/views/difference-text.js';
import { someOf } from '../../support/cases.js';
import { FakeKernel } from '../../support/fake-kernel/kernel.js';
import { type FakeWorld, fakeWorld } from '../../support/fake-machine.js';
import { FAKE_NAMESPACES } from '../../support/fake-namespaces.js';
import { Crash, type Point, recordIn, withFaults } from '../../support/faults.js';
import { address, link } from '../../support/states.js';

const names = someOf(Object.keys(FAKE_NAMESPACES));
const WHERE: ApplyTarget = { netns: '/run/netns/blue', sandbox: { address: '/run/sock' } };
const OPTIONS: PlanOptions = { multipath: 'first' };

const worldOf = (name: string): FakeWorld => {
  const make = FAKE_NAMESPACES[name];
  if (make === undefined) throw new Error(name);
  return fakeWorld(make());
};

const planOf = ({ kernel }: FakeWorld, options: PlanOptions = OPTIONS): NetworkPlan => {
  const plan = compile(options)(kernel.state());
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  return plan.right;
};

const run = (
  plan: NetworkPlan,
  c: Capabilities,
  where: ApplyTarget = WHERE,
): Promise<E.Either<ExecError, unknown>> => apply(plan, where)(c)();

const leftOf = (result: E.Either<ExecError, unknown>): ExecError => {
  if (E.isRight(result)) throw new Error('it succeeded');
  return result.left;
};

/** What must be true after any failed apply. */
const expectUntouched = (world: FakeWorld, textBefore: string): void => {
  expect(world.kernel.text()).toBe(textBefore);
  expect(world.files.journals()).toStrictEqual([]);
  expect(world.kernel.openFds.size).toBe(0);
  expect(world.sandbox.openConnections).toBe(0);
};

describe.each(names)('%s', (name) => {
  test('is handed over', async () => {
    const world = worldOf(name);
    const plan = planOf(world);
    const result = await run(plan, world.capabilities);
    expect(result).toMatchObject({
      right: { verification: { outcome: 'verified' }, warnings: [] },
    });
    expect(world.sandbox.taken).toHaveLength(1);
    expect(world.sandbox.taken[0]?.files).toBe(plan.fdLinks.length);
    for (const { ifindex, hostAddresses } of plan.fdLinks)
      for (const { local } of hostAddresses)
        expect(world.kernel.addresses.map((a) => [a.ifindex, a.local])).not.toContainEqual([
          ifindex,
          local,
        ]);
    expect(world.files.journals()).toStrictEqual(['/run/netplan/netns-41.journal']);
    expect(world.kernel.openFds.size).toBe(0);
    expect(world.sandbox.openConnections).toBe(0);
  });

  test('a failure at any point leaves no trace', async () => {
    const points: Point[] = [];
    const clean = worldOf(name);
    const record = withFaults(clean.capabilities, recordIn(points), 5);
    expect(E.isRight(await run(planOf(clean), record))).toBe(true);
    const committed = points.findLastIndex((p) => p.name === 'call' && p.when === 'before');
    expect(committed).toBeGreaterThan(10);
    for (const { index, when } of points.slice(0, committed + 1)) {
      if (when === 'after') continue;
      const world = worldOf(name);
      const text = world.kernel.text();
      const plan = planOf(world);
      const faulty = withFaults(world.capabilities, (p) => (p.index === index ? 'fail' : 'go'), 5);
      const error = leftOf(await run(plan, faulty));
      expect(error._tag).not.toBe('RollbackFailed');
      expectUntouched(world, text);
    }
  });

  test('a failure after the answer undoes nothing', async () => {
    const points: Point[] = [];
    const clean = worldOf(name);
    const record = withFaults(clean.capabilities, recordIn(points), 5);
    await run(planOf(clean), record);
    const answered = points.findLastIndex((p) => p.name === 'call' && p.when === 'after');
    for (const { index, when } of points.slice(answered + 1)) {
      if (when === 'after') continue;
      const world = worldOf(name);
      const plan = planOf(world);
      const faulty = withFaults(world.capabilities, (p) => (p.index === index ? 'fail' : 'go'), 5);
      expect(E.isRight(await run(plan, faulty))).toBe(true);
      expect(world.kernel.text()).toBe(clean.kernel.text());
      expect(world.files.journals()).toHaveLength(1);
    }
  });
});

const DUAL = 'two links, dual stack, one subnet';

describe('the order', () => {
  test('is journal, sockets, addresses, call: nothing is changed before the journal is on disk', async () => {
    const world = worldOf(DUAL);
    const effects: string[] = [];
    const c = withFaults(
      world.capabilities,
      ({ name, when }) => {
        if (when === 'before' && /file sync|rename|bind|change|call|observe/.test(name))
          effects.push(name);
        return 'go';
      },
      5,
    );
    const plan = planOf(world);
    await run(plan, c);
    const ops = linearise(plan);
    const count = (tag: string) => ops.filter(({ _tag }) => _tag === tag).length;
    expect(effects).toStrictEqual([
      'observe',
      'file sync',
      'rename',
      'file sync',
      ...Array.from({ length: count('BindPacketSocket') }, () => 'bind'),
      ...Array.from({ length: count('DeleteAddress') }, () => 'change RemoveAddress'),
      'file sync',
      'call',
      'file sync',
      'observe',
    ]);
  });
});

describe('the sandbox', () => {
  const answered = async (answers: CallError) => {
    const world = worldOf(DUAL);
    const text = world.kernel.text();
    world.sandbox.answers = E.left(answers);
    const error = leftOf(await run(planOf(world), world.capabilities));
    return { world, text, error };
  };

  test('answers failure: everything is put back, and the report says what was undone', async () => {
    const { world, text, error } = await answered({
      _tag: 'RemoteError',
      method: 'm',
      message: 'no',
    });
    expectUntouched(world, text);
    expect(error).toMatchObject({ _tag: 'RolledBack', cause: { _tag: 'RemoteError' } });
    const outcomes = error._tag === 'RolledBack' ? error.ops.map(({ outcome }) => outcome) : [];
    expect(new Set(outcomes.slice(0, -1))).toStrictEqual(new Set(['undone']));
    expect(outcomes.at(-1)).toBe('failed');
  });

  test.each(['closed', 'timeout', 'garbage', 'too-large'] as const)(
    'may have acted (%s after sending): nothing is undone, and the journal says so',
    async (why) => {
      const { world, text, error } = await answered({
        _tag: 'ExchangeBroken',
        method: 'm',
        sent: true,
        why,
        detail: '',
      });
      expect(error).toMatchObject({ _tag: 'ExchangeBroken', sent: true });
      expect(world.kernel.text()).not.toBe(text);
      expect(world.files.files.get('/run/netplan/netns-41.journal')?.text).toContain(
        '"phase":"unknown"',
      );
    },
  );
});

test('a signal between any two ops undoes everything', async () => {
  const total = linearise(planOf(worldOf(DUAL))).length;
  for (let after = 0; after < total; after++) {
    const world = worldOf(DUAL);
    const text = world.kernel.text();
    const plan = planOf(world);
    const controller = new AbortController();
    let effects = 0;
    const c = withFaults(
      world.capabilities,
      ({ name, when }) => {
        if (when === 'before' && /^(bind|change)/.test(name) && effects++ === after - 1)
          controller.abort('SIGINT');
        if (after === 0) controller.abort('SIGINT');
        return 'go';
      },
      5,
    );
    const error = leftOf(await run(plan, c, { ...WHERE, signal: controller.signal }));
    const cause = error._tag === 'RolledBack' ? error.cause : error;
    expect(cause).toStrictEqual({ _tag: 'Interrupted', signal: 'SIGINT' });
    expectUntouched(world, text);
  }
});

test('a link that goes away while apply runs: the rest is put back, and what is missing is named', async () => {
  const world = worldOf('sources across links');
  const plan = planOf(world);
  world.sandbox.answers = E.left({ _tag: 'RemoteError', method: 'm', message: 'no' });
  const c = withFaults(
    world.capabilities,
    ({ name, when }) => {
      if (name === 'call' && when === 'before') world.kernel.removeLink('eth1');
      return 'go';
    },
    5,
  );
  const error = leftOf(await run(plan, c));
  expect(error).toMatchObject({ _tag: 'RollbackFailed', cause: { _tag: 'RemoteError' } });
  const found = error._tag === 'RollbackFailed' ? error.missing : null;
  const missing = found === null ? [] : differenceLines(found);
  expect(missing).toContain(
    '- address inet 198.51.100.2 prefixlen 24 dev eth1 scope global permanent',
  );
  expect(missing.filter((text) => text.includes('dev eth0'))).toStrictEqual([]);
  expect(describeExec(error).summary).toMatch(/RTM_NEWADDR address inet 198.51.100.2 .* dev eth1/);
  expect(world.files.journals()).toHaveLength(1);
});

describe('refused before the first effect', () => {
  const refused = async (world: FakeWorld, plan: NetworkPlan, where: ApplyTarget = WHERE) => {
    const text = world.kernel.text();
    const error = leftOf(await run(plan, world.capabilities, where));
    expectUntouched(world, text);
    return error;
  };

  test("the machine's own namespace", async () => {
    const kernel = new FakeKernel([link(2, 'eth0')], {
      identity: { inode: '4026531833', cookie: '1', root: true },
    });
    kernel.must({ _tag: 'PutAddress', address: address(2, '192.0.2.2/24'), replace: false });
    const world = fakeWorld(kernel);
    expect(await refused(world, planOf(worldOf('dual stack')))).toStrictEqual({
      _tag: 'RootNamespace',
      path: WHERE.netns,
    });
  });

  test('all preflight failures together', async () => {
    const world = worldOf('dual stack');
    const plan = planOf(world, { channels: 2 });
    world.sandbox.alive = false;
    Object.assign(world.machine, {
      self: {
        ...world.machine.self,
        effectiveCapabilities: 0n,
        maxOpenFiles: 24,
      },
    });
    const error = await refused(world, plan);
    const codes = error._tag === 'Preflight' ? error.failures.map(({ code }) => code) : [];
    expect(codes).toStrictEqual([
      'preflight/rights',
      'preflight/rights',
      'preflight/rights',
      'preflight/descriptor-limit',
      'exec/sandbox-unreachable',
    ]);
  });

  test('a lock that another holds', async () => {
    const world = worldOf('dual stack');
    world.files.put('/run/netplan', { kind: 'folder', mode: 0o700 });
    world.files.put('/run/netplan/netns-41.lock', { locked: true, text: '31337\n' });
    expect(await refused(world, planOf(world))).toMatchObject({
      _tag: 'NamespaceLocked',
      holder: 31337,
    });
  });

  test.each([
    ['a link', { kind: 'link' as const }],
    ["another user's", { kind: 'folder' as const, uid: 1000, mode: 0o700 }],
    ['open to others', { kind: 'folder' as const, mode: 0o755 }],
  ])('a journal folder that is %s', async (_, file) => {
    const world = worldOf('dual stack');
    world.files.put('/run/netplan', file);
    expect(await refused(world, planOf(world))).toMatchObject({ _tag: 'UnsafeFile' });
  });
});

describe('a plan without a network of its own', () => {
  test('none: only the call, and no journal', async () => {
    const world = worldOf('dual stack');
    const text = world.kernel.text();
    const result = await run(planOf(world, { network: 'none' }), world.capabilities);
    expect(result).toMatchObject({ right: { journal: null, ops: [{ outcome: 'applied' }] } });
    expect(world.sandbox.taken).toHaveLength(1);
    expect(world.kernel.text()).toBe(text);
    expect(world.files.journals()).toStrictEqual([]);
  });

  test('host: nothing at all', async () => {
    const world = worldOf('dual stack');
    const result = await run(planOf(world, { network: 'host' }), world.capabilities);
    expect(result).toMatchObject({ right: { journal: null, ops: [] } });
    expect(world.sandbox.taken).toHaveLength(0);
  });
});

test('a crash is not mistaken for a failure', async () => {
  const world = worldOf('dual stack');
  const c = withFaults(
    world.capabilities,
    ({ name }) => {
      if (name === 'bind') throw new Crash();
      return 'go';
    },
    5,
  );
  await expect(run(planOf(world), c)).rejects.toThrow(Crash);
  expect(world.files.journals()).toHaveLength(1);
});
