import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { parseAddress, parsePrefix } from '../../../src/plan/model/address.js';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import type { PlanOptions } from '../../../src/plan/model/options.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { NamespaceState } from '../../../src/plan/model/state.js';
import { type Redaction, redact, redaction } from '../../../src/plan/redact/redact.js';
import { decide } from '../../../src/plan/rules/decide.js';
import { describe as describeError } from '../../../src/plan/views/failure-text.js';
import { arbitraryState } from '../../support/arbitrary-state.js';
import { cases } from '../../support/cases.js';
import { address, dualStack, link, lo, route, state } from '../../support/states.js';

const empty = state({});
const seed = fc.string();

const v4 = fc.ipV4();
const v6 = fc
  .tuple(fc.constantFrom('2001:db8', 'fd00', 'fe80', 'ff02', '2a00', '0'), fc.ipV6())
  .map(([head, rest]) =>
    `${head}:${rest.split(':').slice(-2).join(':')}`.replace(
      /^(.+?):([^:]+):([^:]+)$/,
      '$1::$2:$3',
    ),
  )
  .filter((text) => parseAddress(text) !== null);

const bitsOf = (text: string): string =>
  [...(parseAddress(text) ?? [])].map((byte) => byte.toString(2).padStart(8, '0')).join('');
const shared = (a: string, b: string): number => {
  const [x, y] = [bitsOf(a), bitsOf(b)];
  let n = 0;
  while (n < x.length && x[n] === y[n]) n += 1;
  return n;
};

describe('addresses', () => {
  test.each([
    ['inet', v4],
    ['inet6', fc.oneof(fc.ipV6(), v6)],
  ])('of %s that share n leading bits share exactly n afterwards', (_, any) => {
    fc.assert(
      fc.property(seed, any, any, (s, a, b) => {
        const { address } = redaction(s)(empty);
        const [x, y] = [address(trusted.ipAddress(a)), address(trusted.ipAddress(b))];
        expect(shared(x, y)).toBe(shared(a, b));
      }),
      cases(1000),
    );
  });

  test.each([
    ...[
      '0.0.0.0',
      '127.0.0.1',
      '127.9.9.9',
      '255.255.255.255',
      '224.0.0.7',
      '::',
      '::1',
      'ff02::1',
      'fe80::',
    ],
  ])('%s stays', (text) => {
    fc.assert(
      fc.property(seed, (s) => {
        expect(redaction(s)(empty).address(trusted.ipAddress(text))).toBe(text);
      }),
    );
  });

  test.each([
    ...[
      '10.1.2.3/8',
      '172.20.1.1/12',
      '192.168.7.9/16',
      '100.64.3.4/10',
      '169.254.1.1/16',
      '203.0.113.9/24',
    ],
    ...['fd12::3/8', 'fe80::1234:9/10', '2001:db8:7::1/32', '::ffff:10.0.0.1/96'],
  ])('%s gets a pseudonym of its class', (text) => {
    const [host = '', length = ''] = text.split('/');
    const made = Array.from({ length: 16 }, (_, i) =>
      redaction(`seed ${i}`)(empty).address(trusted.ipAddress(host)),
    );
    for (const one of made) expect(shared(one, host)).toBeGreaterThanOrEqual(Number(length));
    expect(new Set(made).size).toBeGreaterThan(8);
  });

  test('outside of a class get none in it', () => {
    fc.assert(
      fc.property(seed, v4, (s, text) => {
        const made = redaction(s)(empty).address(trusted.ipAddress(text));
        expect(made.startsWith('127.')).toBe(text.startsWith('127.'));
        expect(made.startsWith('10.')).toBe(text.startsWith('10.'));
      }),
    );
  });

  test('of a subnet keep its network and broadcast addresses what they are', () => {
    fc.assert(
      fc.property(seed, v4, fc.integer({ min: 0, max: 32 }), (s, host, length) => {
        const own = state({ addresses: [address(1, `${host}/${length}`)] });
        const bits = bitsOf(host).slice(0, length);
        const text = (tail: string) =>
          (bits + tail.repeat(32 - length))
            .match(/.{8}/g)
            ?.map((byte) => Number.parseInt(byte, 2))
            .join('.') ?? '';
        for (const tail of ['0', '1']) {
          const made = redaction(s)(own).address(trusted.ipAddress(text(tail)));
          expect(bitsOf(made).slice(length)).toBe(tail.repeat(32 - length));
        }
      }),
    );
  });

  test('in a prefix get pseudonyms in its pseudonym', () => {
    fc.assert(
      fc.property(seed, v4, fc.integer({ min: 0, max: 32 }), (s, host, length) => {
        const { address, prefix } = redaction(s)(empty);
        const network = `${bitsOf(host)
          .slice(0, length)
          .padEnd(32, '0')
          .match(/.{8}/g)
          ?.map((b) => Number.parseInt(b, 2))
          .join('.')}/${length}`;
        const made = prefix(trusted.prefix(network));
        const [net = ''] = made.split('/');
        expect(parsePrefix(made)).not.toBeNull();
        expect(shared(net, address(trusted.ipAddress(host)))).toBeGreaterThanOrEqual(length);
      }),
    );
  });
});

