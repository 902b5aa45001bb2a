/** doctor tells all findings together and leaves no trace. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { doctor } from '../../src/executor/doctor.js';
import { type FakeWorld, fakeWorld } from '../support/fake-machine.js';
import { FAKE_NAMESPACES } from '../support/fake-namespaces.js';

const world = (): FakeWorld => {
  const kernel = FAKE_NAMESPACES['dual stack']?.();
  if (kernel === undefined) throw new Error('no such namespace');
  return fakeWorld(kernel);
};

const findings = async ({ capabilities }: FakeWorld, netns = '/run/netns/blue') => {
  const report = await doctor(netns, { sandbox: { address: '/run/sock' } })(capabilities)();
  if (E.isLeft(report)) throw new Error(JSON.stringify(report.left));
  return report.right.checks.map(({ code, ok }) => `${ok ? 'ok' : 'NO'} ${code}`);
};

test('all is well, and nothing was touched', async () => {
  const w = world();
  const text = w.kernel.text();
  expect(await findings(w)).toStrictEqual([
    'ok doctor/rights',
    'ok doctor/descriptors',
    'ok doctor/netns',
    'ok doctor/netns-cookie',
    'ok doctor/journal',
    'ok doctor/sandbox',
  ]);
  expect(w.kernel.text()).toBe(text);
  expect(w.files.files.size).toBe(0);
  expect(w.sandbox.openConnections).toBe(0);
});

test('everything that is missing is told at once', async () => {
  const w = world();
  w.sandbox.alive = false;
  w.machine.self = { ...w.machine.self, effectiveCapabilities: 0n, maxOpenFiles: 30 };
  w.files.put('/run/netplan', { kind: 'folder', mode: 0o777 });
  expect(await findings(w, '/run/netns/missing')).toStrictEqual([
    'NO preflight/rights',
    'NO preflight/rights',
    'NO preflight/rights',
    'NO doctor/descriptors',
    'NO exec/netns-missing',
    'NO exec/unsafe-file',
    'NO exec/sandbox-unreachable',
  ]);
});
