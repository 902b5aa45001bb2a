/** The kernel's decision by hand: each action of a rule, each kind of route, each choice of a source. */
import { describe, expect, test } from 'vitest';
import type { NamespaceState } from '../../../../src/plan/model/state.js';
import type { KernelDecision } from '../../../../src/plan/routing/kernel/decision.js';
import { kernelDecision } from '../../../../src/plan/routing/kernel/kernel-decision.js';
import type { Packet } from '../../../../src/plan/routing/kernel/packet.js';
import { address, link, lo, route, state } from '../../../support/states.js';

/** `to_tbl` where it is not said. */
const rules = (...list: ReadonlyArray<object>): NamespaceState['rules'] =>
  list.map((rule) => ({
    family: 'inet',
    action: 'to_tbl',
    ...rule,
  })) as unknown as NamespaceState['rules'];

const STANDARD = [
  { priority: 0, table: 255 },
  { priority: 32766, table: 254 },
  { priority: 32767, table: 253 },
];

const sysctls = (
  ...list: ReadonlyArray<readonly [key: string, value: string, ifindex?: number | undefined]>
): Pick<NamespaceState, 'sysctls'> =>
  ({
    sysctls: list.map(([key, value, ifindex]) => ({
      key,
      value,
      ...(ifindex === undefined ? {} : { ifindex }),
    })),
  }) as unknown as Pick<NamespaceState, 'sysctls'>;

const decisionText = (decision: KernelDecision): string => {
  const { rule, route: by } = decision;
  const origin = `${rule ?? '-'} ${by ?? '-'}`;
  if (decision._tag === 'Unknown') return `unknown ${origin}`;
  if (decision._tag === 'Refused') return `${decision.why} ${origin}`;
  const legs = decision.legs.map(({ link: on, gateway, source }) =>
    [on, ...(gateway === null ? [] : [`via ${gateway}`]), `src ${source}`].join(' '),
  );
  return `${decision.type} ${legs.join(' | ')} ${origin}`;
};

const decide = (of: NamespaceState, destination: string, packet: object = {}): string =>
  decisionText(kernelDecision(of)({ destination, ...packet } as Packet));

/** eth0 10.0.0.2/24 with the default, eth1 10.1.0.2/24; the routes of a test come after these three. */
const world = (parts: {
  readonly rules?: ReadonlyArray<object>;
  readonly routes?: NamespaceState['routes'];
  readonly more?: Partial<NamespaceState>;
}): NamespaceState =>
  state({
    links: [lo, link(2, 'eth0'), link(3, 'eth1', { group: 7 })],
    addresses: [address(1, '127.0.0.1/8'), address(2, '10.0.0.2/24'), address(3, '10.1.0.2/24')],
    routes: [
      route('0.0.0.0/0', { gateway: '10.0.0.1', oif: 2 }),
      route('10.0.0.0/24', { oif: 2, prefsrc: '10.0.0.2', protocol: 'kernel' }),
      route('10.1.0.0/24', { oif: 3, prefsrc: '10.1.0.2', protocol: 'kernel' }),
      ...(parts.routes ?? []),
    ],
    rules: rules(...STANDARD, ...(parts.rules ?? [])),
    ...parts.more,
  });

const to100 = (dst: string, more: object = {}) => route(dst, { table: 100, oif: 3, ...more });

