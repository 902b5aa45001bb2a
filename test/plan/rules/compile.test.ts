import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import type { PlanOptions } from '../../../src/plan/model/options.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { compile } from '../../../src/plan/rules/compile.js';
import type { PlanError } from '../../../src/plan/rules/failures.js';
import { describe as diagnose } from '../../../src/plan/views/failure-text.js';
import { address, dualStack, link, lo, oneLink, route, state } from '../../support/states.js';

const planOf = (given: NamespaceState, options: PlanOptions = {}): NetworkPlan => {
  const result = compile(options)(given);
  if (E.isLeft(result)) throw new Error(result.left.map((e) => diagnose(e).summary).join('\n'));
  return result.right;
};

const errorsOf = (given: NamespaceState, options: PlanOptions = {}): ReadonlyArray<PlanError> => {
  const result = compile(options)(given);
  if (E.isRight(result)) throw new Error('planned');
  return result.left;
};

const codesOf = (plan: NetworkPlan): Readonly<Record<string, string>> =>
  Object.fromEntries(plan.objects.map(({ object, code }) => [object, code]));

const eth0 = link(2, 'eth0');
const eth1 = link(3, 'eth1');
const two = (routes: NamespaceState['routes'], more: Partial<NamespaceState> = {}) =>
  state({
    links: [lo, eth0, eth1],
    addresses: [address(2, '10.0.0.2/24'), address(3, '10.1.0.2/24')],
    routes,
    ...more,
  });
const via0 = { gateway: '10.0.0.1', oif: 2 };
const via1 = { gateway: '10.1.0.1', oif: 3 };

