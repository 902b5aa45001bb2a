/** Routing by linear scan over prefix texts: slow and plain, to check the sweeps of src/plan against. */
import fc from 'fast-check';
import type { NetworkPlan, PlannedRoute } from '../../src/plan/model/network-plan.js';
import { trusted } from '../../src/plan/model/scalars.js';
import type { NamespaceState } from '../../src/plan/model/state.js';
import type { Fate } from '../../src/plan/routing/fate.js';

export type Family = 'inet' | 'inet6';

/** An address as 0s and 1s: 32 or 128. */
export const bitsOf = (address: string): string => {
  const bits = (n: number, width: number): string => n.toString(2).padStart(width, '0');
  if (!address.includes(':'))
    return address
      .split('.')
      .map((byte) => bits(Number(byte), 8))
      .join('');
  const [before = [], after] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = after === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...(after ?? [])]
    .map((group) => bits(Number.parseInt(group, 16), 16))
    .join('');
};

const addressOfBits = (bits: string): string =>
  bits.length === 32
    ? [0, 8, 16, 24].map((i) => Number.parseInt(bits.slice(i, i + 8), 2)).join('.')
    : [0, 1, 2, 3, 4, 5, 6, 7]
        .map((i) => Number.parseInt(bits.slice(16 * i, 16 * i + 16), 2).toString(16))
        .join(':');

/** The first `length` bits of a prefix: matching is `startsWith`. */
export const networkBits = (prefix: string): string => {
  const [address = '', length = ''] = prefix.split('/');
  return bitsOf(address).slice(0, Number(length));
};

export const isOf = (family: Family, text: string): boolean =>
  text.includes(':') === (family === 'inet6');

/** As bits: the ends of every prefix, the addresses just outside of them, and the ends of the space. */
export const boundaries = (
  family: Family,
  prefixes: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const width = family === 'inet' ? 32 : 128;
  const top = (1n << BigInt(width)) - 1n;
  const ends = prefixes.flatMap((prefix) => {
    const network = networkBits(prefix);
    const first = BigInt(`0b${network.padEnd(width, '0')}`);
    const last = BigInt(`0b${network.padEnd(width, '1')}`);
    return [first - 1n, first, last, last + 1n];
  });
  return [...new Set([0n, top, ...ends])]
    .filter((address) => address >= 0n && address <= top)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((address) => address.toString(2).padStart(width, '0'));
};

interface Scanned<A> {
  readonly network: string;
  readonly value: A;
}

export const longest = <A>(table: ReadonlyArray<Scanned<A>>, address: string): A | null => {
  let best: Scanned<A> | null = null;
  for (const row of table)
    if (address.startsWith(row.network))
      if (best === null || row.network.length > best.network.length) best = row;
  return best?.value ?? null;
};

export const first = <A>(table: ReadonlyArray<Scanned<A>>, address: string): A | null =>
  table.find((row) => address.startsWith(row.network))?.value ?? null;

/** The main table's way for an address, for states of plain unicast and dropping routes on links that are up. */
export const kernelWay = (state: NamespaceState, family: Family): ((address: string) => string) => {
  const table = state.routes
    .filter((route) => route.table === 254 && route.family === family)
    .sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))
    .map((route) => {
      const link = state.links.find(({ ifindex }) => ifindex === route.oif)?.name;
      const value = route.type === 'unicast' ? `${link} ${route.gateway ?? '-'}` : 'nowhere';
      return { network: networkBits(route.dst), value };
    });
  return (address) => longest(table, address) ?? 'nowhere';
};

/** Rows in the order of the sandbox's table; the value is the way. */
export const sandboxRows = (
  loopbackLinks: ReadonlyArray<{ readonly routes: ReadonlyArray<PlannedRoute> }>,
  fdLinks: ReadonlyArray<{ readonly name: string; readonly routes: ReadonlyArray<PlannedRoute> }>,
  family: Family,
): ReadonlyArray<Scanned<string>> =>
  [
    ...loopbackLinks.flatMap(({ routes }) => routes.map((route) => ({ route, way: 'nowhere' }))),
    ...fdLinks.flatMap(({ name, routes }) =>
      routes.map((route) => ({ route, way: `${name} ${route.gateway ?? '-'}` })),
    ),
  ]
    .filter(({ route }) => isOf(family, route.destination))
    .map(({ route, way }) => ({ network: networkBits(route.destination), value: way }));

export const sandboxWay = (
  plan: NetworkPlan,
  lookup: 'first-match' | 'longest-prefix',
  family: Family,
): ((address: string) => string) => {
  const gateways = plan.defaultGateways
    .filter((gateway) => gateway.family === family)
    .map(({ link, gateway }) => ({ network: '', value: `${link} ${gateway}` }));
  const table = [...sandboxRows(plan.loopbackLinks, plan.fdLinks, family), ...gateways];
  const search = lookup === 'first-match' ? first : longest;
  return (address) => search(table, address) ?? 'nowhere';
};

export const wayOf = (fate: Fate): string =>
  fate._tag === 'Forward' ? `${fate.link} ${fate.gateway ?? '-'}` : 'nowhere';

/** Address text of bits, not shortened. */
export const addressText = addressOfBits;

/** A prefix near a few trunks, so that hundreds of them nest deeply; never link-local or multicast. */
export const nestedPrefix = (family: Family): fc.Arbitrary<string> => {
  const width = family === 'inet' ? 32 : 128;
  const trunks = family === 'inet' ? ['0a', 'c612'] : ['20010db8', '20010db8ffff'];
  return fc
    .record({
      trunk: fc.constantFrom(...trunks),
      flips: fc.array(fc.nat(width - 1), { maxLength: 3 }),
      length: fc.oneof(fc.nat(width), fc.nat(24)),
      fill: fc.constantFrom('0', '0', '1'),
    })
    .map(({ trunk, flips, length, fill }) => {
      const bits = [...trunk].map((d) => Number.parseInt(d, 16).toString(2).padStart(4, '0'));
      const whole = [...bits.join('').padEnd(width, fill)];
      // The first three bits stay 0: below multicast and link-local.
      for (const i of flips) if (i > 2) whole[i] = whole[i] === '1' ? '0' : '1';
      return trusted.prefix(
        `${canonical(whole.join('').slice(0, length).padEnd(width, '0'))}/${length}`,
      );
    });
};

/** RFC 5952 by way of the URL parser. */
export const canonical = (bits: string): string => {
  const text = addressOfBits(bits);
  return text.includes(':') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
};