describe('link addresses and names', () => {
  const { linkAddress, name } = redaction('seed')(empty);
  const mac = fc
    .uint8Array({ minLength: 6, maxLength: 6 })
    .map((bytes) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(':'));

  test('differ where they differed, and keep their group and local bits', () => {
    fc.assert(
      fc.property(mac, mac, (a, b) => {
        const [x, y] = [linkAddress(trusted.linkAddress(a)), linkAddress(trusted.linkAddress(b))];
        expect(x === y).toBe(a === b);
        expect(Number.parseInt(x.slice(0, 2), 16) & 3).toBe(Number.parseInt(a.slice(0, 2), 16) & 3);
      }),
    );
  });

  test.each(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '33:33:00:00:00:01'])('%s stays', (text) => {
    expect(linkAddress(trusted.linkAddress(text))).toBe(text);
  });

  test('lo stays, others become names that a link may have', () => {
    expect(name(trusted.ifName('lo'))).toBe('lo');
    expect(name(trusted.ifName('eth0'))).toMatch(/^n[0-9a-f]{10}$/);
    expect(name(trusted.ifName('eth0'))).not.toBe(name(trusted.ifName('eth1')));
  });
});

const eth0 = trusted.ifName('eth0');

/** The same choices about the same links under their other names. */
const renamed = (o: PlanOptions, { name }: Redaction): PlanOptions => ({
  ...o,
  links: (o.links ?? []).map((link) => name(trusted.ifName(link))),
  ...(typeof o.defaultRoute === 'object'
    ? { defaultRoute: { link: name(trusted.ifName(o.defaultRoute.link)) } }
    : {}),
});

const options: fc.Arbitrary<PlanOptions> = fc.record({
  target: fc.constantFrom('latest', '2018-04', '2022-12', '20240715.0'),
  defaultRoute: fc.constantFrom('error' as const, 'metric' as const, { link: eth0 }),
  links: fc.constantFrom([], [], [eth0]),
  multipath: fc.constantFrom('error' as const, 'first' as const),
  network: fc.constantFrom('sandbox' as const, 'sandbox' as const, 'none' as const),
});

const decided = (o: PlanOptions, s: NamespaceState) => {
  const decision = decide(o, s);
  return E.isLeft(decision)
    ? { plan: null, errors: decision.left.map(describeError) }
    : { plan: decision.right.plan, errors: decision.right.errors.map(describeError) };
};

/** Without what goes by the numbers of addresses: the ranges of forwarding losses, the order of pieces. */
const orderless = (plan: NetworkPlan) => {
  const routesOf = <A extends { readonly routes: NetworkPlan['fdLinks'][0]['routes'] }>(
    one: A,
  ) => ({
    ...one,
    routes: [...one.routes].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  });
  return {
    ...plan,
    losses: plan.losses.filter(({ code }) => code !== 'loss/forwarding'),
    loopbackLinks: plan.loopbackLinks.map(routesOf),
    fdLinks: plan.fdLinks.map(routesOf),
  };
};