describe('links', () => {
  test('a link that is down is skipped with its addresses', () => {
    const down = { ...eth1, flags: ['BROADCAST'] };
    const plan = planOf(two([], { links: [lo, eth0, down] }));
    expect(plan.fdLinks.map(({ name }) => name)).toStrictEqual(['eth0']);
    expect(codesOf(plan)).toMatchObject({
      'links[2]': 'dropped/link-down',
      'addresses[1]': 'dropped/address-on-excluded-link',
    });
  });

  test('a port of a bridge is not a NIC', () => {
    const port = { ...eth1, master: trusted.ifIndex(2), masterKind: 'bridge' };
    const plan = planOf(two([], { links: [lo, eth0, port] }));
    expect(codesOf(plan)['links[2]']).toBe('dropped/link-port');
  });

  test('ipvlan is refused before anything else is tried', () => {
    const errors = errorsOf(two([], { links: [lo, eth0, { ...eth1, kind: 'ipvlan' }] }));
    expect(errors).toStrictEqual([
      { _tag: 'KindRefused', objects: ['links[2]'], link: 'eth1', kind: 'ipvlan' },
    ]);
  });

  test('--link leaves the others out, and an unknown one is an error', () => {
    expect(planOf(two([]), { links: [eth1.name] }).fdLinks.map(({ name }) => name)).toStrictEqual([
      'eth1',
    ]);
    expect(errorsOf(two([]), { links: ['eth9'] })[0]).toMatchObject({
      _tag: 'UnknownLinkOption',
      link: 'eth9',
    });
  });

  test('options name links by their alternative names, too', () => {
    const altnames = ['enp0s99', 'far/too long for a name'];
    const routes = [route('0.0.0.0/0', via0), route('0.0.0.0/0', via1)];
    const named = two(routes, { links: [lo, eth0, { ...eth1, altnames }] });
    for (const link of ['eth1', ...altnames]) {
      const options = { links: [link], defaultRoute: { link } };
      expect(planOf(named, options)).toStrictEqual(
        planOf(named, { links: ['eth1'], defaultRoute: { link: 'eth1' } }),
      );
    }
  });

  test('two links of one name or ifindex are named by both paths', () => {
    expect(errorsOf(state({ links: [lo, eth0, { ...eth1, name: eth0.name }] }))[0]).toMatchObject({
      _tag: 'DuplicateLink',
      objects: ['links[1]', 'links[2]'],
    });
  });

  test('more sockets than one call may carry is an error of the plan', () => {
    expect(errorsOf(two([]), { channels: 65 })[0]).toMatchObject({
      _tag: 'TooManyFiles',
      files: 130,
      limit: 128,
    });
  });

  test('a tun link has no MAC, and is refused where the sandbox always writes one', () => {
    const tun = link(3, 'tun0', { kind: 'tun', type: 'none', address: undefined });
    const given = two([], { links: [lo, eth0, tun] });
    expect(planOf(given).fdLinks[1]).toMatchObject({ layer: 'ip', linkAddress: null });
    expect(errorsOf(given, { target: '2020-11' })[0]?._tag).toBe('LinkLayerRefused');
  });

  test('macvlan sockets join the solicited-node group of every IPv6 address', () => {
    const macvlan = link(2, 'mv0', { kind: 'macvlan' });
    const given = state({
      links: [lo, macvlan],
      addresses: [address(2, '2001:db8::1:2/64'), address(2, '2001:db8:1::1:2/64')],
    });
    expect(planOf(given).fdLinks[0]?.memberships).toStrictEqual([
      '33:33:00:00:00:01',
      '33:33:ff:01:00:02',
    ]);
  });

  test('a vrf is no NIC, and what it has is lost', () => {
    const vrf = link(3, 'blue', { kind: 'vrf' });
    const plan = planOf(two([route('192.0.2.0/24', { oif: 3 })], { links: [lo, eth0, vrf] }));
    expect(plan.fdLinks.map(({ name }) => name)).toStrictEqual(['eth0']);
    expect(plan.losses.map(({ code }) => code)).toStrictEqual([
      'dropped/link-vrf',
      'dropped/route-on-excluded-link',
      'loss/forwarding',
    ]);
  });

  test.each(['00:00:00:00:00:00', undefined])(
    'an Ethernet link with MAC %s is refused where the sandbox takes that as no header',
    (mac) => {
      const given = two([], {
        links: [lo, eth0, link(3, 'nk0', { kind: 'netkit', address: mac })],
      });
      expect(errorsOf(given)).toStrictEqual([
        {
          _tag: 'LinkAddressMissing',
          objects: ['links[2]'],
          link: 'nk0',
          kind: 'netkit',
          target: 'latest',
        },
      ]);
      expect(planOf(given, { target: '2020-11' }).fdLinks).toHaveLength(2);
    },
  );

  test('gVisor of mid-2019 opens one link: its packet sockets all join fanout group 1', () => {
    expect(errorsOf(two([]), { target: '20190806.1' })).toStrictEqual([
      {
        _tag: 'TooManyLinks',
        links: ['eth0', 'eth1'],
        target: '2019-06',
        objects: ['links[1]', 'links[2]'],
      },
    ]);
    expect(planOf(two([]), { target: '2019-06', links: [eth1.name] }).fdLinks).toHaveLength(1);
    for (const target of ['2019-05', '2019-10'])
      expect(planOf(two([]), { target }).fdLinks).toHaveLength(2);
  });
});