describe('rules', () => {
  const default100 = to100('0.0.0.0/0', { gateway: '10.1.0.1' });
  const by = (...list: ReadonlyArray<object>) => world({ rules: list, routes: [default100] });

  test.each<readonly [string, ReadonlyArray<object>, object, string]>([
    ['none but the standard ones', [], {}, 'unicast eth0 via 10.0.0.1 src 10.0.0.2 - routes[0]'],
    [
      'a table before main',
      [{ priority: 9, table: 100 }],
      {},
      'unicast eth1 via 10.1.0.1 src 10.1.0.2 rules[3] routes[3]',
    ],
    [
      'a table after main',
      [{ priority: 32800, table: 100 }],
      {},
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 rules[1] routes[0]',
    ],
    [
      'by mark, not',
      [{ priority: 9, table: 100, fwmark: 0xca6c, invert: true }],
      {},
      'unicast eth1 via 10.1.0.1 src 10.1.0.2 rules[3] routes[3]',
    ],
    [
      'by mark, not, of a marked packet',
      [{ priority: 9, table: 100, fwmark: 0xca6c, invert: true }],
      { mark: 0xca6c },
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 rules[1] routes[0]',
    ],
    [
      'main without its default',
      [
        { priority: 9, table: 254, suppressPrefixlength: 0 },
        { priority: 10, table: 100 },
      ],
      {},
      'unicast eth1 via 10.1.0.1 src 10.1.0.2 rules[4] routes[3]',
    ],
    [
      'a table without what leaves by a group of links',
      [{ priority: 9, table: 100, suppressIfgroup: 7 }],
      {},
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 rules[1] routes[0]',
    ],
    [
      'a table without what leaves by another group',
      [{ priority: 9, table: 100, suppressIfgroup: 8 }],
      {},
      'unicast eth1 via 10.1.0.1 src 10.1.0.2 rules[3] routes[3]',
    ],
    ['blackhole', [{ priority: 9, action: 'blackhole' }], {}, 'blackhole rules[3] -'],
    ['unreachable', [{ priority: 9, action: 'unreachable' }], {}, 'unreachable rules[3] -'],
    ['prohibit', [{ priority: 9, action: 'prohibit' }], {}, 'prohibit rules[3] -'],
    [
      'prohibit to another prefix',
      [{ priority: 9, action: 'prohibit', dst: '8.8.8.8/32' }],
      {},
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 rules[1] routes[0]',
    ],
    [
      'nop',
      [{ priority: 9, action: 'nop' }],
      {},
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 rules[1] routes[0]',
    ],
    [
      'goto over a rule',
      [
        { priority: 9, action: 'goto', goto: 20 },
        { priority: 10, action: 'blackhole' },
        { priority: 20, table: 100 },
      ],
      {},
      'unicast eth1 via 10.1.0.1 src 10.1.0.2 rules[5] routes[3]',
    ],
    [
      'goto to the first of several with that priority',
      [
        { priority: 9, action: 'goto', goto: 20 },
        { priority: 20, table: 100 },
        { priority: 20, action: 'blackhole' },
      ],
      {},
      'unicast eth1 via 10.1.0.1 src 10.1.0.2 rules[4] routes[3]',
    ],
    [
      'goto to a rule that is not there',
      [
        { priority: 9, action: 'goto', goto: 20 },
        { priority: 10, action: 'prohibit' },
      ],
      {},
      'prohibit rules[4] -',
    ],
    [
      'goto to a rule that is not for the packet',
      [
        { priority: 9, action: 'goto', goto: 20 },
        { priority: 20, action: 'blackhole', fwmark: 1 },
      ],
      {},
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 rules[1] routes[0]',
    ],
    [
      'one that is not understood',
      [{ priority: 9, table: 100, other: { 99: '00' } }],
      {},
      'unknown rules[3] -',
    ],
  ])('%s', (_, list, packet, expected) => {
    expect(decide(by(...list), '1.1.1.1', packet)).toBe(expected);
  });

  test('main that is not asked', () => {
    const of = world({
      more: { rules: rules({ priority: 0, table: 255 }, { priority: 9, table: 100 }) },
    });
    expect(decide(of, '1.1.1.1')).toBe('no-route - -');
  });

  test('none of a family', () => {
    const of = world({ more: { rules: rules({ family: 'inet6', priority: 0, table: 255 }) } });
    expect(decide(of, '10.0.0.9')).toBe('no-route - -');
  });

  test('none of any family: nobody asked for them', () => {
    expect(decide(world({ more: { rules: [] } }), '10.0.0.9')).toContain('unicast eth0');
  });
});

