/** Random namespace states: consistent enough to be planned, strange enough to meet every rule. */
import fc from 'fast-check';
import { networkOf } from '../../src/plan/model/address.js';
import type { FilterChain, Filters, Translation } from '../../src/plan/model/filters.js';
import type {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  Nexthop,
  NexthopObject,
  Route,
  Rule,
} from '../../src/plan/model/state.js';
import { address, link, lo, route, state } from './states.js';

const LINKS = 4;
const ifindex = fc.integer({ min: 1, max: LINKS + 1 });

const ip4 = fc
  .tuple(fc.constantFrom(10, 172, 192, 224, 198), fc.nat(3), fc.nat(3), fc.nat(255))
  .map((octets) => octets.join('.'));
const ip6 = fc
  .tuple(fc.constantFrom('fd00', '2001:db8', 'fe80', 'ff02'), fc.nat(3), fc.nat(255))
  .map(([head, net, host]) => `${head}:${net}::${(host + 1).toString(16)}`);
const ip = (family: 'inet' | 'inet6') => (family === 'inet' ? ip4 : ip6);
const family = fc.constantFrom('inet' as const, 'inet6' as const);
const lengthOf = (f: 'inet' | 'inet6') =>
  f === 'inet' ? fc.constantFrom(0, 0, 8, 16, 24, 31, 32) : fc.constantFrom(0, 0, 32, 64, 127, 128);

const arbitraryLink = (index: number): fc.Arbitrary<Link> =>
  fc
    .record({
      up: fc.boolean(),
      kind: fc.constantFrom('veth', 'veth', 'macvlan', 'tun', 'bridge', 'vrf', 'vxlan'),
      type: fc.constantFrom('ether', 'ether', 'none', 'infiniband'),
      master: fc.option(ifindex, { nil: undefined, freq: 6 }),
      gso: fc.option(fc.boolean(), { nil: undefined }),
      carrier: fc.boolean(),
    })
    .map(({ up, master, gso, ...rest }) =>
      link(index + 2, `eth${index}`, {
        ...rest,
        flags: up ? ['BROADCAST', 'UP'] : ['BROADCAST'],
        ...(master === undefined ? {} : { master, masterKind: 'bridge' }),
        ...(gso === undefined ? {} : { gso }),
      }),
    );

const arbitraryAddress: fc.Arbitrary<Address> = family.chain((f) =>
  fc
    .record({
      index: ifindex,
      local: ip(f),
      prefixLen: lengthOf(f),
      flags: fc.subarray(['permanent', 'dadfailed', 'deprecated', 'tentative', 'secondary']),
      scope: fc.constantFrom('global', 'global', 'link', 'host'),
      validLft: fc.option(fc.nat(1000), { nil: null, freq: 2 }),
    })
    .map(({ index, local, prefixLen, ...more }) => address(index, `${local}/${prefixLen}`, more)),
);

const arbitraryHop = (f: 'inet' | 'inet6'): fc.Arbitrary<Nexthop> =>
  fc
    .record({
      ifindex,
      gateway: fc.option(fc.oneof({ weight: 9, arbitrary: ip(f) }, { weight: 1, arbitrary: ip6 }), {
        nil: undefined,
      }),
      weight: fc.integer({ min: 1, max: 4 }),
      flags: fc.subarray(['onlink', 'dead', 'linkdown']),
    })
    .map(
      ({ gateway, ...hop }) =>
        ({ ...hop, ...(gateway === undefined ? {} : { gateway }) }) as unknown as Nexthop,
    );

const nexthopOf = (type: string, hops: ReadonlyArray<Nexthop>): Partial<Route> => {
  const [first] = hops;
  if (type !== 'unicast' || first === undefined) return {};
  if (hops.length > 1) return { nexthops: hops };
  const { ifindex: oif, gateway } = first;
  return { ...(oif && { oif }), ...(gateway && { gateway }) };
};

const arbitraryRoute: fc.Arbitrary<Route> = family.chain((f) =>
  fc
    .record({
      fixed: fc.record({
        near: ip(f),
        length: lengthOf(f),
        hops: fc.array(arbitraryHop(f), { minLength: 1, maxLength: 3 }),
        /** the kernel gives the id of a nexthop object alone */
        byId: fc.boolean(),
        type: fc.constantFrom(
          ...Array(5).fill('unicast'),
          'blackhole',
          'unreachable',
          'prohibit',
          'throw',
          'local',
          'multicast',
        ),
      }),
      more: fc.record(
        {
          table: fc.constantFrom(254, 254, 254, 254, 255, 253, 100),
          protocol: fc.constantFrom('kernel', 'boot', 'static', 'ra'),
          metric: fc.nat(3),
          tos: fc.constantFrom(0, 0, 0, 8),
          metrics: fc.constantFrom({}, { mtu: 1400 }, { advmss: 1200 }),
          prefsrc: ip(f),
          nhid: fc.integer({ min: 1, max: 4 }),
        },
        { requiredKeys: ['table', 'protocol'] },
      ),
    })
    .map(({ fixed: { near, length, hops, type, byId }, more }) => {
      const nexthop = byId && more.nhid !== undefined ? {} : nexthopOf(type, hops);
      return route(networkOf(near, length), { type, ...more, ...nexthop });
    }),
);

const arbitraryRule: fc.Arbitrary<Rule> = fc
  .record({
    family,
    priority: fc.constantFrom(0, 32766, 100),
    table: fc.constantFrom(255, 254, 100),
  })
  .map((rule) => ({ ...rule, action: 'to_tbl' }));