describe('nexthops', () => {
  const object = (id: number, more: object) =>
    ({ id, family: 'inet', protocol: 'unspec', scope: 'link', flags: [], ...more }) as const;
  const objects = [
    object(1, { oif: 3, gateway: '10.1.0.1' }),
    object(2, { oif: 2, gateway: '10.0.0.1' }),
    object(3, {
      group: [
        { id: 1, weight: 1 },
        { id: 2, weight: 3 },
      ],
    }),
  ] as unknown as NamespaceState['nexthops'];

  test('a route that names a nexthop object alone goes where the object says', () => {
    const plan = planOf(two([route('0.0.0.0/0', { nhid: 1 })], { nexthops: objects }));
    expect(plan.defaultGateways).toMatchObject([{ link: 'eth1', gateway: '10.1.0.1' }]);
    expect(plan.losses).toStrictEqual([]);
  });

  test('a default through a group of nexthop objects is a multipath default', () => {
    const given = two([route('0.0.0.0/0', { nhid: 3 })], { nexthops: objects });
    expect(errorsOf(given)).toMatchObject([
      {
        _tag: 'MultipathDefault',
        nexthops: [
          { link: 'eth1', gateway: '10.1.0.1', weight: 1 },
          { link: 'eth0', gateway: '10.0.0.1', weight: 3 },
        ],
      },
    ]);
  });

  test('a route through a nexthop object that is not there contradicts the state', () => {
    expect(errorsOf(two([route('192.0.2.0/24', { nhid: 9 })]))).toMatchObject([
      { _tag: 'InconsistentState', path: 'routes[0].nhid' },
    ]);
  });

  test('a gateway that is an own address means on-link, as in the kernel', () => {
    const plan = planOf(two([route('192.0.2.0/24', { gateway: '10.0.0.2', oif: 2 })]));
    expect(plan.fdLinks[0]?.routes).toMatchObject([{ destination: '192.0.2.0/24', gateway: null }]);
    expect(plan.losses).toStrictEqual([]);
  });

  test('of equal metrics the router preference decides, as in the kernel', () => {
    const given = state({
      links: [lo, eth0, eth1],
      addresses: [address(2, 'fd00::2/64'), address(3, 'fd01::2/64')],
      routes: [
        route('2001:db8::/32', { gateway: 'fd00::1', oif: 2, metric: 1024, pref: 'low' }),
        route('2001:db8::/32', { gateway: 'fd01::1', oif: 3, metric: 1024, pref: 'high' }),
      ],
    });
    const plan = planOf(given);
    expect(plan.fdLinks.map(({ routes }) => routes.length)).toStrictEqual([0, 1]);
    expect(plan.losses).toStrictEqual([]);
  });
});

describe('addresses', () => {
  const withFlags = (flags: ReadonlyArray<string>) =>
    state({
      links: [lo, eth0],
      addresses: [address(2, '2001:db8::5/64', { flags }), address(2, '2001:db8::6/64')],
    });

  test('one that failed duplicate detection is dropped as a loss and stays on the host', () => {
    const plan = planOf(withFlags(['permanent', 'dadfailed']));
    expect(plan.fdLinks[0]?.addresses.map((a) => a.address)).toStrictEqual(['2001:db8::6']);
    expect(plan.fdLinks[0]?.hostAddresses.map((a) => a.local)).toStrictEqual(['2001:db8::6']);
    expect(plan.losses.map(({ code }) => code)).toStrictEqual(['dropped/address-dadfailed']);
  });

  test('a deprecated one comes last', () => {
    const plan = planOf(withFlags(['permanent', 'deprecated']));
    expect(plan.fdLinks[0]?.addresses.map((a) => a.address)).toStrictEqual([
      '2001:db8::6',
      '2001:db8::5',
    ]);
  });

  test('a tentative one is planned with a note', () => {
    expect(planOf(withFlags(['tentative'])).notes.map(({ code }) => code)).toContain(
      'note/address-tentative',
    );
  });

  test('the same one on two links names both, link-local scope excepted', () => {
    const given = (local: string) => two([], { addresses: [address(2, local), address(3, local)] });
    expect(errorsOf(given('10.0.0.2/24'))).toMatchObject([
      {
        _tag: 'DuplicateAddress',
        links: ['eth0', 'eth1'],
        objects: ['addresses[0]', 'addresses[1]'],
      },
    ]);
    expect(planOf(given('fe80::1/64')).fdLinks).toHaveLength(2);
  });

  test('are taken from the host so that putting them back restores the order', () => {
    const given = state({
      links: [lo, eth0],
      addresses: [
        address(2, '10.0.0.2/24'),
        address(2, '10.0.0.3/24', { flags: ['permanent', 'secondary'] }),
        address(2, '10.9.0.1/32', { peer: '10.9.0.2' }),
        address(2, 'fd00::2/64'),
        address(2, 'fd00::1/64'),
      ],
    });
    expect(
      planOf(given).fdLinks[0]?.hostAddresses.map(({ local, peer }) => peer ?? local),
    ).toStrictEqual(['10.9.0.2', '10.0.0.3', '10.0.0.2', 'fd00::2', 'fd00::1']);
  });
});

