/** Observation against a second reader of the same kernel: what `ip -j -d` shows is what a state holds. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, vi } from 'vitest';
import { inNetns } from '../../src/executor/linux/netns.js';
import { observe } from '../../src/executor/namespace/observe.js';
import { settle } from '../../src/executor/namespace/settle.js';
import { type Connection, openConnection } from '../../src/executor/netlink/connection.js';
import { networkOf, widthOf } from '../../src/plan/model/address.js';
import type {
  Address,
  Link,
  NamespaceState,
  Neighbor,
  Route,
  Rule,
} from '../../src/plan/model/state.js';
import { type TestNetns, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

type Json = Readonly<Record<string, unknown>>;

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const withConnection = async <A>(
  netns: TestNetns,
  use: (c: Connection) => Promise<A>,
): Promise<A> => {
  const connection = right(inNetns(netns.path, openConnection)());
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
};
const extras = { netns: { inode: '1', cookie: '1', root: false }, gso: () => undefined };
const observed = (netns: TestNetns): Promise<NamespaceState> =>
  withConnection(netns, async (connection) => right(await observe(connection, extras)()));

const ip = (netns: TestNetns, ...args: ReadonlyArray<string>): ReadonlyArray<Json> => {
  const text = execFileSync('ip', ['-n', netns.name, '-j', '-d', ...args], { encoding: 'utf8' });
  return text.trim() === '' ? [] : (JSON.parse(text) as ReadonlyArray<Json>);
};

/** Only what is there: `ip` leaves out what a state leaves out. */
const defined = (record: Json): Json =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
const without = (record: object, ...keys: ReadonlyArray<string>): Json =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));

type Indices = ReadonlyMap<unknown, unknown>;

const shownLink = (shown: Json, indices: Indices): Json => {
  const info = (shown['linkinfo'] ?? {}) as Json;
  const data = (info['info_data'] ?? {}) as Json;
  const kind = info['info_kind'];
  const parent = shown['link_index'] ?? indices.get(shown['link']);
  return defined({
    ifindex: shown['ifindex'],
    name: shown['ifname'],
    flags: shown['flags'],
    type: shown['link_type'],
    mtu: shown['mtu'],
    kind,
    address: shown['address'],
    broadcast: shown['broadcast'],
    operstate: shown['operstate'],
    gsoMaxSize: shown['gso_max_size'],
    master: indices.get(shown['master']),
    masterKind: info['info_slave_kind'],
    parent,
    mode: kind === 'tun' ? data['type'] : kind === 'macvlan' ? data['mode'] : undefined,
    altnames: shown['altnames'],
    group: shown['group'] === 'default' ? undefined : Number(shown['group']),
  });
};
const comparableLink = (link: Link): Json => without(link, 'carrier');

const ADDRESS_FLAGS: Readonly<Record<string, string>> = {
  secondary: 'secondary',
  temporary: 'temporary',
  nodad: 'nodad',
  optimistic: 'optimistic',
  dadfailed: 'dadfailed',
  home: 'homeaddress',
  deprecated: 'deprecated',
  tentative: 'tentative',
  mngtmpaddr: 'mngtmpaddr',
  noprefixroute: 'noprefixroute',
  autojoin: 'autojoin',
  'stable-privacy': 'stable-privacy',
};
/** Lifetimes run between two readings: to 5 seconds. */
const coarse = (seconds: unknown): unknown =>
  seconds === 0xffff_ffff || seconds === null ? null : Math.round(Number(seconds) / 5);

const shownAddress = (link: Json, shown: Json): Json =>
  defined({
    ifindex: link['ifindex'],
    family: shown['family'],
    local: shown['local'],
    prefixLen: shown['prefixlen'],
    scope: shown['scope'],
    flags: Object.entries(ADDRESS_FLAGS)
      .filter(([key]) => shown[key] === true)
      .map(([, flag]) => flag)
      .concat(shown['dynamic'] === true ? [] : ['permanent'])
      .toSorted(),
    validLft: coarse(shown['valid_life_time']),
    preferredLft: coarse(shown['preferred_life_time']),
    peer: shown['address'],
    broadcast: shown['broadcast'],
    label: shown['label'],
    metric: shown['metric'],
  });
