/** Outputs of other commands than those that a state is made from, told by what they lack. */
import type { Iproute2Error } from './errors.js';
import { IPROUTE2_PARTS, type Iproute2Part, isRecord, PARTS, recordsIn } from './parts.js';

type Json = Readonly<Record<string, unknown>>;

const hasAddress = (addr: unknown, family: string): boolean =>
  recordsIn(addr).some(({ addr_info }) =>
    recordsIn(addr_info).some((address) => address['family'] === family),
  );

/**
 * Commands that printed nothing (null) where there must be something: every namespace has a loopback, and
 * an address makes routes. Of a family without addresses the kernel may have no routes to list.
 */
const withoutOutput = (document: Json): ReadonlyArray<Iproute2Error> => {
  const { addr, route, route6, neigh } = document;
  const failed: ReadonlyArray<readonly [Iproute2Part, boolean]> = [
    ['addr', addr === null || (Array.isArray(addr) && addr.length === 0)],
    ['route', route === null && (addr === null || hasAddress(addr, 'inet'))],
    ['route6', route6 === null && (addr === null || hasAddress(addr, 'inet6'))],
    ['neigh', neigh === null],
  ];
  return failed.flatMap(([part, wrong]) => (wrong ? [{ _tag: 'NoOutput', part }] : []));
};

/** Types of routes that lead through a device, so that each has one. */
const THROUGH_DEVICE: ReadonlySet<unknown> = new Set([
  undefined,
  'unicast',
  'local',
  'broadcast',
  'anycast',
]);

const lacksDevice = (part: Iproute2Part, { dev, type, nexthops, nhid }: Json): boolean => {
  if (dev !== undefined) return false;
  if (part === 'neigh' || part === 'proxy') return true;
  return THROUGH_DEVICE.has(type) && nexthops === undefined && nhid === undefined;
};

/** Outputs that were asked for by link. */
const withoutDevice = (document: Json): ReadonlyArray<Iproute2Error> =>
  (['route', 'route6', 'neigh', 'proxy'] as const).flatMap((part): Iproute2Error[] => {
    const list = document[part];
    const places = Array.isArray(list)
      ? list.flatMap((one, i) => (isRecord(one) && lacksDevice(part, one) ? [i] : []))
      : [];
    const [first] = places;
    return first === undefined
      ? []
      : [{ _tag: 'WithoutDevice', part, path: `${part}[${first}]`, count: places.length }];
  });

const withoutDetails = ({ addr }: Json): ReadonlyArray<Iproute2Error> => {
  const links = recordsIn(addr).filter(({ ifname }) => ifname !== undefined);
  const lack = (key: string) => links.length > 0 && links.every((link) => !(key in link));
  if (lack('addr_info')) return [{ _tag: 'WithoutDetails', lacks: 'addresses' }];
  return lack('promiscuity') ? [{ _tag: 'WithoutDetails', lacks: 'kinds' }] : [];
};

/** What is no output of the commands that are meant: then nothing else is worth saying. */
export const wrongOutputs = (document: Json): ReadonlyArray<Iproute2Error> => [
  ...PARTS.filter((part) => IPROUTE2_PARTS[part].required && !(part in document)).map(
    (part): Iproute2Error => ({ _tag: 'MissingPart', part }),
  ),
  ...withoutOutput(document),
  ...withoutDetails(document),
  ...withoutDevice(document),
];