describe('default gateways', () => {
  test('one per family', () => {
    expect(planOf(dualStack).defaultGateways).toMatchObject([
      { family: 'inet', link: 'eth0', gateway: '10.1.2.1', from: ['routes[0]'] },
      { family: 'inet6', link: 'eth0', gateway: 'fd00:1::1', from: ['routes[5]'] },
    ]);
  });

  test('two of a family are an error with both sides, metrics and protocols', () => {
    const given = two([
      route('0.0.0.0/0', { ...via0, metric: 100 }),
      route('0.0.0.0/0', { ...via1, metric: 50, protocol: 'dhcp' }),
    ]);
    const [error] = errorsOf(given);
    expect(error).toMatchObject({
      _tag: 'DuplicateDefaultGateway',
      routes: [
        { link: 'eth0', gateway: '10.0.0.1', metric: 100 },
        { link: 'eth1', gateway: '10.1.0.1', metric: 50, protocol: 'dhcp' },
      ],
    });
    expect(error && diagnose(error).remedy).toContain(
      'ip route del default via 10.1.0.1 dev eth1 metric 50',
    );
  });

  test.each([
    ['metric' as const, 'eth1'],
    [{ link: trusted.ifName('eth0') }, 'eth0'],
  ])('policy %j chooses %s', (defaultRoute, chosen) => {
    const given = two([
      route('0.0.0.0/0', { ...via0, metric: 100 }),
      route('0.0.0.0/0', { ...via1, metric: 50 }),
    ]);
    expect(planOf(given, { defaultRoute }).defaultGateways).toMatchObject([{ link: chosen }]);
  });

  test('without a gateway: a route to everything, or an error under --strict-gateway', () => {
    const given = two([route('0.0.0.0/0', { oif: 2 })]);
    const plan = planOf(given);
    expect(plan.defaultGateways).toStrictEqual([]);
    expect(plan.fdLinks[0]?.routes).toMatchObject([{ destination: '0.0.0.0/0', gateway: null }]);
    expect(plan.notes.map(({ code }) => code)).toContain('note/on-link-default');
    expect(errorsOf(given, { strictGateway: true })[0]?._tag).toBe('DefaultWithoutGateway');
  });

  test('a multipath one is an error naming every nexthop, or its first under --multipath=first', () => {
    const nexthops = [
      { ifindex: eth0.ifindex, gateway: trusted.ipAddress('10.0.0.1'), weight: 1 },
      { ifindex: eth1.ifindex, gateway: trusted.ipAddress('10.1.0.1'), weight: 3 },
    ];
    const given = two([route('0.0.0.0/0', { nexthops })]);
    expect(errorsOf(given)).toMatchObject([
      { _tag: 'MultipathDefault', nexthops: [{ link: 'eth0' }, { link: 'eth1', weight: 3 }] },
    ]);
    const plan = planOf(given, { multipath: 'first' });
    expect(plan.defaultGateways).toMatchObject([{ link: 'eth0', gateway: '10.0.0.1' }]);
    expect(plan.losses.map(({ code }) => code)).toContain('approximated/multipath-first');
  });

  test('IPv4 through an IPv6 nexthop is refused, never taken as on-link', () => {
    const given = two([route('0.0.0.0/0', { gateway: 'fe80::1', oif: 2 })]);
    expect(errorsOf(given)[0]?._tag).toBe('DefaultViaOtherFamily');
  });

  test('on a link that is not handed over is an error that says why', () => {
    const port = { ...eth1, master: trusted.ifIndex(2), masterKind: 'bridge' };
    const given = two([route('0.0.0.0/0', via1)], { links: [lo, eth0, port] });
    expect(errorsOf(given)[0]).toMatchObject({ _tag: 'DefaultOnExcludedLink' });
  });

  test('with no usable link at all names every link and its reason', () => {
    const given = two([route('0.0.0.0/0', via0)], { addresses: [] });
    expect(errorsOf(given)[0]).toMatchObject({
      _tag: 'NoUsableLink',
      links: [{ link: 'eth0' }, { link: 'eth1' }],
    });
  });

  test('a policy that has another default leaves out one that could not be had', () => {
    const legs = [
      { ifindex: 2, gateway: '10.0.0.9', weight: 1 },
      { ifindex: 3, gateway: '10.1.0.9', weight: 1 },
    ];
    const multipath = route('0.0.0.0/0', { nexthops: legs, metric: 200 });
    const given = two([route('0.0.0.0/0', { ...via0, metric: 100 }), multipath]);
    expect(errorsOf(given).map(({ _tag }) => _tag)).toStrictEqual(['MultipathDefault']);
    const byMetric = planOf(given, { defaultRoute: 'metric' });
    expect(codesOf(byMetric)['routes[1]']).toBe('dropped/route-higher-metric');
    const byLink = planOf(given, { defaultRoute: { link: eth0.name } });
    expect(codesOf(byLink)['routes[1]']).toBe('dropped/default-not-chosen');
    expect(byLink.defaultGateways).toMatchObject([{ link: 'eth0', gateway: '10.0.0.1' }]);
    for (const defaultRoute of ['metric', { link: eth1.name }] as const)
      expect(
        errorsOf(two([route('0.0.0.0/0', via0), { ...multipath, metric: 0 }]), {
          defaultRoute,
        }),
      ).toMatchObject([{ _tag: 'MultipathDefault' }]);
  });
});

