/** The sandbox forwards like the kernel: frames on the wires of a real container against the kernel's own lookups. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect } from 'vitest';
import { formatAddress, fromBigInt } from '../../src/plan/model/address.js';
import type { Family } from '../../src/plan/model/scalars.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { mainTableFates } from '../../src/plan/routing/kernel-table.js';
import { test } from '../support/gvisor-world.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';
import { containerWire, kernelWire, threeLinks } from '../support/wire.js';

/** The release under test; its sandbox takes the first route that matches. */
const TARGET = ['--target', '20221219.0'];

interface Case {
  readonly name: string;
  /** arguments of ip, one command per line */
  readonly setUp: string;
  readonly destinations: string;
  readonly options?: ReadonlyArray<string>;
}

const CASES: ReadonlyArray<Case> = [
  {
    name: 'prefixes nested on one link',
    setUp: `
      route add 172.16.0.0/12 via 10.0.0.9
      route add 172.16.128.0/17 via 10.0.0.8
      route add 172.16.128.64/26 via 10.0.0.7
      route add 172.16.128.65 via 10.0.0.6
      route add default via 10.0.0.1
      -6 route add fd10::/16 via 2001:db8::9
      -6 route add fd10:1::/32 via 2001:db8::8
      -6 route add fd10:1:1::/48 via 2001:db8::7
      -6 route add fd10:1:1::1 via 2001:db8::6
      -6 route add default via 2001:db8::1`,
    destinations: `172.15.255.255 172.16.0.1 172.16.127.255 172.16.128.63 172.16.128.64 172.16.128.65
      172.16.128.66 172.16.128.128 172.31.255.254 172.32.0.0
      fd0f::1 fd10::1 fd10:1::1 fd10:1:1::1 fd10:1:1::2 fd10:1:2::1 fd10:2::1 fd11::1`,
  },
  {
    name: 'routes of the first link that cover the networks of later links',
    setUp: `
      route add 10.0.0.0/8 via 10.0.0.9
      route add 10.128.0.0/9 via 10.0.0.8
      route add 10.2.0.64/26 via 10.1.0.7
      route add default via 10.2.0.1
      -6 route add 2001:db8::/32 via 2001:db8::9
      -6 route add 2001:db8:8000::/33 via 2001:db8::8
      -6 route add default via 2001:db8:2::1`,
    destinations: `10.0.0.5 10.0.1.5 10.1.0.5 10.1.1.5 10.2.0.5 10.2.0.65 10.128.1.1 11.0.0.1
      2001:db8::5 2001:db8:1::5 2001:db8:2::5 2001:db8:3::5 2001:db8:8000::5 2001:db9::1`,
  },
  {
    name: 'the lowest metric of one prefix, across links',
    setUp: `
      route add 172.16.0.0/12 via 10.0.0.9 metric 200
      route add 172.16.0.0/12 via 10.1.0.9 metric 50
      route add 172.20.0.0/16 via 10.0.0.8 metric 900
      route add 172.20.0.0/16 dev eth2 metric 901
      route add default via 10.0.0.1 metric 7
      -6 route add fd10::/16 via 2001:db8::9 metric 2000
      -6 route add fd10::/16 via 2001:db8:1::9 metric 5
      -6 route add fd10:1::/32 via 2001:db8::8 metric 90
      -6 route add fd10:1::/32 dev eth2 metric 91`,
    destinations: `172.16.0.1 172.19.255.255 172.20.0.1 172.20.255.255 172.21.0.0 198.51.100.1
      fd10::1 fd10:1::1 fd10:2::1 fd11::1`,
  },
  {
    name: 'the order of links against the order of prefixes',
    setUp: `
      route add 198.18.0.0/15 via 10.0.0.9
      route add 198.18.4.0/24 via 10.1.0.9
      route add 198.18.4.128/25 via 10.0.0.8
      route add 198.18.4.200 via 10.2.0.9
      route add 198.19.0.0/16 via 10.2.0.8
      route add 198.19.128.0/17 via 10.1.0.8
      route add 198.19.128.0/18 via 10.0.0.7
      -6 route add fd10::/16 via 2001:db8::9
      -6 route add fd10:4::/32 via 2001:db8:1::9
      -6 route add fd10:4:8000::/33 via 2001:db8::8
      -6 route add fd10:4:8000::77 via 2001:db8:2::9
      -6 route add default via 2001:db8:1::1`,
    destinations: `198.17.255.255 198.18.0.1 198.18.3.255 198.18.4.1 198.18.4.127 198.18.4.128 198.18.4.199
      198.18.4.200 198.18.4.201 198.18.5.0 198.19.0.1 198.19.127.255 198.19.128.1 198.19.192.1 198.20.0.1
      fd10::1 fd10:3:ffff::1 fd10:4::1 fd10:4:8000::1 fd10:4:8000::77 fd10:4:8000::78 fd10:5::1 fd11::1`,
  },
  {
    name: 'blackholes inside of prefixes, with hosts inside of blackholes',
    setUp: `
      route add 198.18.0.0/15 via 10.1.0.9
      route add blackhole 198.18.7.0/24
      route add 198.18.7.7 via 10.0.0.9
      route add 198.18.7.128/26 via 10.2.0.9
      route add blackhole 198.18.7.130
      route add default via 10.0.0.1
      -6 route add fd10::/16 via 2001:db8:1::9
      -6 route add blackhole fd10:7::/32
      -6 route add fd10:7::7 via 2001:db8::9
      -6 route add fd10:7:8000::/34 via 2001:db8:2::9
      -6 route add blackhole fd10:7:8000::30
      -6 route add default via 2001:db8::1`,
    destinations: `198.18.6.255 198.18.7.0 198.18.7.6 198.18.7.7 198.18.7.8 198.18.7.127 198.18.7.129
      198.18.7.130 198.18.7.131 198.18.7.192 198.18.8.0 198.51.100.1
      fd10:6::1 fd10:7::6 fd10:7::7 fd10:7:8000::1 fd10:7:8000::30 fd10:7:c000::1 fd10:8::1 fd11::1`,
  },
  {
    name: 'blackholes around prefixes, and by metric',
    setUp: `
      route add blackhole default metric 500
      route add default via 10.2.0.1 metric 600
      route add 198.18.0.0/15 via 10.0.0.9
      route add 203.0.0.0/16 via 10.1.0.8
      route add blackhole 203.0.113.0/24 metric 5
      route add 203.0.113.0/24 via 10.0.0.9 metric 6
      route add 192.0.2.0/24 via 10.1.0.9 metric 5
      route add blackhole 192.0.2.0/24 metric 6
      -6 route add blackhole default metric 500
      -6 route add default via 2001:db8:2::1 metric 600
      -6 route add fd10::/15 via 2001:db8::9
      -6 route add blackhole fd11::/16 metric 5
      -6 route add fd11::/16 via 2001:db8::9 metric 6
      -6 route add fd12::/16 via 2001:db8:1::9 metric 5
      -6 route add blackhole fd12::/16 metric 6`,
    destinations: `198.17.255.255 198.18.0.1 198.20.0.1 203.0.112.7 203.0.113.7 192.0.2.7 8.8.8.8
      fd0f::1 fd10::1 fd11::1 fd12::1 fd13::1`,
  },
  {
    name: 'unreachable, prohibit and throw around and inside of prefixes',
    setUp: `
      route add default via 10.2.0.1
      route add unreachable 198.18.0.0/16
      route add prohibit 198.19.0.0/16
      route add throw 198.20.0.0/16
      route add 198.18.1.0/24 via 10.0.0.9
      route add 198.19.1.0/24 via 10.1.0.9
      route add 198.20.1.0/24 via 10.2.0.9
      route add throw 198.18.1.128/25
      route add unreachable 198.19.1.128/25
      route add prohibit 198.20.1.128/25
      -6 route add default via 2001:db8:2::1
      -6 route add unreachable fd18::/32
      -6 route add prohibit fd19::/32
      -6 route add throw fd20::/32
      -6 route add fd18:0:1::/48 via 2001:db8::9
      -6 route add fd19:0:1::/48 via 2001:db8:1::9
      -6 route add fd20:0:1::/48 via 2001:db8:2::9
      -6 route add throw fd18:0:1:8000::/49
      -6 route add unreachable fd19:0:1:8000::/49
      -6 route add prohibit fd20:0:1:8000::/49`,
    destinations: `198.18.0.1 198.18.1.1 198.18.1.129 198.19.0.1 198.19.1.1 198.19.1.129 198.20.0.1
      198.20.1.1 198.20.1.129 198.51.100.1
      fd18::1 fd18:0:1::1 fd18:0:1:8000::1 fd19::1 fd19:0:1::1 fd19:0:1:8000::1 fd20::1 fd20:0:1::1
      fd20:0:1:8000::1 fd11::1`,
  },
  {
    name: 'link routes, also under gateways',
    setUp: `
      route add 203.0.113.0/24 dev eth1
      route add 203.0.113.128/25 via 10.0.0.9
      route add 203.0.113.192/26 dev eth2
      route add 169.254.1.1 dev eth0 scope link
      route add default via 169.254.1.1
      -6 route add fd10::/16 dev eth1
      -6 route add fd10:8000::/17 via 2001:db8::9
      -6 route add fd10:c000::/18 dev eth2
      -6 route add default via fe80::1 dev eth1`,
    destinations: `203.0.113.5 203.0.113.127 203.0.113.129 203.0.113.193 169.254.1.1 198.51.100.1
      fd10::5 fd10:8000::5 fd10:c000::5 fd11::1`,
  },
  {
    name: 'host addresses and host routes',
    setUp: `
      addr add 192.168.7.9/32 dev eth1
      route add 172.31.1.1 dev eth1
      route add default via 172.31.1.1
      route add 192.168.7.8 via 10.0.0.8
      route add 192.168.7.0/24 via 10.2.0.8
      addr add 192.168.9.1 peer 192.168.9.2/32 dev eth2
      route add 192.168.10.0/24 via 192.168.9.2
      -6 addr add fd99::9/128 dev eth1 nodad
      -6 route add fd98::1 dev eth1
      -6 route add default via fd98::1
      -6 route add fd99::8 via 2001:db8::8
      -6 route add fd99::/64 via 2001:db8:2::8`,
    destinations: `192.168.7.8 192.168.7.7 192.168.8.1 172.31.1.1 172.31.1.2 192.168.9.2 192.168.9.3
      192.168.10.77 fd99::8 fd99::7 fd98::1 fd98::2`,
  },
  {
    name: 'gateways outside of every prefix',
    setUp: `
      route add default via 169.254.9.9 dev eth2 onlink
      route add 198.18.0.0/15 via 169.254.9.9 dev eth1 onlink
      route add 198.18.8.0/24 via 10.1.0.9 dev eth0 onlink
      -6 route add default via fe80::9 dev eth2
      -6 route add fd10::/16 via fe80::9 dev eth1
      -6 route add fd10:8::/32 via fe80::8 dev eth0`,
    destinations: `198.51.100.1 198.18.0.1 198.18.8.1 198.18.9.1 10.1.0.9 10.0.0.9
      fd11::1 fd10::1 fd10:8::1 fd10:9::1`,
  },
  {
    name: 'two halves that cover the default',
    setUp: `
      route add default via 10.0.0.1
      route add 0.0.0.0/1 via 10.1.0.1
      route add 128.0.0.0/1 via 10.2.0.1
      route add 198.51.100.7 via 10.0.0.1
      -6 route add default via 2001:db8::1
      -6 route add ::/1 via 2001:db8:1::1
      -6 route add 8000::/1 via 2001:db8:2::1
      -6 route add 2001:db8:ffff::7 via 2001:db8::1`,
    destinations: `1.1.1.1 8.8.8.8 127.255.255.254 128.0.0.1 198.51.100.6 198.51.100.7 10.0.0.77 10.1.0.77
      10.2.0.77 2001:db8:ffff::6 2001:db8:ffff::7 2001:db8::77 2001:db8:1::77 2001:db8:2::77 fd10::1`,
  },
  {
    name: 'a default without gateway before the networks of later links',
    setUp: `
      route add default dev eth0
      route add 198.18.0.0/15 via 10.1.0.9
      route add 198.18.9.0/24 dev eth0
      -6 route add default dev eth0
      -6 route add fd10::/16 via 2001:db8:1::9
      -6 route add fd10:9::/32 dev eth0`,
    destinations: `8.8.8.8 10.0.0.77 10.1.0.77 10.2.0.77 198.17.1.1 198.18.1.1 198.18.9.1 198.20.1.1
      2001:db8::77 2001:db8:1::77 2001:db8:2::77 fd0f::1 fd10::1 fd10:9::1 fd11::1`,
  },
  {
    name: 'no default at all',
    setUp: `
      route add 198.18.0.0/15 via 10.1.0.9
      -6 route add fd10::/16 via 2001:db8:1::9`,
    destinations:
      '8.8.8.8 198.18.0.1 10.2.0.77 10.3.0.1 fd10::1 fd11::1 2001:db8:2::77 2001:db8:3::1',
  },
  {
    name: 'the default of the lowest metric, by policy',
    setUp: `
      route add default via 10.0.0.1 metric 100
      route add default via 10.1.0.1 metric 50
      route add 198.18.0.0/15 via 10.0.0.1
      -6 route add default via 2001:db8::1 metric 100
      -6 route add default via 2001:db8:2::1 metric 50
      -6 route add fd10::/16 via 2001:db8::1`,
    destinations: '8.8.8.8 198.18.0.1 10.0.0.77 10.2.0.77 fd10::1 fd11::1 2001:db8::77',
    options: ['--default-route', 'metric'],
  },
];