/** iproute2 6.1 does not know IFA_PROTO. */
const comparableAddress = (a: Address): Json => ({
  ...without(a, 'protocol'),
  flags: a.flags.toSorted(),
  validLft: coarse(a.validLft),
  preferredLft: coarse(a.preferredLft),
});

const TABLES: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 };
const table = (shown: unknown): number | undefined =>
  shown === undefined ? undefined : (TABLES[shown as string] ?? Number(shown));
const prefix = (text: unknown, family: string): string | undefined => {
  const width = family === 'inet' ? 32 : 128;
  if (text === undefined) return undefined;
  if (text === 'default') return family === 'inet' ? '0.0.0.0/0' : '::/0';
  return String(text).includes('/') ? String(text) : `${text}/${width}`;
};
const gateway = (shown: Json): unknown => shown['gateway'] ?? (shown['via'] as Json)?.['host'];
const number = (text: unknown): number | undefined =>
  text === undefined ? undefined : Number(text);
/** A list that is not sent when it is empty. */
const nonEmpty = (list: unknown): unknown =>
  Array.isArray(list) && list.length > 0 ? list : undefined;

const flow = (shown: Json): unknown => {
  const { from, to } = (shown['flow'] ?? {}) as Json;
  return realms(from, to);
};

const shownRoute = (shown: Json, family: 'inet' | 'inet6', indices: Indices): Json => {
  const metrics = (shown['metrics'] as ReadonlyArray<Json> | undefined)?.[0];
  return defined({
    family,
    table: table(shown['table']),
    type: shown['type'],
    dst: prefix(shown['dst'], family),
    protocol: shown['protocol'],
    scope: shown['scope'],
    flags: shown['flags'],
    src: prefix(shown['from'], family),
    tos: number(shown['tos']),
    metric: shown['metric'],
    prefsrc: shown['prefsrc'],
    gateway: gateway(shown),
    oif: indices.get(shown['dev']),
    nhid: shown['nhid'],
    metrics: metrics === undefined ? undefined : without(metrics, 'congestion', 'features'),
    congctl: metrics?.['congestion'],
    pref: shown['pref'],
    realms: flow(shown),
    expires: shown['expires'] === undefined ? undefined : coarse(shown['expires']),
    nexthops: (shown['nexthops'] as ReadonlyArray<Json> | undefined)?.map((hop) =>
      defined({
        weight: hop['weight'],
        ifindex: indices.get(hop['dev']),
        gateway: gateway(hop),
        flags: nonEmpty(hop['flags']),
        realms: flow(hop),
      }),
    ),
  });
};
const comparableRoute = (route: Route): Json => {
  const { metrics, expires, nexthops } = route;
  const amounts = metrics === undefined ? {} : without(metrics, 'features');
  return defined({
    ...without(route, 'lock', 'other'),
    metrics: metrics === undefined && route.congctl === undefined ? undefined : amounts,
    expires: expires === undefined ? undefined : coarse(expires),
    nexthops: nexthops?.map((hop) => without(hop, 'other')),
  });
};

const range = (start: unknown, end: unknown) => (start === undefined ? undefined : { start, end });
const realms = (from: unknown, to: unknown): unknown => (from === undefined ? to : `${from}/${to}`);

const shownRule = (shown: Json, family: 'inet' | 'inet6'): Json => {
  /** The kernel keeps the host bits of a selector and never compares them. */
  const selector = (address: unknown, length: unknown) =>
    address === 'all' || address === undefined
      ? undefined
      : networkOf(String(address), Number(length ?? widthOf(family)));
  return defined({
    family,
    priority: shown['priority'],
    action: shown['action'] ?? ['goto', 'nop'].find((action) => action in shown) ?? 'to_tbl',
    table: table(shown['table']),
    src: selector(shown['src'], shown['srclen']),
    dst: selector(shown['dst'], shown['dstlen']),
    tos: number(shown['tos']),
    fwmark: number(shown['fwmark']),
    fwmask: number(shown['fwmask']),
    iif: shown['iif'],
    oif: shown['oif'],
    invert: 'not' in shown ? true : undefined,
    protocol: shown['protocol'],
    goto: shown['goto'],
    suppressPrefixlength: shown['suppress_prefixlen'],
    suppressIfgroup: number(shown['suppress_ifgroup']),
    l3mdev: 'l3mdev' in shown ? true : undefined,
    uidRange: range(shown['uid_start'], shown['uid_end']),
    ipproto: ({ tcp: 6, udp: 17 } as Json)[String(shown['ipproto'])],
    sport: range(shown['sport_start'] ?? shown['sport'], shown['sport_end'] ?? shown['sport']),
    dport: range(shown['dport_start'] ?? shown['dport'], shown['dport_end'] ?? shown['dport']),
    tunId: shown['tun_id']?.toString(),
    realms: realms(shown['flow_from'], shown['flow_to']),
  });
};
/** `ip` prints a mask only where it is not all ones, and this one none of a port. */
const comparableRule = (rule: Rule): Json =>
  without(rule, 'sportMask', 'dportMask', ...(rule.fwmask === 0xffff_ffff ? ['fwmask'] : []));