describe('a redacted state', () => {
  test('is a state, and its plan is the redacted plan', () => {
    fc.assert(
      fc.property(seed, arbitraryState, options, (s, given, o) => {
        const r = redaction(s)(given);
        expect(NamespaceState.is(r.state)).toBe(true);
        const [before, after] = [decided(o, given), decided(renamed(o, r), r.state)];
        expect(after.errors).toEqual(before.errors.map(r.diagnostic));
        if (before.plan === null || after.plan === null) expect(before.plan).toBe(after.plan);
        else expect(orderless(after.plan)).toEqual(orderless(r.plan(before.plan)));
      }),
      cases(500),
    );
  });

  test('says nothing of what it was: no address, name or MAC is left', () => {
    const given = state({
      links: [lo, link(2, 'corp0', { address: '02:42:aa:bb:cc:dd', altnames: ['enp0s31f6'] })],
      addresses: [
        address(2, '10.20.30.40/24', { label: 'corp0:vpn' }),
        address(2, '2a00:1450::5/64'),
      ],
      routes: [
        route('8.8.8.0/24', {
          oif: 2,
          gateway: '10.20.30.1',
          prefsrc: '10.20.30.40',
          other: { 9: '0a141e28' },
        }),
      ],
      rules: [
        {
          family: 'inet',
          priority: 1,
          action: 'to_tbl',
          table: 100,
          src: '10.20.0.0/16',
          iif: 'corp0',
        },
      ],
      neighbors: [
        {
          ifindex: 2,
          family: 'inet',
          dst: '10.20.30.1',
          state: ['permanent'],
          flags: [],
          lladdr: '02:42:00:00:00:09',
        },
      ],
      nexthops: [
        {
          id: 1,
          family: 'inet',
          protocol: 'static',
          scope: 'link',
          flags: [],
          oif: 2,
          gateway: '10.20.30.7',
        },
      ],
      netfilter: [
        {
          framework: 'nftables',
          family: 'ip',
          table: 'acme-vpn',
          chain: 'to-hq',
          hook: 'output',
          priority: 0,
          policy: 'accept',
          rules: 1,
          actions: ['dnat'],
          digest: 'a033188b1b2eabed',
          devices: ['corp0'],
          translations: [
            { kind: 'dnat', source: '10.20.30.40', destination: '8.8.8.9', to: '10.20.30.8' },
          ],
        },
      ],
      ipsec: [{ direction: 'in', policies: 1, blocking: 0, digest: 'bd92d6d048c7e2d6' }],
      linkFilters: [
        { ifindex: 2, hook: 'ingress', kinds: ['bpf'], filters: 1, digest: 'fc0700cb0aa8ce40' },
      ],
      netns: { inode: '4026532999', cookie: '4711', root: false },
    } as unknown as Partial<NamespaceState>);
    const r = redaction('seed')(given);
    const texts = [JSON.stringify(r.state)];
    const { plan } = decided({ target: 'latest' }, given);
    if (plan !== null) texts.push(JSON.stringify(r.plan(plan)));
    expect(texts).toHaveLength(2);
    for (const text of texts)
      expect(text).not.toMatch(
        /corp0|vpn|enp0s31f6|10\.20\.30\.|10\.20\.0|8\.8\.8\.|2a00:1450|aa:bb|02:42:00:00:00:09|0a141e28|4026532999|4711|acme|to-hq|a033188b|bd92d6d0|fc0700cb/,
      );
  });

  test('is the same for the same seed, and another for another', () => {
    expect(redact('a')(dualStack)).toStrictEqual(redact('a')(dualStack));
    expect(redact('a')(dualStack)).not.toStrictEqual(redact('b')(dualStack));
  });

  test('has the memberships of its own addresses', () => {
    const given = state({
      links: [lo, link(2, 'mv0', { kind: 'macvlan' })],
      addresses: [address(2, 'fd00::2/64'), address(2, '2001:db8:1::2/64')],
    });
    const r = redaction('seed')(given);
    const [before, after] = [decided({}, given).plan, decided({}, r.state).plan];
    expect(before?.fdLinks[0]?.memberships).toHaveLength(2);
    expect(before && r.plan(before)).toEqual(after);
  });
});