/** The prefixes of `length` bits that end in `place`, of a family's block for benchmarks or private use. */
const destinationIn = (family: Family, place: number, length: number): string => {
  const [base, width] = family === 'inet' ? [0xc612_0000n, 32] : [0xfd10n << 112n, 128];
  // Few values of the bits that tell prefixes apart, so that many are nested.
  const value = base + (BigInt(place) << BigInt(width - 24));
  const host = BigInt(width - length);
  return `${formatAddress(fromBigInt((value >> host) << host, family))}/${length}`;
};

const randomRoute = (family: Family): fc.Arbitrary<string> => {
  const network =
    family === 'inet' ? (n: number) => `10.${n}.0.` : (n: number) => `2001:db8:${n}::`;
  const prefix = fc
    .record({ place: fc.integer({ min: 0, max: 63 }), length: fc.integer({ min: 16, max: 26 }) })
    .map(({ place, length }) => destinationIn(family, place, length));
  const way = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.nat(2), fc.integer({ min: 3, max: 6 })) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(2), fc.constant(null)) },
  );
  const metric = fc.integer({ min: 1, max: 9 });
  const forward = fc.tuple(prefix, way, metric).map(([dst, [n, host], priority]) => {
    const via = host === null ? '' : `via ${network(n)}${host}`;
    return `route add ${dst} ${via} dev eth${n} metric ${priority}`;
  });
  const drop = fc
    .tuple(fc.constantFrom('blackhole', 'unreachable', 'prohibit', 'throw'), prefix, metric)
    .map(([type, dst, priority]) => `route add ${type} ${dst} metric ${priority}`);
  return fc.oneof({ weight: 5, arbitrary: forward }, { weight: 1, arbitrary: drop });
};