describe('tables', () => {
  const local = { type: 'local', table: 255, oif: 1, scope: 'host' };

  test('local and main are one trie until a rule is made', () => {
    const routes = [route('127.0.0.0/8', local), route('127.5.0.0/16', { oif: 2 })];
    expect(decide(world({ routes }), '127.5.0.1')).toBe('unicast eth0 src 10.0.0.2 - routes[4]');
    const apart = world({ routes, more: { mergedTables: false } });
    expect(decide(apart, '127.5.0.1')).toBe('local lo src 127.5.0.1 rules[0] routes[3]');
    const ruled = world({ routes, rules: [{ priority: 9, action: 'nop' }] });
    expect(decide(ruled, '127.5.0.1')).toBe('local lo src 127.5.0.1 rules[0] routes[3]');
  });

  test('what main does not have is looked up in default', () => {
    const of = state({
      links: [lo, link(2, 'eth0')],
      routes: [route('0.0.0.0/0', { table: 253, oif: 2 })],
      rules: rules(...STANDARD),
    });
    expect(decide(of, '1.1.1.1')).toBe('unicast eth0 src null - routes[0]');
  });

  test.each<readonly [string, object, string]>([
    ['blackhole', { type: 'blackhole' }, 'blackhole - routes[3]'],
    ['unreachable', { type: 'unreachable' }, 'unreachable - routes[3]'],
    ['prohibit', { type: 'prohibit' }, 'prohibit - routes[3]'],
    ['throw', { type: 'throw' }, 'no-route - -'],
    ['a lower metric', { oif: 3, metric: 0 }, 'unicast eth1 src 10.1.0.2 - routes[3]'],
    ['a tos', { oif: 3, tos: 0x10 }, 'unicast eth0 src 10.0.0.2 - routes[4]'],
    ['dead', { oif: 3, flags: ['dead', 'linkdown'] }, 'unicast eth0 src 10.0.0.2 - routes[4]'],
    ['linkdown', { oif: 3, flags: ['linkdown'] }, 'unicast eth1 src 10.1.0.2 - routes[3]'],
    [
      'a preferred source',
      { oif: 3, prefsrc: '10.0.0.2' },
      'unicast eth1 src 10.0.0.2 - routes[3]',
    ],
  ])('%s', (_, more, expected) => {
    const routes = [route('198.18.0.0/24', more), route('198.18.0.0/24', { oif: 2, metric: 9 })];
    expect(decide(world({ routes }), '198.18.0.9')).toBe(expected);
  });

  test('a tos of the packet', () => {
    const routes = [
      route('198.18.0.0/24', { oif: 3, tos: 0x10 }),
      route('198.18.0.0/24', { oif: 2 }),
    ];
    expect(decide(world({ routes }), '198.18.0.9', { tos: 0x10 })).toContain('eth1');
  });

  test('linkdown where it is passed over', () => {
    const routes = [route('198.18.0.0/24', { oif: 3, flags: ['linkdown'] })];
    const ignoring = (key: string, ifindex?: number) =>
      world({ routes, more: sysctls([key, '1', ifindex]) });
    const ofLink = 'net.ipv4.conf.*.ignore_routes_with_linkdown';
    expect(decide(ignoring(ofLink, 3), '198.18.0.9')).toContain('eth0 via 10.0.0.1');
    expect(decide(ignoring(ofLink.replace('*', 'all')), '198.18.0.9')).toContain(
      'eth0 via 10.0.0.1',
    );
    expect(decide(ignoring(ofLink, 2), '198.18.0.9')).toContain('eth1');
  });

  test('multipath: every leg that can be used, each with its source', () => {
    const nexthops = [
      { weight: 1, ifindex: 2, gateway: '10.0.0.9' },
      { weight: 3, ifindex: 3, gateway: '10.1.0.9' },
      { weight: 1, ifindex: 3, gateway: '10.1.0.8', flags: ['dead', 'linkdown'] },
    ];
    const of = world({ routes: [route('198.18.0.0/24', { nexthops, scope: 'global' })] });
    expect(decide(of, '198.18.0.9')).toBe(
      'unicast eth0 via 10.0.0.9 src 10.0.0.2 | eth1 via 10.1.0.9 src 10.1.0.2 - routes[3]',
    );
    // a source that was given: the leg that would have given it
    expect(decide(of, '198.18.0.9', { source: '10.1.0.2' })).toBe(
      'unicast eth1 via 10.1.0.9 src 10.1.0.2 - routes[3]',
    );
    expect(decide(of, '198.18.0.9', { oif: 'eth1' })).toBe(
      'unicast eth1 via 10.1.0.9 src 10.1.0.2 - routes[3]',
    );
  });

  const object = (id: number, more: object) =>
    ({ id, family: 'inet', protocol: 'boot', scope: 'global', flags: [], ...more }) as never;

  test('a nexthop object that drops, a group, and a neighbor that does not answer', () => {
    const nexthops = [
      object(1, { oif: 2, gateway: '10.0.0.9' }),
      object(2, { oif: 3, gateway: '10.1.0.9' }),
      object(3, { family: 'unspec', group: [1, 2].map((id) => ({ id, weight: 1 })) }),
      object(4, { blackhole: true }),
    ];
    const routes = [route('198.18.0.0/24', { nhid: 3 }), route('198.18.1.0/24', { nhid: 4 })];
    const neighbors = [
      { ifindex: 2, family: 'inet', dst: '10.0.0.9', state: ['failed'], flags: [] },
    ] as unknown as NamespaceState['neighbors'];
    expect(decide(world({ routes, more: { nexthops } }), '198.18.0.9')).toBe(
      'unicast eth0 via 10.0.0.9 src 10.0.0.2 | eth1 via 10.1.0.9 src 10.1.0.2 - routes[3]',
    );
    expect(decide(world({ routes, more: { nexthops, neighbors } }), '198.18.0.9')).toBe(
      'unicast eth1 via 10.1.0.9 src 10.1.0.2 - routes[3]',
    );
    expect(decide(world({ routes, more: { nexthops } }), '198.18.1.9')).toBe(
      'blackhole - routes[4]',
    );
  });

  test('a nexthop object without a way out hides the rest of its leaf', () => {
    const nexthops = [object(1, { oif: 3, gateway: '10.1.0.9', flags: ['dead'] })];
    const routes = [
      route('198.18.0.0/24', { nhid: 1 }),
      route('198.18.0.0/24', { oif: 2, metric: 9 }),
      route('198.18.0.0/16', { oif: 2 }),
      route('198.0.0.0/8', { oif: 3 }),
    ];
    expect(decide(world({ routes, more: { nexthops } }), '198.18.0.9')).toBe(
      'unicast eth1 src 10.1.0.2 - routes[6]',
    );
  });

  test('two equal defaults: the first, until its gateway is known to be dead', () => {
    const equal = (states: Readonly<Record<string, string>>) =>
      state({
        links: [lo, link(2, 'eth0')],
        addresses: [address(2, '10.0.0.2/24')],
        routes: ['10.0.0.1', '10.0.0.254'].map((gateway) =>
          route('0.0.0.0/0', { gateway, oif: 2 }),
        ),
        rules: rules(...STANDARD),
        neighbors: Object.entries(states).map(([dst, nud]) => ({
          ...{ ifindex: 2, family: 'inet', dst, state: [nud], flags: [] },
        })) as unknown as NamespaceState['neighbors'],
      });
    const first = 'unicast eth0 via 10.0.0.1 src 10.0.0.2 - routes[0]';
    expect(decide(equal({}), '1.1.1.1')).toBe(first);
    expect(decide(equal({ '10.0.0.1': 'reachable' }), '1.1.1.1')).toBe(first);
    expect(decide(equal({ '10.0.0.1': 'failed' }), '1.1.1.1')).toContain('via 10.0.0.254');
    // the kernel takes turns where it is not sure of the first
    expect(decide(equal({ '10.0.0.1': 'stale' }), '1.1.1.1')).toBe(
      'unicast eth0 via 10.0.0.1 src 10.0.0.2 | eth0 via 10.0.0.254 src 10.0.0.2 - routes[0]',
    );
  });
});