describe('routes', () => {
  test('the lowest metric wins for one prefix, across links', () => {
    const plan = planOf(
      two([
        route('172.16.0.0/12', { ...via0, metric: 200 }),
        route('172.16.0.0/12', { ...via1, metric: 50 }),
      ]),
    );
    expect(plan.fdLinks.map(({ routes }) => routes.length)).toStrictEqual([0, 1]);
    expect(codesOf(plan)['routes[0]']).toBe('dropped/route-higher-metric');
  });

  test('a blackhole is a route to loopback; unreachable, prohibit and throw come close', () => {
    const types = ['blackhole', 'unreachable', 'prohibit', 'throw'];
    const plan = planOf(
      two(types.map((type, i) => route(`198.51.100.${i}/32`, { type, scope: 'global' }))),
    );
    const destinations = plan.loopbackLinks[0]?.routes.map(({ destination }) => destination);
    expect(destinations).toStrictEqual(
      expect.arrayContaining(types.map((_, i) => `198.51.100.${i}/32`)),
    );
    expect(plan.losses.map(({ code }) => code)).toStrictEqual([
      'approximated/unreachable',
      'approximated/prohibit',
      'approximated/throw',
    ]);
  });

  test('route MTU goes along, or is a loss that names the link MTU to set', () => {
    const given = two([route('0.0.0.0/0', { ...via0, metrics: { mtu: 1450 } })]);
    expect(planOf(given).defaultGateways).toMatchObject([{ mtu: 1450 }]);
    const [loss] = planOf(given, { target: '20221219.0' }).losses;
    expect(loss?.summary).toContain('ip link set eth0 mtu 1450');
  });

  test('other tables and rules are losses', () => {
    const plan = planOf(
      two([route('0.0.0.0/0', { ...via1, table: 100 })], {
        rules: [
          {
            family: 'inet',
            priority: 100,
            action: 'to_tbl',
            table: 100,
            src: trusted.prefix('10.1.0.2/32'),
          },
        ],
      }),
    );
    expect(plan.losses.map(({ code }) => code)).toStrictEqual([
      'dropped/route-other-table',
      'dropped/rule',
    ]);
  });

  test.each([
    [['2001:db8::2/64'], []],
    [['2001:db8::2/64', 'fe80::2/64'], []],
    [['2001:db8::2/64', 'fd00::2/64'], ['approximated/route-source']],
    [['fe80::2/64'], ['approximated/route-source']],
  ])('an IPv6 source of %j is lost where the sandbox may choose another', (cidrs, codes) => {
    const given = state({
      links: [lo, eth0],
      addresses: cidrs.map((cidr) => address(2, cidr)),
      routes: [route('2001:db8:7::/48', { oif: 2, gateway: 'fe80::1', prefsrc: '2001:db8::2' })],
    });
    expect(planOf(given).losses.map(({ code }) => code)).toStrictEqual(codes);
  });
});