const NEIGHBOR_FLAGS = ['router', 'proxy', 'extern_learn', 'offload', 'managed'];
/** What the kernel learns changes between two readings. */
const settled = (state: ReadonlyArray<string>): ReadonlyArray<string> =>
  state.every((name) => ['permanent', 'noarp'].includes(name)) ? state : ['dynamic'];

/** `ip` shows a byte that is not there of an address of no bytes, as those of a tun device are. */
const shownNeighbor = (shown: Json, indices: Indices): Json =>
  defined({
    ifindex: indices.get(shown['dev']),
    family: String(shown['dst']).includes(':') ? 'inet6' : 'inet',
    dst: shown['dst'],
    state: settled(((shown['state'] ?? []) as ReadonlyArray<string>).map((s) => s.toLowerCase())),
    flags: NEIGHBOR_FLAGS.filter((flag) => flag in shown),
    lladdr: String(shown['lladdr']).includes(':') ? shown['lladdr'] : undefined,
    protocol: shown['protocol'],
  });
const comparableNeighbor = (n: Neighbor): Json => ({ ...n, state: settled(n.state) });
/** The kernel makes the entries of multicast groups when it first sends to one, perhaps between two readings. */
const isUnicast = ({ dst }: Json): boolean => !/^(ff|22[4-9]\.|23\d\.)/.test(String(dst));

const shownNexthop = (shown: Json, indices: Indices): Json =>
  defined({
    id: shown['id'],
    protocol: shown['protocol'],
    scope: shown['scope'],
    flags: shown['flags'],
    oif: indices.get(shown['dev']),
    gateway: shown['gateway'],
    group: (shown['group'] as ReadonlyArray<Json> | undefined)?.map((m) => ({ weight: 1, ...m })),
    blackhole: 'blackhole' in shown ? true : undefined,
    fdb: 'fdb' in shown ? true : undefined,
  });

const shownByIproute2 = (netns: TestNetns) => {
  const links = ip(netns, 'addr', 'show');
  const indices: Indices = new Map(links.map(({ ifname, ifindex }) => [ifname, ifindex]));
  const families = [
    ['-4', 'inet'],
    ['-6', 'inet6'],
  ] as const;
  return {
    links: links.map((link) => shownLink(link, indices)),
    addresses: links.flatMap((link) =>
      (link['addr_info'] as ReadonlyArray<Json>).map((address) => shownAddress(link, address)),
    ),
    routes: families.flatMap(([option, family]) =>
      ip(netns, option, 'route', 'show', 'table', 'all').map((r) => shownRoute(r, family, indices)),
    ),
    rules: families.flatMap(([option, family]) =>
      ip(netns, option, 'rule', 'show').map((rule) => shownRule(rule, family)),
    ),
    neighbors: [...ip(netns, 'neigh', 'show', 'nud', 'all'), ...ip(netns, 'neigh', 'show', 'proxy')]
      .map((neighbor) => shownNeighbor(neighbor, indices))
      .filter(isUnicast),
    nexthops: ip(netns, 'nexthop', 'show').map((nexthop) => shownNexthop(nexthop, indices)),
  };
};