describe('packets that no table decides', () => {
  test.each<readonly [string, object, string]>([
    ['1.1.1.1', { source: '192.0.2.77' }, 'invalid - -'],
    ['1.1.1.1', { source: '10.1.0.2' }, 'unicast eth0 via 10.0.0.1 src 10.1.0.2 - routes[0]'],
    ['1.1.1.1', { source: '127.0.0.1' }, 'invalid - routes[0]'],
    ['0.0.0.0', {}, 'local lo src 127.0.0.1 - -'],
    ['255.255.255.255', {}, 'broadcast eth0 src 10.0.0.2 - routes[0]'],
    ['255.255.255.255', { source: '10.1.0.2' }, 'multicast'],
    ['224.0.0.1', { oif: 'eth1' }, 'multicast eth1 src 10.1.0.2 - -'],
    ['239.1.1.1', {}, 'multicast eth0 src 10.0.0.2 - routes[0]'],
    ['1.1.1.1', { oif: 'eth1' }, 'unicast eth1 src 10.1.0.2 - -'],
    ['1.1.1.1', { oif: 'gone' }, 'no-route - -'],
  ])('%s %j', (destination, packet, expected) => {
    const found = decide(world({}), destination, packet);
    expect(found).toBe(expected === 'multicast' ? 'broadcast eth1 src 10.1.0.2 - -' : expected);
  });
});

