import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { PlanOptions } from '../../../src/plan/model/options.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { compile } from '../../../src/plan/rules/compile.js';
import { describeUnknownSubject, explain } from '../../../src/plan/views/explain.js';
import { explainText } from '../../../src/plan/views/explain-text.js';
import type { Explanation } from '../../../src/plan/views/explanation.js';
import { describe as describeError } from '../../../src/plan/views/failure-text.js';
import { ansi, plain } from '../../../src/plan/views/style.js';
import { someOf } from '../../support/cases.js';
import { fixtures, optionsOf, stateOf } from '../../support/fixtures.js';
import { address, dualStack, link, lo, oneLink, route, state } from '../../support/states.js';

const explained = (
  given: NamespaceState,
  subject: string,
  options: PlanOptions = {},
): Explanation => {
  const result = explain(options, subject)(given);
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const codes = ({ objects }: Explanation): Readonly<Record<string, string>> =>
  Object.fromEntries(objects.map(({ object, code }) => [object, code]));

const twoLinks = state({
  links: [lo, link(2, 'eth0'), link(3, 'eth1')],
  addresses: [address(2, '10.0.0.2/24'), address(3, '10.1.0.2/24')],
  routes: [
    route('0.0.0.0/0', { gateway: '10.0.0.1', oif: 2, metric: 100 }),
    route('0.0.0.0/0', { gateway: '10.1.0.1', oif: 3, metric: 50 }),
    route('10.0.0.0/24', { oif: 2 }),
    route('10.1.0.0/24', { oif: 3 }),
    route('192.0.2.0/24', { gateway: '10.0.0.9', oif: 2, metric: 7 }),
    route('192.0.2.0/24', { gateway: '10.1.0.9', oif: 3 }),
  ],
});

describe('a link', () => {
  test('is explained with all that is on it and nothing else', () => {
    const eth1 = explained(twoLinks, 'eth1', { defaultRoute: 'metric' });
    expect(eth1).toMatchObject({ is: 'link', decisions: [], errors: [] });
    expect(codes(eth1)).toStrictEqual({
      'links[2]': 'kept/fd-link',
      'addresses[1]': 'kept/address',
      'routes[1]': 'kept/default-gateway',
      'routes[3]': 'kept/route',
      'routes[5]': 'kept/route',
    });
  });

  test('is found by an alternative name', () => {
    const [, eth0, eth1] = twoLinks.links;
    const named = { ...twoLinks, links: [lo, eth0, { ...eth1, altnames: ['enp0s99'] }] };
    const { subject: _, ...found } = explained(named as NamespaceState, 'enp0s99');
    const { subject: __, ...byName } = explained(named as NamespaceState, 'eth1');
    expect(found).toStrictEqual(byName);
  });

  test('holds the multipath routes that have a leg on it, and its neighbors', () => {
    const hop = (ifindex: number, gateway: string) => ({ ifindex, gateway, weight: 1 });
    const nexthops = [hop(2, '10.0.0.9'), hop(3, '10.1.0.9')];
    const multipath = route('198.51.100.0/24', { nexthops });
    const both = { ...twoLinks, routes: [...twoLinks.routes, multipath] };
    for (const name of ['eth0', 'eth1'])
      expect(codes(explained(both, name, { defaultRoute: 'metric' }))).toHaveProperty('routes[6]');
    expect(codes(explained(dualStack, 'eth0'))).toHaveProperty('neighbors[0]', 'kept/neighbor');
  });

  test('that is left out says why', () => {
    const options = { links: ['eth0'] } as unknown as PlanOptions;
    const { objects } = explained(twoLinks, 'eth1', options);
    expect(objects.every(({ class: is }) => is === 'dropped')).toBe(true);
    expect(objects[0]?.why).not.toBe('');
  });
});

describe('a destination that the kernel translates', () => {
  test("docker's DNS server: where its packets go, and that the sandbox does otherwise", () => {
    const { objects, decisions } = explained(stateOf('docker-embedded-dns'), '127.0.0.11');
    expect(decisions[0]?.kernel).toContain('dnat udp 127.0.0.11:53 to 127.0.0.11:36527');
    expect(decisions[0]?.agree).toBe(false);
    const dns = objects.filter(({ code }) => code === 'dropped/docker-dns');
    expect(dns.map(({ object }) => object)).toStrictEqual(['netfilter[2]', 'netfilter[3]']);
  });

  test('is none where the chain is switched off, or sees other packets', () => {
    const given = stateOf('docker-embedded-dns');
    const untranslated = explained({ ...given, netfilter: [] }, '127.0.0.11').decisions;
    for (const more of [{ dormant: true }, { hook: 'prerouting' }]) {
      const netfilter = (given.netfilter ?? []).map((chain) => ({ ...chain, ...more }));
      expect(explained({ ...given, netfilter }, '127.0.0.11').decisions).toStrictEqual(
        untranslated,
      );
    }
    const [other] = explained(given, '127.0.0.12').decisions;
    expect(other?.kernel).not.toContain('dnat');
  });
});

describe('a prefix', () => {
  test('names the route that won and what the loser lost to', () => {
    const { is, objects, decisions } = explained(twoLinks, '192.0.2.0/24', {
      defaultRoute: 'metric',
    });
    expect(is).toBe('prefix');
    expect(objects.map(({ object, class: of }) => [object, of])).toStrictEqual([
      ['routes[4]', 'dropped'],
      ['routes[5]', 'kept'],
    ]);
    expect(objects[0]).toMatchObject({ code: 'dropped/route-higher-metric' });
    expect(objects[0]?.why).toContain('routes[5]');
    expect(decisions).toStrictEqual([
      {
        destination: '192.0.2.0',
        kernel: 'via 10.1.0.9 on eth1',
        kernelRoute: 'routes[5]',
        sandbox: 'via 10.1.0.9 on eth1',
        agree: true,
        kernelRule: null,
      },
    ]);
  });

  test('may be written in any way; one with host bits is none', () => {
    const written = explained(dualStack, 'FD00:1:0::/64');
    expect(codes(written)).toStrictEqual({ 'routes[3]': 'kept/route' });
    expect(E.isLeft(explain({}, '10.1.2.3/24')(dualStack))).toBe(true);
  });
});

describe('a destination', () => {
  test('lists the routes that cover it, longest prefix first, and both decisions', () => {
    const { is, objects, decisions } = explained(dualStack, '192.0.2.7');
    expect(is).toBe('destination');
    expect(objects.map(({ object }) => object)).toStrictEqual(['routes[2]', 'routes[0]']);
    expect(decisions[0]).toMatchObject({ kernelRoute: 'routes[2]', agree: true });
  });

  test('that is an address of a link, or a neighbor, shows that too', () => {
    expect(codes(explained(dualStack, '10.1.2.3'))).toHaveProperty('addresses[1]', 'kept/address');
    expect(codes(explained(dualStack, 'FD00:1::0009'))).toHaveProperty('neighbors[1]');
  });

  test('without a route goes nowhere on both sides', () => {
    const alone = { ...oneLink, routes: [] };
    expect(explained(alone, '203.0.113.9')).toMatchObject({
      objects: [],
      decisions: [{ kernel: 'no route', kernelRoute: null, sandbox: 'no route', agree: true }],
    });
  });

  test('where the two differ is told apart', () => {
    const multipath = stateOf('multipath-routes-first');
    const options = optionsOf('multipath-routes-first');
    const found = multipath.routes.find(({ nexthops }) => nexthops !== undefined);
    const [destination = ''] = found?.dst.split('/') ?? [];
    const explanation = explained(multipath, destination, options);
    expect(explanation.decisions[0]?.agree).toBe(false);
    expect(explainText(explanation, plain)).toMatch(/sandbox .*differs/);
  });
});

test('two ways of not sending a packet agree', () => {
  const { decisions, objects } = explained(stateOf('dropping-route-types'), '8.8.8.8');
  expect(objects[0]).toMatchObject({ code: 'kept/blackhole' });
  expect(decisions[0]).toMatchObject({
    kernel: 'dropped (blackhole)',
    sandbox: 'dropped (loopback)',
    agree: true,
  });
});

describe('default', () => {
  test('is every default route of both families and where each family goes', () => {
    const { is, objects, decisions } = explained(dualStack, 'default');
    expect(is).toBe('default');
    expect(objects.map(({ object }) => object)).toStrictEqual(['routes[0]', 'routes[5]']);
    expect(decisions.map(({ kernelRoute }) => kernelRoute)).toStrictEqual([
      'routes[0]',
      'routes[5]',
    ]);
  });

  test('is asked of an address that only default routes lead to', () => {
    const taken = [route('198.51.100.0/24', { gateway: '10.1.2.9', oif: 2 })];
    const { decisions } = explained(
      { ...oneLink, routes: [...oneLink.routes, ...taken] },
      'default',
    );
    expect(decisions[0]).toMatchObject({ destination: '203.0.113.1', kernelRoute: 'routes[0]' });
  });

  test('names the loser and the winner where a policy has chosen', () => {
    const { objects } = explained(twoLinks, 'default', { defaultRoute: 'metric' });
    expect(objects[0]).toMatchObject({ object: 'routes[0]', class: 'dropped' });
    expect(objects[0]?.why).toContain('routes[1]');
  });
});

describe('a plan that is refused', () => {
  test('is explained with the errors that concern the subject', () => {
    const { objects, errors } = explained(twoLinks, 'default');
    expect(objects.map(({ class: is }) => is)).toStrictEqual(['refused', 'refused']);
    expect(errors.map(({ code }) => code)).toStrictEqual(['plan/duplicate-default-gateway']);
    expect(explained(twoLinks, '192.0.2.0/24').errors).toStrictEqual([]);
  });

  /** What no object of the namespace is at fault for. */
  const OF_OPTIONS = ['plan/unknown-target', 'plan/unknown-link', 'plan/option-unsupported'];

  /** How explain is asked for an object; rules and nexthop objects are no subject of it. */
  const subjectOf = (given: NamespaceState, path: string): string | null => {
    const [, list, index] = /^(\w+)\[(\d+)\]$/.exec(path) ?? [];
    if (list === 'links') return given.links[Number(index)]?.name ?? null;
    if (list === 'addresses') return given.addresses[Number(index)]?.local ?? null;
    return list === 'routes' ? (given.routes[Number(index)]?.dst ?? null) : null;
  };

  /** The codes that an explanation of the object at `path` tells; null where it cannot be asked for. */
  const toldOf = (options: PlanOptions, given: NamespaceState, path: string) => {
    const subject = subjectOf(given, path);
    if (subject === null) return null;
    const found = explain(options, subject)(given);
    if (E.isRight(found)) return found.right.errors.map((one) => one.code);
    return '_tag' in found.left ? [] : found.left.map((error) => describeError(error).code);
  };

  test.each(someOf(fixtures))('is explained by each object that an error is about: %s', (name) => {
    const [options, given] = [optionsOf(name), stateOf(name)];
    const compiled = compile(options)(given);
    const errors = E.isLeft(compiled) ? compiled.left.map(describeError) : [];
    for (const { code, objects = [] } of errors) {
      expect(objects.length === 0, code).toBe(OF_OPTIONS.includes(code));
      for (const path of someOf(objects))
        expect(toldOf(options, given, path) ?? [code]).toContain(code);
    }
  });

  test('is explained with the errors of the options, whatever is asked for', () => {
    const options = { links: ['eth9'] } as unknown as PlanOptions;
    const { errors } = explained(twoLinks, 'eth0', options);
    expect(errors.map(({ code }) => code)).toContain('plan/unknown-link');
  });

  test('before any rule could run has only errors', () => {
    const twice = state({ links: [lo, link(2, 'eth0'), link(3, 'eth0')] });
    const result = explain({ target: 'no-such-target' }, 'eth0')(twice);
    expect(result).toMatchObject({ _tag: 'Left', left: [{ _tag: expect.any(String) }] });
  });
});

test('a subject that is nothing of the state is told with its links', () => {
  const result = explain({}, 'eth7')(oneLink);
  if (E.isRight(result) || !('_tag' in result.left)) throw new Error('found');
  expect(result.left).toStrictEqual({
    _tag: 'UnknownSubject',
    subject: 'eth7',
    links: ['lo', 'eth0'],
  });
  const { code, summary } = describeUnknownSubject(result.left);
  expect(code).toBe('plan/unknown-subject');
  expect(summary).toContain('"eth7" is no link of the namespace (lo, eth0)');
});

describe('explainText', () => {
  test('shows what is planned, what lost, and where packets go', () => {
    const text = explainText(
      explained(twoLinks, '192.0.2.0/24', { defaultRoute: 'metric' }),
      plain,
    );
    expect(text).toMatchInlineSnapshot(`
      "192.0.2.0/24: prefix, 2 objects

      planned
        routes[5]  route inet unicast 192.0.2.0/24 via 10.1.0.9 dev eth1 table main proto boot scope global
                   kept/route: is a route of the sandbox

      not planned
        routes[4]  route inet unicast 192.0.2.0/24 via 10.0.0.9 dev eth0 table main proto boot scope global metric 7
                   dropped/route-higher-metric: loses against a route to the same prefix (to routes[5])

      packets
        192.0.2.0
          kernel   via 10.1.0.9 on eth1  routes[5]
          sandbox  via 10.1.0.9 on eth1
      "
    `);
  });

  test('of a refused plan ends in the reasons', () => {
    expect(explainText(explained(twoLinks, 'default'), plain)).toMatchInlineSnapshot(`
      "default: default routes, 2 objects

      not planned
        routes[0]  route inet unicast 0.0.0.0/0 via 10.0.0.1 dev eth0 table main proto boot scope global metric 100
                   refused/error: is part of what makes the plan impossible; the errors say why
        routes[1]  route inet unicast 0.0.0.0/0 via 10.1.0.1 dev eth1 table main proto boot scope global metric 50
                   refused/error: is part of what makes the plan impossible; the errors say why

      packets
        198.51.100.1
          kernel   via 10.1.0.1 on eth1          routes[1]
          sandbox  nothing: the plan is refused
        2001:db8::1
          kernel   no route
          sandbox  nothing: the plan is refused

      the plan is refused
        plan/duplicate-default-gateway at routes[1]
          more than one inet default route: default via 10.0.0.1 dev eth0 metric 100 proto boot (routes[0]); default via 10.1.0.1 dev eth1 metric 50 proto boot (routes[1])
          remedy: ip route del default via 10.1.0.1 dev eth1 metric 50, or plan with --default-route=metric or --default-route=eth0
      "
    `);
  });

  test('has colours that carry nothing', () => {
    const explanation = explained(twoLinks, 'default');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
    const uncoloured = explainText(explanation, ansi).replace(/\u001b\[\d+m/g, '');
    expect(uncoloured).toBe(explainText(explanation, plain));
    expect(explainText(explanation, ansi)).not.toBe(uncoloured);
  });

  test('escapes names', () => {
    const hostile = { ...oneLink, links: [lo, link(2, 'e\u001b[2J')] };
    expect(explainText(explained(hostile, 'e\u001b[2J'), plain)).not.toContain('\u001b');
  });
});
