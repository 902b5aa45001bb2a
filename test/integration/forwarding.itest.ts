import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { inNetns } from '../../src/executor/linux/netns.js';
import { observe } from '../../src/executor/namespace/observe.js';
import { openConnection } from '../../src/executor/netlink/connection.js';
import { formatAddress, fromBigInt } from '../../src/plan/model/address.js';
import type { Family } from '../../src/plan/model/scalars.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import { elsewhere } from '../../src/plan/routing/elsewhere.js';
import { type Fate, fateText } from '../../src/plan/routing/fate.js';
import { valueAt } from '../../src/plan/routing/intervals.js';
import { mainTableFates } from '../../src/plan/routing/kernel-table.js';
import { highestAddress } from '../../src/plan/routing/prefix-range.js';
import { type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const TWO_LINKS = `
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
ip link set lo up
for n in 0 1 2; do ip link add eth$n type veth peer name h$n; ip link set h$n up; ip link set eth$n up; done
for n in 0 1 2; do ip addr add 10.$n.0.2/24 dev eth$n; ip addr add 2001:db8:$n::2/64 dev eth$n; done
`;

/** Adds what can be added: random tables have repeats that the kernel refuses. */
const batch = ({ netns }: TestPair, ...lines: ReadonlyArray<string>): void => {
  spawnSync('ip', ['-n', netns.name, '-force', '-batch', '-'], { input: lines.join('\n') });
};

const must = (pair: TestPair, ...lines: ReadonlyArray<string>): void => {
  pair.netns.sh(lines.map((line) => `ip ${line}`).join('\n'));
};

/** One address in every interval of the main table that the main table decides, at most 400 evenly. */
const questions = (state: NamespaceState, family: Family): ReadonlyArray<bigint> => {
  const skipped = elsewhere(state, family);
  const starts = mainTableFates(state, family).starts.flatMap((start) => {
    // The first addresses of subnets are often the namespace's own anycast; go past them.
    const inside = [start, start + 1n, start + 3n].find(
      (address) =>
        address <= highestAddress(family) &&
        !skipped.some(({ first, last }) => first <= address && address <= last),
    );
    return inside ?? [];
  });
  const every = Math.ceil(starts.length / 400);
  return [...new Set(starts)].filter((_, i) => i % every === 0);
};

interface Got {
  readonly dst: string;
  readonly type?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
}

const ERRNO: Readonly<Record<string, string>> = {
  'Invalid argument': 'dropped (blackhole)',
  'No route to host': 'dropped (unreachable)',
  'Permission denied': 'dropped (prohibit)',
  'Network is unreachable': 'no route',
};

/** What the kernel says it does with each address, in fateText's words. */
const ask = (
  { netns }: TestPair,
  addresses: ReadonlyArray<string>,
): ReadonlyMap<string, string> => {
  const answered = spawnSync('ip', ['-n', netns.name, '-j', '-force', '-batch', '-'], {
    input: addresses.map((address) => `route get ${address}`).join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const out = new Map<string, string>();
  for (const line of answered.stdout.split('\n').filter((l) => l.startsWith('['))) {
    const [got] = JSON.parse(line) as ReadonlyArray<Got>;
    if (got !== undefined) out.set(got.dst, textOf(got));
  }
  for (const [, errno = '', line] of answered.stderr.matchAll(
    /RTNETLINK answers: (.+)\nCommand failed -:(\d+)/g,
  ))
    out.set(addresses[Number(line) - 1] ?? '', ERRNO[errno] ?? errno);
  return out;
};

const textOf = ({ type, dev, gateway, via }: Got): string => {
  if (type !== undefined && type !== 'unicast') return `dropped (${type})`;
  if (dev === 'lo') return 'dropped (loopback)';
  const hop = gateway ?? via?.host;
  return hop === undefined ? `on-link on ${dev}` : `via ${hop} on ${dev}`;
};

/** The texts that agree with a decision: a multipath is any of its legs, a throw finds no other route. */
const accepted = (fate: Fate | null): ReadonlyArray<string> => {
  if (fate === null) return ['no route'];
  if (fate._tag === 'Multipath')
    return fate.legs.map((leg) => fateText({ _tag: 'Forward', ...leg }));
  if (fate._tag === 'Drop' && fate.type === 'throw') return ['no route'];
  return [fateText(fate)];
};

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

const observed = async ({ netns }: TestPair): Promise<NamespaceState> => {
  const connection = right(inNetns(netns.path, openConnection)());
  const identity = { inode: '1', cookie: '1', root: false };
  try {
    return right(await observe(connection, { netns: identity, gso: () => undefined })());
  } finally {
    connection.close();
  }
};

/** Compares the model of the observed namespace with the kernel's answers; the number of addresses asked. */
const agree = async (pair: TestPair, family: Family): Promise<number> => {
  const state = await observed(pair);
  const table = mainTableFates(state, family);
  const asked = questions(state, family);
  const text = (address: bigint): string => formatAddress(fromBigInt(address, family));
  const answers = ask(pair, asked.map(text));
  const disagreements = asked.flatMap((address) => {
    const model = accepted(valueAt(table, address)?.fate ?? null);
    const kernel = answers.get(text(address)) ?? 'not answered';
    return model.includes(kernel) ? [] : [`${text(address)}: model ${model}, kernel ${kernel}`];
  });
  expect(disagreements).toStrictEqual([]);
  return asked.length;
};

const mask = (value: bigint, width: number, length: number): bigint =>
  (value >> BigInt(width - length)) << BigInt(width - length);

/** Nested prefixes inside a few blocks, each with one of the route types, links, gateways and metrics. */
const randomRoute = (family: Family): fc.Arbitrary<string> => {
  const [width, shortest, base, gateway] =
    family === 'inet'
      ? [32, 7, 0xc612_0000n, (n: number, host: number) => `10.${n}.0.${host}`]
      : [
          128,
          28,
          0x2001_0db8_0100_0000n << 64n,
          (n: number, host: number) => `2001:db8:${n}::${host}`,
        ];
  const destination = fc
    .record({
      block: fc.integer({ min: 0, max: 7 }),
      tail: fc.bigInt({ min: 0n, max: 0xffn }),
      length: fc.integer({ min: shortest as number, max: width as number }),
    })
    .map(({ block, tail, length }) => {
      const value = (base as bigint) + (BigInt(block) << BigInt((width as number) - 18)) + tail;
      const network = mask(value, width as number, length);
      return `${formatAddress(fromBigInt(network, family))}/${length}`;
    });
  const hop = fc
    .record({ n: fc.integer({ min: 0, max: 2 }), host: fc.integer({ min: 3, max: 6 }) })
    .map(
      ({ n, host }) => `via ${(gateway as (n: number, h: number) => string)(n, host)} dev eth${n}`,
    );
  const onLink = fc.integer({ min: 0, max: 2 }).map((n) => `dev eth${n}`);
  const drop = fc.constantFrom('blackhole', 'unreachable', 'prohibit', 'throw');
  const metric = fc.constantFrom('', 'metric 5', 'metric 50', 'metric 2000');
  const plain = fc.tuple(destination, fc.oneof(hop, hop, onLink)).map((t) => t.join(' '));
  const dropping = fc.tuple(drop, destination).map((t) => t.join(' '));
  return fc
    .tuple(fc.oneof({ weight: 5, arbitrary: plain }, { weight: 1, arbitrary: dropping }), metric)
    .map((t) => `route add ${t.join(' ')}`);
};

describeWith(['netns'], 'the kernel model', () => {
  test.for(['inet', 'inet6'] as const)('random %s tables', async (family, { pair }) => {
    pair.netns.sh(TWO_LINKS);
    const tables = fc.sample(fc.array(randomRoute(family), { minLength: 150, maxLength: 300 }), {
      numRuns: 8,
      seed: 20_240_715,
    });
    for (const table of tables) {
      batch(pair, ...table);
      expect(await agree(pair, family)).toBeGreaterThan(100);
      must(pair, `-${family === 'inet' ? 4 : 6} route flush table main proto boot`);
    }
  });

  test('metrics, dropping types and nested prefixes', async ({ pair }) => {
    pair.netns.sh(TWO_LINKS);
    must(
      pair,
      'route add default via 10.0.0.1 metric 100',
      'route add default via 10.1.0.1 metric 50',
      'route add 198.18.0.0/15 via 10.0.0.9 metric 9',
      'route add blackhole 198.18.0.0/15 metric 8',
      'route add unreachable 198.18.4.0/24',
      'route add prohibit 198.18.5.0/24',
      'route add throw 198.18.6.0/24',
      'route add 198.18.7.0/24 via 10.2.0.9 metric 7',
      'route add throw 198.18.7.0/24 metric 8',
      '-6 route add default via 2001:db8::1 metric 100',
      '-6 route add default via 2001:db8:1::1 metric 50',
      '-6 route add blackhole 2001:db8:ff00::/40 metric 8',
      '-6 route add 2001:db8:ff00::/40 via 2001:db8::9 metric 9',
      '-6 route add unreachable 2001:db8:ff04::/48',
      '-6 route add prohibit 2001:db8:ff05::/48',
      '-6 route add throw 2001:db8:ff06::/48',
    );
    expect(await agree(pair, 'inet')).toBeGreaterThan(8);
    expect(await agree(pair, 'inet6')).toBeGreaterThan(8);
  });

  test('equal routes: appended, by TOS, by router preference, by source prefix', async ({
    pair,
  }) => {
    pair.netns.sh(TWO_LINKS);
    must(
      pair,
      'route add 198.18.0.0/24 via 10.0.0.9',
      'route append 198.18.0.0/24 via 10.1.0.9',
      'route add 198.18.1.0/24 via 10.0.0.9',
      'route prepend 198.18.1.0/24 via 10.1.0.9',
      'route add 198.18.2.0/24 via 10.0.0.9 metric 7',
      'route add 198.18.2.0/24 via 10.1.0.9 tos 0x10',
      '-6 route add 2001:db8:ff00::/48 dev eth0 pref low',
      '-6 route append 2001:db8:ff00::/48 dev eth1 pref high',
      '-6 route append 2001:db8:ff00::/48 dev eth2',
      '-6 route add 2001:db8:ff01::/48 dev eth0',
      '-6 route append 2001:db8:ff01::/48 dev eth1',
      '-6 route add 2001:db8:ff02::/48 via 2001:db8::9',
      '-6 route add 2001:db8:ff02::/48 from 2001:db8:1::/64 via 2001:db8:1::9',
      '-6 route add 2001:db8:ff00::/40 via 2001:db8:2::9',
      '-6 route add default via 2001:db8::1',
      '-6 route add default from 2001:db8:1::/64 via 2001:db8:1::1',
      '-6 route add 2001:db8:ff02:1::/64 from 2001:db8:1::/64 via 2001:db8:1::9',
    );
    expect(await agree(pair, 'inet')).toBeGreaterThan(8);
    expect(await agree(pair, 'inet6')).toBeGreaterThan(8);
  });

  test('gateways: onlink, of the other family, an own address; routes to lo', async ({ pair }) => {
    pair.netns.sh(TWO_LINKS);
    must(
      pair,
      'route add default via 169.254.1.1 dev eth0 onlink',
      'route add 198.18.0.0/24 via inet6 fe80::9 dev eth1',
      'route add 198.18.1.0/24 via 10.0.0.2',
      'route add 198.18.2.0/24 dev lo',
      'route add 198.18.3.0/24 dev eth1',
      '-6 route add 2001:db8:ff00::/48 dev lo',
      '-6 route add 2001:db8:ff01::/48 via fe80::9 dev eth1',
    );
    expect(await agree(pair, 'inet')).toBeGreaterThan(8);
    expect(await agree(pair, 'inet6')).toBeGreaterThan(8);
  });

  test('multipath, nexthop objects, dead links and links without carrier', async ({ pair }) => {
    pair.netns.sh(TWO_LINKS);
    must(
      pair,
      'nexthop add id 1 via 10.0.0.9 dev eth0',
      'nexthop add id 2 via 10.1.0.9 dev eth1',
      'nexthop add id 3 group 1/2',
      'nexthop add id 4 blackhole',
      'route add 198.18.0.0/24 nexthop via 10.0.0.9 nexthop via 10.1.0.9',
      'route add 198.18.1.0/24 nexthop via 10.0.0.9 nexthop via 10.2.0.9',
      'route add 198.18.2.0/24 nhid 1',
      'route add 198.18.3.0/24 nhid 3',
      'route add 198.18.4.0/24 nhid 4',
      'route add 198.18.0.0/16 via 10.0.0.1',
      'route add 198.18.5.0/24 via 10.1.0.9',
      'route add 198.18.6.0/24 via 10.2.0.9',
      '-6 route add 2001:db8:ff00::/48 nexthop via 2001:db8::9 nexthop via 2001:db8:1::9',
      '-6 route add 2001:db8:ff01::/48 nexthop via 2001:db8::9 nexthop via 2001:db8:2::9',
      '-6 nexthop add id 11 via 2001:db8::9 dev eth0',
      '-6 route add 2001:db8:ff02::/48 nhid 11',
      '-6 route add 2001:db8:ff00::/40 via 2001:db8::1',
      'link set eth2 down',
      'link set h1 down',
    );
    expect(await agree(pair, 'inet')).toBeGreaterThan(8);
    expect(await agree(pair, 'inet6')).toBeGreaterThan(8);
    pair.netns.sh('sysctl -qw net.ipv4.nexthop_compat_mode=0');
    expect(await agree(pair, 'inet')).toBeGreaterThan(8);
  });
});