describe('IPv4 sources', () => {
  const from = (
    addresses: ReadonlyArray<readonly [cidr: string, more?: object]>,
    more: object = {},
  ): string => {
    const of = state({
      links: [lo, link(2, 'eth0')],
      addresses: addresses.map(([cidr, extra]) => address(2, cidr, extra ?? {})),
      routes: [route('0.0.0.0/0', { gateway: '192.168.5.1', oif: 2, ...more })],
    });
    return /src (\S+)/.exec(decide(of, '1.1.1.1'))?.[1] ?? '';
  };
  const SECOND = { flags: ['permanent', 'secondary'] };

  test.each<readonly [string, ReadonlyArray<readonly [string, object?]>, object, string]>([
    ['of the subnet of the gateway', [['10.0.0.2/24'], ['192.168.5.2/24']], {}, '192.168.5.2'],
    ['the first where none is near', [['10.0.0.2/24'], ['10.1.0.2/24']], {}, '10.0.0.2'],
    ['never a secondary', [['10.0.0.2/24'], ['192.168.5.2/24', SECOND]], {}, '10.0.0.2'],
    [
      'the peer’s subnet',
      [['10.0.0.2/24'], ['10.9.0.1/24', { peer: '192.168.5.9' }]],
      {},
      '10.9.0.1',
    ],
    ['wide enough', [['192.168.5.2/24', { scope: 'link' }], ['10.0.0.2/24']], {}, '10.0.0.2'],
    [
      'wide enough for a link',
      [['192.168.5.2/24', { scope: 'link' }], ['10.0.0.2/24']],
      { scope: 'link' },
      '192.168.5.2',
    ],
    [
      'deprecated or not',
      [['192.168.5.2/24', { flags: ['deprecated'] }], ['10.0.0.2/24']],
      {},
      '192.168.5.2',
    ],
  ])('%s', (_, addresses, more, source) => {
    expect(from(addresses, more)).toBe(source);
  });
});

