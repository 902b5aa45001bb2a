/** Verification finds what is left of the plan on the host and what changed without being planned, and nothing else. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { hostLines, isHostAsPlanned } from '../../../src/executor/failures/amiss.js';
import { verify } from '../../../src/executor/handover/verify.js';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import { linearise } from '../../../src/plan/model/ops.js';
import { compile } from '../../../src/plan/rules/compile.js';
import type { FakeKernel } from '../../support/fake-kernel/kernel.js';
import { FAKE_NAMESPACES } from '../../support/fake-namespaces.js';
import { address, link, route } from '../../support/states.js';

const made = (name: string): { kernel: FakeKernel; plan: NetworkPlan } => {
  const kernel = FAKE_NAMESPACES[name]?.();
  if (kernel === undefined) throw new Error(name);
  const plan = compile({ multipath: 'first' })(kernel.state());
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  return { kernel, plan: plan.right };
};

const take = (kernel: FakeKernel, plan: NetworkPlan): void => {
  for (const op of linearise(plan))
    if (op._tag === 'DeleteAddress') {
      const { _tag, link: _, ifindex, ...address } = op;
      kernel.change({ _tag: 'RemoveAddress', ifindex, address });
    }
};

test.each(Object.keys(FAKE_NAMESPACES))('%s: taken as planned, all is well', (name) => {
  const { kernel, plan } = made(name);
  const before = kernel.state();
  take(kernel, plan);
  expect(isHostAsPlanned(verify(plan, before, kernel.state()))).toBe(true);
});

describe('what is not as planned is named:', () => {
  const afterwards = (change: (kernel: FakeKernel) => void): ReadonlyArray<string> => {
    const { kernel, plan } = made('sources across links');
    kernel.addLink(link(4, 'other'));
    kernel.must({ _tag: 'PutAddress', address: address(4, '203.0.113.200/32'), replace: false });
    const before = kernel.state();
    take(kernel, plan);
    change(kernel);
    return hostLines(verify(plan, before, kernel.state()));
  };

  test('a planned address that is back', () => {
    const lines = afterwards((kernel) =>
      kernel.must({ _tag: 'PutAddress', address: address(2, '192.0.2.2/24'), replace: false }),
    );
    expect(lines).toStrictEqual([
      'still on the host: address inet 192.0.2.2 prefixlen 24 dev eth0 scope global permanent',
    ]);
  });

  test('a new address on a planned link', () => {
    const lines = afterwards((kernel) =>
      kernel.must({ _tag: 'PutAddress', address: address(3, '192.0.2.77/32'), replace: false }),
    );
    expect(lines).toStrictEqual([
      'new on the host: address inet 192.0.2.77 prefixlen 32 dev eth1 scope global permanent',
    ]);
  });

  test('an address and a route of a link that is not planned', () => {
    const lines = afterwards((kernel) => {
      kernel.must({
        _tag: 'RemoveAddress',
        ifindex: link(4, 'other').ifindex,
        address: address(4, '203.0.113.200/32'),
      });
      kernel.must({ _tag: 'PutRoute', route: route('10.0.0.0/8', { oif: 4 }), mode: 'add' });
    });
    expect(lines.map((line) => line.split(':')[0])).toStrictEqual([
      'unplanned, gone',
      'unplanned, gone',
      'unplanned, new',
    ]);
  });

  test('a link that went away', () => {
    expect(afterwards((kernel) => kernel.removeLink('other'))[0]).toMatch(
      /^unplanned, gone: link 4 other/,
    );
  });
});