const comparable = (state: NamespaceState): ReturnType<typeof shownByIproute2> => ({
  links: state.links.map(comparableLink),
  addresses: state.addresses
    .toSorted((a, b) => a.ifindex - b.ifindex) // `ip` groups them by link
    .map(comparableAddress),
  routes: state.routes.map(comparableRoute),
  rules: state.rules.map(comparableRule),
  neighbors: state.neighbors.map(comparableNeighbor).filter(isUnicast),
  nexthops: state.nexthops.map((nexthop) => without(nexthop, 'family', 'other')),
});

const RECIPES = readFileSync(join(import.meta.dirname, '../support/recipes.sh'), 'utf8');
const recipes = [...RECIPES.matchAll(/^([cf]\d+)\(\)/gm)].map(([, name]) => name ?? '');

/** One of everything that this kernel can hold and `ip` can show. */
const RICH = `
ip addr add fd00::2/64 dev eth0 nodad
ip addr add fd01::2/64 dev eth1 nodad
ip addr add 10.9.0.1 peer 10.9.0.2/32 dev eth1
ip addr add 10.0.0.3/24 brd + dev eth0 label eth0:x valid_lft 600 preferred_lft 300 metric 77
ip addr add 10.8.0.1/24 dev eth0 scope 17
ip addr add fd00::7 peer fd00::8/128 dev eth0 nodad
ip link add br0 type bridge
ip link add mv0 link eth0 type macvlan mode private
ip tuntap add dev tap0 mode tap
ip link set mv0 group 7
ip tuntap add dev tun0 mode tun
ip link set tap0 master br0
ip nexthop add id 7 via 10.0.0.1 dev eth0
ip nexthop add id 8 via 10.1.0.1 dev eth1 proto 77
ip nexthop add id 9 group 7,3/8,65
ip nexthop add id 10 blackhole
ip nexthop add id 12 group 7/8 type resilient buckets 32
ip nexthop add id 13 via fd00::1 dev eth0 onlink
ip route add 192.0.2.0/24 nhid 9
ip route add 198.51.100.0/24 via 10.0.0.1 dev eth0 onlink mtu 1400 advmss 1300 initcwnd 10 congctl cubic src 10.0.0.2 metric 5 tos 0x10 proto bird quickack 1
ip route add 203.0.113.0/24 nexthop via 10.0.0.1 dev eth0 weight 2 realm 5 nexthop via inet6 fd00::1 dev eth0 onlink
ip route add 100.64.0.0/10 via inet6 fd00::1 dev eth0 table 300
ip route add throw 100.0.0.0/10 table 301 proto 77
ip -6 route add 2001:db8::/32 via fd00::1 expires 100 pref high mtu 1300 src fd00::2
ip -6 route add 2001:db8:1::/48 nexthop via fd00::1 dev eth0 weight 5 nexthop via fd01::1 dev eth1
ip -6 route add 2001:db8:2::/48 nhid 13
ip -6 route add 2001:db8:3::/48 from 2001:db8:4::/48 via fd00::1
ip -6 route add blackhole 2001:db8:5::/48
ip rule add not from 10.1.0.2/24 to 10.0.0.0/8 tos 0x10 fwmark 0x5/0xff iif eth0 oif eth1 lookup 300
ip rule add fwmark 7 lookup 300 pref 60
ip rule add from all goto 32766 pref 50
ip -6 rule add prohibit to 2001:db8::/32
ip rule add pref 61 uidrange 5-9 ipproto udp sport 53 dport 1000-2000 lookup 300
ip rule add pref 62 lookup 300 suppress_prefixlength 8 suppress_ifgroup 7
ip rule add pref 63 nop; ip rule add pref 64 tun_id 99 lookup 300; ip rule add pref 65 lookup 300 realms 5/9
ip rule add pref 66 l3mdev
ip route add 100.80.0.0/16 via 10.0.0.1 realm 3/4
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent router protocol bird
ip neigh add 10.0.0.10 lladdr 02:00:00:00:00:0a dev eth0 extern_learn
ip neigh add 10.0.0.11 lladdr 02:00:00:00:00:0b dev eth0 nud noarp
ip neigh add 10.0.0.12 dev eth0 managed
ip neigh add proxy fd00::99 dev eth0`;