describe('modes and targets', () => {
  test('none is the default loopback, host is nothing; the state is counted all the same', () => {
    const none = planOf(oneLink, { network: 'none' });
    expect(
      none.loopbackLinks[0]?.addresses.map((a) => `${a.address}/${a.prefixLen}`),
    ).toStrictEqual(['127.0.0.1/8', '::1/128']);
    expect(planOf(oneLink, { network: 'host' }).loopbackLinks).toStrictEqual([]);
    expect(none.basis.scanned).toBe(none.objects.length);
  });

  test('a pause container has no network before multi-container, and the pod later', () => {
    expect(planOf(oneLink, { pause: true, target: '2018-04' }).network).toBe('none');
    expect(planOf(oneLink, { pause: true, target: '20190304.1' }).fdLinks).toHaveLength(1);
  });

  test('the 2018 target has one loopback link per address and no IPv6 on links', () => {
    const plan = planOf(dualStack, { target: '2018-04' });
    expect(plan.loopbackLinks.map(({ addresses }) => addresses.length)).toStrictEqual([1, 1]);
    expect(plan.defaultGateways.map(({ family }) => family)).toStrictEqual(['inet']);
    expect(plan.losses.map(({ code }) => code)).toContain('dropped/family-unsupported');
  });

  test('an empty namespace is a valid plan with loopback and a note', () => {
    const plan = planOf(state({ links: [{ ...lo, flags: ['LOOPBACK'] }] }));
    expect(plan.loopbackLinks[0]?.addresses).toHaveLength(2);
    expect(plan.notes.map(({ code }) => code)).toStrictEqual([
      'note/loopback-made',
      'note/no-usable-links',
    ]);
  });

  test("the machine's own namespace may be looked at, and the plan says so", () => {
    const netns = { inode: '4026531833', cookie: '1', root: true };
    expect(planOf({ ...oneLink, netns }).notes[0]?.code).toBe('note/root-namespace');
  });

  test('an unknown target and an option that the target lacks are errors', () => {
    expect(errorsOf(oneLink, { target: '2017-01' })[0]?._tag).toBe('UnknownTarget');
    expect(errorsOf(oneLink, { target: '2018-04', channels: 2 })[0]).toMatchObject({
      _tag: 'OptionUnsupported',
      option: 'channels',
    });
  });

  test('all errors of a state come together', () => {
    const given = two([route('0.0.0.0/0', { ...via0 }), route('0.0.0.0/0', { ...via1 })], {
      addresses: [address(2, '10.0.0.2/24'), address(3, '10.0.0.2/24')],
    });
    expect(errorsOf(given).map(({ _tag }) => _tag)).toStrictEqual([
      'DuplicateAddress',
      'DuplicateDefaultGateway',
    ]);
  });

  test('a target that carries no MAC and no prefix length loses them, and says so', () => {
    const codes = planOf(
      two([], { addresses: [address(2, '10.0.0.2/24'), address(3, '10.1.0.2/31')] }),
      {
        target: '2018-04',
      },
    ).losses.map(({ path, code }) => [path, code]);
    expect(codes).toStrictEqual([
      ['links[1]', 'approximated/link-address'],
      ['links[2]', 'approximated/link-address'],
      ['addresses[0]', 'approximated/address-prefix'],
    ]);
  });

  test('checksums that a target does not let choose are refused', () => {
    const options = { target: '2020-05', txChecksumOffload: true, rxChecksumOffload: false };
    expect(errorsOf(two([]), options)).toMatchObject([
      { _tag: 'OptionUnsupported', option: 'txChecksumOffload' },
      { _tag: 'OptionUnsupported', option: 'rxChecksumOffload' },
    ]);
  });
});