describe('IPv6', () => {
  const of = (parts: Partial<NamespaceState>): NamespaceState =>
    state({ links: [lo, link(2, 'eth0'), link(3, 'eth1')], ...parts });
  const via = (gateway: string, more: object = {}) =>
    route('::/0', { gateway, oif: 2, metric: 1024, ...more });

  test.each<readonly [string, NamespaceState['routes'], string]>([
    ['expired', [via('fe80::1', { expires: 0 })], 'no-route - -'],
    [
      'not yet expired',
      [via('fe80::1', { expires: 1 })],
      'unicast eth0 via fe80::1 src null - routes[0]',
    ],
    [
      'the higher preference among equal metrics',
      [via('fe80::1', { pref: 'low' }), via('fe80::2'), via('fe80::3', { pref: 'high' })],
      'unicast eth0 via fe80::3 src null - routes[2]',
    ],
    [
      'the lower metric, whatever its preference',
      [via('fe80::1', { pref: 'low' }), via('fe80::3', { pref: 'high', metric: 2000 })],
      'unicast eth0 via fe80::1 src null - routes[0]',
    ],
    [
      'of what is left the preference, whatever the metric',
      [
        via('fe80::1', { expires: 0 }),
        via('fe80::2', { metric: 2000 }),
        via('fe80::3', { metric: 3000, pref: 'high' }),
      ],
      'unicast eth0 via fe80::3 src null - routes[2]',
    ],
    ['unreachable', [route('::/0', { type: 'unreachable', oif: 1 })], 'unreachable - routes[0]'],
  ])('%s', (_, routes, expected) => {
    expect(decide(of({ routes }), '2001:db8:ffff::1')).toBe(expected);
  });

  test('a gateway that does not answer: another route, then all the same', () => {
    const failed = {
      neighbors: [
        { ifindex: 2, family: 'inet6', dst: 'fe80::1', state: ['failed'], flags: [] },
      ] as unknown as NamespaceState['neighbors'],
    };
    const one = route('2001:db8:ffff::/48', { gateway: 'fe80::1', oif: 2, metric: 1024 });
    expect(decide(of({ routes: [one, via('fe80::2')], ...failed }), '2001:db8:ffff::1')).toContain(
      'via fe80::2',
    );
    expect(decide(of({ routes: [one], ...failed }), '2001:db8:ffff::1')).toContain('via fe80::1');
    const router = sysctls(['net.ipv6.conf.all.forwarding', '1']);
    expect(
      decide(of({ routes: [one, via('fe80::2')], ...failed, ...router }), '2001:db8:ffff::1'),
    ).toContain('via fe80::1');
  });

  test('by source: a prefix that has routes by source is passed over, but for the default', () => {
    const routes = [
      via('fe80::1'),
      via('fe80::2', { src: '2001:db8:1::/48' }),
      route('2001:db8:ffff::/48', { gateway: 'fe80::3', oif: 2 }),
      route('2001:db8:ffff::/48', { gateway: 'fe80::4', oif: 2, src: '2001:db8:2::/48' }),
    ];
    const to = (source?: string) =>
      decide(of({ routes }), '2001:db8:ffff::1', source === undefined ? {} : { source });
    expect(to()).toContain('via fe80::1');
    expect(to('2001:db8:1::1')).toContain('via fe80::2');
    expect(to('2001:db8:2::1')).toContain('via fe80::4');
  });

  const source = (
    destination: string,
    addresses: NamespaceState['addresses'],
    more: Partial<NamespaceState> = {},
  ): string | undefined =>
    /src (\S+)/.exec(
      decide(of({ routes: [via('fe80::1')], addresses, ...more }), destination),
    )?.[1];
  const eth0 = (cidr: string, more: object = {}) => address(2, cidr, more);

  test.each<readonly [string, string, NamespaceState['addresses'], string]>([
    [
      'wide enough',
      '2001:db8:ffff::1',
      [eth0('fe80::2/64'), eth0('2001:db8::2/64')],
      '2001:db8::2',
    ],
    [
      'not wider than it must be',
      'fe80::9',
      [eth0('2001:db8::2/64'), eth0('fe80::2/64')],
      'fe80::2',
    ],
    [
      'not deprecated',
      '2001:db8:ffff::1',
      [eth0('2001:db8::2/64', { flags: ['deprecated'] }), eth0('2001:db8::3/64')],
      '2001:db8::3',
    ],
    [
      'of the link that it leaves by',
      '2001:db8:ffff::1',
      [address(3, '2001:db8:ffff::2/64'), eth0('2001:db8::2/64')],
      '2001:db8::2',
    ],
    [
      'with the same label',
      'fd00:ffff::1',
      [eth0('2001:db8::2/64'), eth0('fd00::2/64')],
      'fd00::2',
    ],
    [
      'with the most bits in common',
      '2001:db8:ffff::1',
      [eth0('2001:db8::2/64'), eth0('2001:db8:fff0::2/64')],
      '2001:db8:fff0::2',
    ],
    [
      'counting no bits behind its prefix',
      '2001:db8:ffff::1',
      [eth0('2001:db8::2/32'), eth0('2001:db8:fff0::2/32')],
      '2001:db8::2',
    ],
    [
      'not one that is still being checked',
      '2001:db8:ffff::1',
      [eth0('2001:db8:fff0::2/64', { flags: ['tentative'] }), eth0('2001:db8::2/64')],
      '2001:db8::2',
    ],
    [
      'public rather than temporary',
      '2001:db8:ffff::1',
      [eth0('2001:db8::9/64', { flags: ['temporary'] }), eth0('2001:db8::2/64')],
      '2001:db8::2',
    ],
  ])('sources: %s', (_, destination, addresses, expected) => {
    expect(source(destination, addresses)).toBe(expected);
  });

  test('sources: temporary rather than public, labels and links as they are set', () => {
    const temporary = eth0('2001:db8::9/64', { flags: ['temporary'] });
    const both = [eth0('2001:db8::2/64'), temporary];
    const preferring = sysctls(['net.ipv6.conf.*.use_tempaddr', '2', 2]);
    expect(source('2001:db8:ffff::1', both, preferring)).toBe('2001:db8::9');
    const labels = {
      addressLabels: [
        { prefix: '2001:db8:f000::/36', label: 9 },
        { prefix: '2001:db8:1::/48', label: 9 },
        { prefix: '::/0', label: 1 },
      ] as unknown as NamespaceState['addressLabels'] & {},
    };
    const other = [eth0('2001:db8:ff::2/64'), eth0('2001:db8:1::2/64')];
    expect(source('2001:db8:ffff::1', other, labels)).toBe('2001:db8:1::2');
    const only = sysctls(['net.ipv6.conf.*.use_oif_addrs_only', '1', 2]);
    expect(source('2001:db8:ffff::1', [address(3, '2001:db8::2/64')], only)).toBe('null');
    expect(source('2001:db8:ffff::1', [address(3, '2001:db8::2/64')])).toBe('2001:db8::2');
  });

  test('a rule that was removed is not heeded before one is added', () => {
    const routes = [via('fe80::1')];
    const left = rules({ family: 'inet6', priority: 0, table: 255 });
    expect(decide(of({ routes, rules: left }), '2001:db8:ffff::1')).toContain('via fe80::1');
    const added = rules(
      { family: 'inet6', priority: 0, table: 255 },
      { family: 'inet6', priority: 9, action: 'nop' },
    );
    expect(decide(of({ routes, rules: added }), '2001:db8:ffff::1')).toBe('no-route - -');
  });
});