/** An address comes and goes, and with it a prefix, a host and a broadcast route. */
const CHURN = `echo started; while :; do
ip addr add 10.77.0.1/24 brd + dev eth0; sleep 0.005; ip addr del 10.77.0.1/24 dev eth0; sleep 0.005; done`;
const traces = ({ addresses, routes }: NamespaceState): string => {
  const count = (texts: ReadonlyArray<string>) =>
    texts.filter((text) => text.startsWith('10.77.')).length;
  const [there, led] = [
    count(addresses.map(({ local }) => local)),
    count(routes.map(({ dst }) => dst)),
  ];
  return `${there} addresses, ${led} routes`;
};

describeWith(['netns'], 'observe', () => {
  test.for(recipes)('%s is what ip -j -d shows', async (recipe, { pair }) => {
    pair.recipe(recipe);
    const state = await observed(pair.netns);
    expect(comparable(state)).toStrictEqual(shownByIproute2(pair.netns));
  });

  test('so is one of everything', async ({ pair }) => {
    pair.recipe('base; second');
    pair.netns.sh(RICH);
    const state = await observed(pair.netns);
    expect(comparable(state)).toStrictEqual(shownByIproute2(pair.netns));
    expect(state.nexthops).toHaveLength(6);
    expect(state.links.find(({ name }) => name === 'tap0')).toMatchObject({
      kind: 'tun',
      mode: 'tap',
      masterKind: 'bridge',
      carrier: false,
    });
  });

  test('a change between dumps never shows: an address is there with its routes or not at all', async ({
    pair,
  }) => {
    pair.recipe('base');
    const { netns } = pair;
    const churn = spawn('ip', ['netns', 'exec', netns.name, 'sh', '-c', CHURN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(churn.stdout, 'data');
      const seen = new Set<string>();
      await withConnection(netns, async (connection) => {
        for (let i = 0; i < 200; i++) {
          const state = right(await observe(connection, extras)());
          seen.add(traces(state));
          await new Promise((resolve) => setTimeout(resolve, i % 7));
        }
      });
      expect([...seen].toSorted()).toStrictEqual([
        '0 addresses, 0 routes',
        '1 addresses, 3 routes',
      ]);
    } finally {
      churn.kill('SIGKILL');
    }
  });

  test('100,000 routes come whole and in order, and the event loop runs meanwhile', async ({
    pair,
  }) => {
    pair.recipe('base');
    const { netns } = pair;
    const routes = Array.from(
      { length: 100_000 },
      (_, i) => `route add 20.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32 via 10.0.0.1\n`,
    );
    execFileSync('ip', ['-n', netns.name, '-batch', '-'], { input: routes.join('') });
    let turns = 0;
    let counting = true;
    const count = () => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const state = await observed(netns);
    counting = false;
    const ours = state.routes.filter(({ dst }) => dst.startsWith('20.'));
    expect(ours.map(({ dst }) => dst)).toStrictEqual(routes.map((line) => line.split(' ')[2]));
    expect(turns).toBeGreaterThan(100);
  });

  test('a connection works from anywhere and outlives the name of its namespace', async ({
    pair,
  }) => {
    pair.recipe('base');
    const { netns } = pair;
    await withConnection(netns, async (connection) => {
      execFileSync('umount', [netns.path]);
      execFileSync('rm', [netns.path]);
      const state = right(await observe(connection, extras)());
      expect(state.links.map(({ name }) => name)).toStrictEqual(['lo', 'eth0']);
    });
  });

  test('settle is woken by the interface that comes later', async ({ pair }) => {
    const { netns, peer } = pair;
    const usable = (state: NamespaceState) =>
      state.addresses.some(({ local }) => local === '10.0.0.2');
    await withConnection(netns, async (connection) => {
      let scans = 0;
      const counted = observe(connection, extras);
      const watched = {
        observe: () => {
          scans += 1;
          return counted();
        },
        notified: connection.notified,
      };
      const waiting = settle(watched)(usable, 60_000)();
      await vi.waitUntil(() => scans > 0, { timeout: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const idle = scans;
      netns.sh(`ip link add eth0 type veth peer name h0 netns ${peer.name}; ip link set eth0 up
        ip addr add 10.0.0.2/24 dev eth0`);
      expect(right(await waiting)).toMatchObject({ settled: true });
      expect(idle).toBe(1);
      expect(right(await settle(watched)(() => false, 50)())).toMatchObject({ settled: false });
    });
  });
});