/** An address in each of `count` intervals of the main table, evenly among all there are. */
const someOfEachInterval = (state: NamespaceState, family: Family, count: number) => {
  const block = family === 'inet' ? /^198\.1[89]\./ : /^fd10:/;
  const inside = mainTableFates(state, family)
    .starts.map((start) => formatAddress(fromBigInt(start + 1n, family)))
    .filter((address) => block.test(address));
  return inside.filter((_, i) => i % Math.ceil(inside.length / count) === 0);
};

const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/);
const lines = (text: string): ReadonlyArray<string> => text.trim().split(/\s*\n\s*/);

describeWith(['netns', 'runsc', 'busybox', 'tcpdump'], 'the forwarding of a container', () => {
  test.for(CASES)('$name', async ({ setUp, destinations, options }, { pair, world }) => {
    threeLinks(pair);
    pair.netns.sh(
      lines(setUp)
        .map((line) => `ip ${line}`)
        .join('\n'),
    );
    const asked = words(destinations);
    const kernel = kernelWire(pair, asked);
    const container = world.container(...TARGET, ...(options ?? []));
    expect(await containerWire(world, pair, container, asked)).toStrictEqual(kernel);
  });

  test.for([1, 2, 3])('random tables of both families, %s', async (seed, { pair, world }) => {
    threeLinks(pair);
    const asked: string[] = [];
    for (const family of ['inet', 'inet6'] as const) {
      const routes = fc.sample(randomRoute(family), { numRuns: 60, seed });
      // -force: the kernel refuses repeats, and the rest of the table is as good.
      spawnSync('ip', ['-n', pair.netns.name, '-force', '-batch', '-'], {
        input: routes.join('\n'),
      });
      const state = await observeNetns(pair.netns.path);
      asked.push(...someOfEachInterval(state, family, 14));
    }
    const kernel = kernelWire(pair, asked);
    expect(new Set(Object.values(kernel)).size).toBeGreaterThan(8);
    const container = world.container(...TARGET);
    expect(await containerWire(world, pair, container, asked)).toStrictEqual(kernel);
  });

  test('differs on the wire where the plan is for a sandbox that takes the longest prefix', async ({
    pair,
    world,
  }) => {
    threeLinks(pair);
    pair.netns.sh(
      'ip route add 198.18.0.0/15 via 10.0.0.9; ip route add 198.18.4.0/24 via 10.1.0.9',
    );
    const asked = ['198.18.3.1', '198.18.4.1'];
    const { '198.18.3.1': first = '', '198.18.4.1': second = '' } = kernelWire(pair, asked);
    const container = world.container('--target', '20240715.0');
    expect([first, second]).toStrictEqual([
      expect.stringMatching(/^eth0 /),
      expect.stringMatching(/^eth1 /),
    ]);
    expect(await containerWire(world, pair, container, asked)).toStrictEqual({
      '198.18.3.1': first,
      '198.18.4.1': first,
    });
  });
});
