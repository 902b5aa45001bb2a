import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import {
  allHold,
  type Condition,
  conditionText,
  describeUnmet,
  parseConditions,
  whyUnmet,
} from '../../../src/plan/views/conditions.js';
import { address, dualStack, link, lo, route, state } from '../../support/states.js';

const conditions = (text: string): ReadonlyArray<Condition> => {
  const parsed = parseConditions(text);
  if (E.isLeft(parsed)) throw new Error(parsed.left);
  return parsed.right;
};
const holds = (text: string, given: NamespaceState): boolean => allHold(conditions(text))(given);
const why = (text: string, given: NamespaceState): ReadonlyArray<string | null> =>
  conditions(text).map((condition) => whyUnmet(given, condition));

const eth0 = link(2, 'eth0');
const down = link(2, 'eth0', { flags: ['BROADCAST', 'MULTICAST'] });
const withAddresses = (...addresses: NamespaceState['addresses']): NamespaceState =>
  state({ links: [lo, eth0], addresses });

describe('parseConditions', () => {
  test('takes every word, and conditionText gives it back', () => {
    const text = 'link=eth0,addr4,addr6,default4,default6,dad,link=a=b';
    expect(conditions(text).map(conditionText).join(',')).toBe(text);
  });

  test.each([
    ['', '"" is none of link=NAME, addr4, addr6, default4, default6, dad'],
    ['addr4,', '"" is none of'],
    ['addr4, addr6', '" addr6" is none of'],
    ['addr', '"addr" is none of'],
    ['Addr4', '"Addr4" is none of'],
    ['link', '"link" is none of'],
    ['addr4,link=', '"" is no name of a link'],
    ['link=a\\b', '"a\\b" is no name of a link'],
    [`link=${'x'.repeat(128)}`, 'is no name of a link'],
  ])('%j is refused: %s', (text, reason) => {
    expect(parseConditions(text)).toStrictEqual(E.left(expect.stringContaining(reason)));
  });

  test('takes what conditionText writes of any text, and never throws', () => {
    const word = fc.oneof(fc.constantFrom('addr4', 'dad', 'link='), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const parsed = parseConditions(words.join(','));
        if (E.isRight(parsed)) expect(conditionText(parsed.right[0] as Condition)).toBe(words[0]);
      }),
    );
  });
});

describe('link=NAME', () => {
  test.each<readonly [string, NamespaceState, string | null]>([
    ['is there and UP', state({ links: [lo, eth0] }), null],
    ['is down', state({ links: [lo, down] }), 'link eth0 is down'],
    ['is not there', state({ links: [lo] }), 'there is no link eth0, but lo'],
    [
      'is an alternative name of one that is UP',
      state({ links: [lo, { ...link(2, 'enp0s99'), altnames: ['eth0'] }] }),
      null,
    ],
    ['is of an empty state', state({}), 'there is no link eth0, but none'],
  ])('%s', (_, given, expected) => {
    expect(why('link=eth0', given)).toStrictEqual([expected]);
  });
});

describe('addr4 and addr6', () => {
  test.each<readonly [string, string, NamespaceState, boolean]>([
    ['an address', 'addr4', withAddresses(address(2, '10.0.0.2/24')), true],
    ['an IPv6 address', 'addr6', withAddresses(address(2, 'fd00::2/64')), true],
    ['the other family', 'addr6', withAddresses(address(2, '10.0.0.2/24')), false],
    ['loopback only', 'addr4', withAddresses(address(1, '127.0.0.1/8')), false],
    [
      'a global address on loopback',
      'addr4',
      withAddresses(address(1, '192.0.2.1/32', { scope: 'global' })),
      false,
    ],
    ['link-local only', 'addr6', withAddresses(address(2, 'fe80::1/64')), false],
    [
      'IPv4 of link scope',
      'addr4',
      withAddresses(address(2, '169.254.0.2/16', { scope: 'link' })),
      false,
    ],
    [
      'tentative',
      'addr6',
      withAddresses(address(2, 'fd00::2/64', { flags: ['tentative', 'permanent'] })),
      false,
    ],
    [
      'dadfailed',
      'addr6',
      withAddresses(address(2, 'fd00::2/64', { flags: ['dadfailed', 'tentative'] })),
      false,
    ],
    [
      'one of two',
      'addr6',
      withAddresses(
        address(2, 'fd00::2/64', { flags: ['tentative'] }),
        address(2, 'fd00::3/64', { flags: ['deprecated'] }),
      ),
      true,
    ],
    [
      'a link that is down',
      'addr4',
      state({ links: [lo, down], addresses: [address(2, '10.0.0.2/24')] }),
      false,
    ],
  ])('%s: %s', (_, text, given, expected) => {
    expect(holds(text, given)).toBe(expected);
  });

  test('say of each address why it does not count', () => {
    const given = withAddresses(
      address(1, '::1/128'),
      address(2, 'fe80::1/64'),
      address(2, 'fd00::2/64', { flags: ['tentative'] }),
      address(2, 'fd00::3/64', { flags: ['dadfailed', 'tentative'] }),
    );
    expect(why('addr6,addr4', given)).toStrictEqual([
      'of the IPv6 addresses none can be used: ::1 (scope host), fe80::1 (scope link), fd00::2 (tentative), fd00::3 (dadfailed)',
      'of the IPv4 addresses none can be used: none',
    ]);
  });
});

