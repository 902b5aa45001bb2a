/** Restoration leads back to the state before, whatever of it was lost, and does nothing when nothing was. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { compareStates, notRestored } from '../../../src/plan/restore/difference.js';
import { restoration } from '../../../src/plan/restore/restoration.js';
import { differenceLines as differences } from '../../../src/plan/views/difference-text.js';
import { cases } from '../../support/cases.js';
import type { FakeKernel } from '../../support/fake-kernel/kernel.js';
import { FAKE_NAMESPACES } from '../../support/fake-namespaces.js';
import { address, route } from '../../support/states.js';

const names = Object.keys(FAKE_NAMESPACES);
const make = (name: string): FakeKernel => {
  const builder = FAKE_NAMESPACES[name];
  if (builder === undefined) throw new Error(name);
  return builder();
};

/** Applies what restoration says until it says nothing. */
const restore = (kernel: FakeKernel, before: NamespaceState): number => {
  for (let rounds = 0; rounds < 10; rounds++) {
    const changes = restoration(before, kernel.state());
    if (changes.length === 0) return rounds;
    for (const change of changes) kernel.change(change);
    kernel.settle();
  }
  return 10;
};

const removeAddress = (kernel: FakeKernel, index: number): void => {
  const gone = kernel.addresses[index % Math.max(1, kernel.addresses.length)];
  if (gone === undefined) return;
  const { ifindex, ...rest } = gone;
  kernel.must({ _tag: 'RemoveAddress', ifindex, address: rest });
};

describe.each(names)('%s', (name) => {
  test('nothing lost, nothing to do', () => {
    const kernel = make(name);
    expect(restoration(kernel.state(), kernel.state())).toStrictEqual([]);
    expect(differences(compareStates(kernel.state(), kernel.state()))).toStrictEqual([]);
  });

  test('any addresses removed in any order come back with all that went with them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }), (removals) => {
        const kernel = make(name);
        const before = kernel.state();
        const text = kernel.text();
        for (const index of removals) removeAddress(kernel, index);
        restore(kernel, before);
        expect(kernel.text()).toBe(text);
        expect(differences(notRestored(before, kernel.state()))).toStrictEqual([]);
      }),
      cases(60),
    );
  });

  test('an interrupted restoration can be started over', () => {
    fc.assert(
      fc.property(fc.nat(12), (changesDone) => {
        const kernel = make(name);
        const before = kernel.state();
        const text = kernel.text();
        while (kernel.addresses.length > 0) removeAddress(kernel, 0);
        for (const change of restoration(before, kernel.state()).slice(0, changesDone))
          kernel.change(change);
        restore(kernel, before);
        expect(kernel.text()).toBe(text);
      }),
      cases(13),
    );
  });
});

describe('what others did meanwhile', () => {
  const kernel = make('dual stack');
  const before = kernel.state();
  const theirs = address(3, '203.0.113.9/24');
  kernel.must({ _tag: 'PutAddress', address: theirs, replace: false });
  kernel.must({
    _tag: 'PutRoute',
    route: route('10.0.0.0/8', { gateway: '203.0.113.1', oif: 3 }),
    mode: 'add',
  });
  removeAddress(
    kernel,
    kernel.addresses.findIndex((a) => a.local === '192.0.2.2'),
  );
  restore(kernel, before);

  test('stays', () => {
    expect(kernel.addresses).toContainEqual(theirs);
    expect(kernel.routes.map(({ dst }) => dst)).toContain('10.0.0.0/8');
  });

  test('is a difference, but nothing that is left to put back', () => {
    expect(differences(notRestored(before, kernel.state()))).toStrictEqual([]);
    expect(differences(compareStates(before, kernel.state()))).toContain(
      '+ address inet 203.0.113.9 prefixlen 24 dev eth1 scope global permanent',
    );
  });
});

test('a prefix route that had been removed by hand is removed again', () => {
  const kernel = make('one address and a gateway');
  const prefixRoute = kernel.routes.find((r) => r.dst === '192.0.2.0/24');
  if (prefixRoute === undefined) throw new Error('no prefix route');
  kernel.must({ _tag: 'RemoveRoute', route: prefixRoute });
  const before = kernel.state();
  removeAddress(kernel, 0);
  restore(kernel, before);
  expect(kernel.routes.map(({ dst }) => dst)).not.toContain('192.0.2.0/24');
});

test('an address that failed duplicate detection has no place among the others', () => {
  const kernel = make('dual stack');
  kernel.addresses = [
    address(2, '2001:db8::3/64', { flags: ['permanent', 'dadfailed'] }),
    ...kernel.addresses,
  ];
  const before = kernel.state();
  removeAddress(
    kernel,
    kernel.addresses.findIndex((a) => a.local === '2001:db8::2'),
  );
  restore(kernel, before);
  expect(kernel.addresses.map(({ local }) => local)).toStrictEqual([
    '192.0.2.2',
    '2001:db8::2',
    '2001:db8::3',
  ]);
  expect(differences(notRestored(before, kernel.state()))).toStrictEqual([]);
});

test('an IPv6 address comes back without duplicate detection, and without the flag that says so', () => {
  const kernel = make('dual stack');
  const before = kernel.state();
  removeAddress(
    kernel,
    kernel.addresses.findIndex((a) => a.family === 'inet6'),
  );
  const puts = restoration(before, kernel.state());
  expect(
    puts.map((change) =>
      change._tag === 'PutAddress' ? [change.replace, change.address.flags] : change._tag,
    ),
  ).toStrictEqual([
    [false, ['permanent', 'nodad']],
    [true, ['permanent']],
  ]);
});

test('a link that is gone: the rest comes back, and what is missing is named', () => {
  const kernel = make('sources across links');
  const before = kernel.state();
  kernel.removeLink('eth0');
  for (const change of restoration(before, kernel.state()))
    expect(E.isLeft(kernel.change(change))).toBe(true);
  expect(differences(notRestored(before, kernel.state()))).toContain(
    '- address inet 192.0.2.2 prefixlen 24 dev eth0 scope global permanent',
  );
});