const arbitraryNeighbor: fc.Arbitrary<Neighbor> = family.chain((f) =>
  fc
    .record({
      ifindex,
      dst: ip(f),
      state: fc.constantFrom(['permanent'], ['reachable'], ['noarp'], []),
      flags: fc.subarray(['proxy', 'router']),
      lladdr: fc.option(fc.constant('02:00:00:00:00:09'), { nil: undefined }),
    })
    .map(
      ({ lladdr, ...rest }) =>
        ({
          family: f,
          ...rest,
          ...(lladdr === undefined ? {} : { lladdr }),
        }) as unknown as Neighbor,
    ),
);

const arbitraryNexthop = (id: number): fc.Arbitrary<NexthopObject> =>
  fc.record({ oif: ifindex, gateway: fc.option(ip4, { nil: undefined }) }).map(
    ({ oif, gateway }) =>
      ({
        id,
        family: 'inet',
        protocol: 'static',
        scope: 'global',
        flags: [],
        oif,
        ...(gateway === undefined ? {} : { gateway }),
      }) as unknown as NexthopObject,
  );

/** Three nexthops and a group of two of them. */
const arbitraryNexthops: fc.Arbitrary<ReadonlyArray<NexthopObject>> = fc
  .tuple(arbitraryNexthop(1), arbitraryNexthop(2), arbitraryNexthop(3))
  .map((nexthops) => [
    ...nexthops,
    {
      id: 4,
      family: 'unspec',
      protocol: 'static',
      scope: 'global',
      flags: [],
      group: [
        { id: 1, weight: 1 },
        { id: 2, weight: 3 },
      ],
    },
  ]);

const name = fc.constantFrom('nat', 'filter', 'DOCKER_OUTPUT', 'mine', 'with blank');
const digest = fc.constantFrom('90e1057984e1d7c1', '8294dd5306d46be4');
const count = fc.nat(5);
/** Of another link than there is, too: what a person writes by hand may be. */
const device = fc.constantFrom('eth0', 'eth1', 'eth9');

const arbitraryTranslation: fc.Arbitrary<Translation> = fc
  .record(
    {
      kind: fc.constantFrom('dnat', 'snat', 'masquerade', 'redirect'),
      protocol: fc.constantFrom('tcp', 'udp'),
      source: ip4,
      destination: fc.oneof(ip4, fc.constant('127.0.0.11')),
      destinationPort: fc.nat(65535),
      to: ip4,
      toPort: fc.nat(65535),
    },
    { requiredKeys: ['kind'] },
  )
  .map((one) => one as unknown as Translation);

const arbitraryChain: fc.Arbitrary<FilterChain> = fc.record(
  {
    framework: fc.constantFrom('nftables' as const, 'iptables' as const),
    family: fc.constantFrom('ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'),
    table: name,
    chain: name,
    hook: fc.constantFrom('prerouting', 'input', 'output', 'ingress', 'egress'),
    priority: fc.constantFrom(-300, 0, 100),
    policy: fc.constantFrom('accept', 'drop'),
    rules: count,
    actions: fc.subarray(['accept', 'dnat', 'drop', 'snat']),
    digest,
    type: fc.constantFrom('filter', 'nat', 'route'),
    devices: fc.array(device, { minLength: 1, maxLength: 2 }),
    translations: fc.array(arbitraryTranslation, { maxLength: 5 }),
    dormant: fc.boolean(),
    partial: fc.boolean(),
  },
  {
    requiredKeys: [
      ...(['framework', 'family', 'table', 'chain', 'hook', 'priority', 'policy'] as const),
      ...(['rules', 'actions', 'digest'] as const),
    ],
    noNullPrototype: true,
  },
);

const arbitrarySysctl = fc
  .record({
    key: fc.constantFrom(
      ...['net.ipv4.ip_forward', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_port_range'],
      ...['net.ipv4.conf.*.rp_filter', 'net.ipv4.conf.*.arp_ignore', 'net.ipv4.conf.all.rp_filter'],
      ...['net.ipv4.conf.*.src_valid_mark', 'net.ipv6.conf.*.disable_ipv6'],
    ),
    value: fc.constantFrom('0', '1', '2', '80'),
    index: ifindex,
  })
  .map(({ index, ...rest }) => (rest.key.includes('*') ? { ...rest, ifindex: index } : rest));

const arbitraryFilters: fc.Arbitrary<Filters> = fc
  .record(
    {
      netfilter: fc.array(arbitraryChain, { maxLength: 4 }),
      ipsec: fc.array(
        fc.record({
          direction: fc.constantFrom('in', 'out'),
          policies: count,
          blocking: count,
          digest,
        }),
        { maxLength: 2 },
      ),
      linkFilters: fc.array(
        fc.record({
          ifindex,
          hook: fc.constantFrom('ingress', 'egress', 'xdp'),
          kinds: fc.subarray(['bpf', 'u32']),
          filters: count,
          digest,
        }),
        { maxLength: 3 },
      ),
      sysctls: fc.array(arbitrarySysctl, { maxLength: 4 }),
    },
    { requiredKeys: [] },
  )
  .map((filters) => filters as unknown as Filters);

/** Up to four links besides lo, with whatever addresses, routes, rules, neighbors and filters. */
export const arbitraryState: fc.Arbitrary<NamespaceState> = fc
  .record({
    links: fc.tuple(...Array.from({ length: LINKS }, (_, i) => arbitraryLink(i))),
    addresses: fc.array(arbitraryAddress, { maxLength: 8 }),
    routes: fc.array(arbitraryRoute, { maxLength: 16 }),
    rules: fc.array(arbitraryRule, { maxLength: 4 }),
    neighbors: fc.array(arbitraryNeighbor, { maxLength: 4 }),
    nexthops: arbitraryNexthops,
    filters: arbitraryFilters,
  })
  .map(({ links, filters, ...rest }) => state({ links: [lo, ...links], ...rest, ...filters }));