describe('default4 and default6', () => {
  const only = (...routes: NamespaceState['routes']) => state({ links: [lo, eth0], routes });

  test.each<readonly [string, string, NamespaceState, boolean]>([
    ['a gateway', 'default4', only(route('0.0.0.0/0', { gateway: '10.0.0.1', oif: 2 })), true],
    ['on-link', 'default4', only(route('0.0.0.0/0', { oif: 2 })), true],
    ['the other family', 'default6', only(route('0.0.0.0/0', { oif: 2 })), false],
    ['IPv6', 'default6', only(route('::/0', { gateway: 'fe80::1', oif: 2 })), true],
    ['another table', 'default4', only(route('0.0.0.0/0', { oif: 2, table: 100 })), false],
    ['unreachable', 'default6', only(route('::/0', { type: 'unreachable' })), false],
    ['dead', 'default4', only(route('0.0.0.0/0', { oif: 2, flags: ['dead'] })), false],
    ['half of everything', 'default4', only(route('0.0.0.0/1', { oif: 2 })), false],
  ])('%s: %s', (_, text, given, expected) => {
    expect(holds(text, given)).toBe(expected);
  });
});

describe('dad', () => {
  test('waits for tentative addresses of links that are UP, and names them', () => {
    const given = withAddresses(
      address(2, 'fe80::1/64', { flags: ['tentative', 'permanent'] }),
      address(2, 'fd00::2/64', { flags: ['optimistic', 'tentative'] }),
      address(2, 'fd00::3/64'),
    );
    expect(why('dad', given)).toStrictEqual([
      'still being checked for duplicates: fe80::1, fd00::2',
    ]);
  });

  test('has ended where it has failed, and never begins on a link that is down', () => {
    const failed = address(2, 'fd00::2/64', { flags: ['dadfailed', 'tentative'] });
    expect(holds('dad', withAddresses(failed))).toBe(true);
    const waiting = address(2, 'fd00::2/64', { flags: ['tentative'] });
    expect(holds('dad', state({ links: [lo, down], addresses: [waiting] }))).toBe(true);
  });
});

test('a dual-stack namespace has all; an empty one lacks all but dad', () => {
  const all = conditions('link=eth0,addr4,addr6,default4,default6,dad');
  expect(allHold(all)(dualStack)).toBe(true);
  expect(describeUnmet(all, dualStack)).toStrictEqual([]);
  const unmet = describeUnmet(all, state({ links: [lo] }));
  expect(unmet.map(({ path }) => path)).toStrictEqual([
    'link=eth0',
    'addr4',
    'addr6',
    'default4',
    'default6',
  ]);
  expect(unmet.every(({ code, remedy }) => code === 'wait/unmet' && remedy !== '')).toBe(true);
});

test('of a namespace that was never at rest every condition is unmet', () => {
  const unmet = describeUnmet(conditions('addr4,dad'), null);
  expect(unmet.map(({ path }) => path)).toStrictEqual(['addr4', 'dad']);
  expect(unmet[0]?.summary).toContain('changed without pause');
});
