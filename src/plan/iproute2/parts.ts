/** The outputs of iproute2 that a namespace's state is made from, and the commands that print them. */

/**
 * The parts of an iproute2 document, `{ "addr": [...], "route": [...], ... }`: for each, the command
 * whose output it is, and the name of its file where the parts are a folder.
 */
export const IPROUTE2_PARTS = {
  addr: { command: 'ip -j -d addr', file: 'addr.json', required: true },
  route: { command: 'ip -j -d -4 route show table all', file: 'route4.json', required: true },
  route6: { command: 'ip -j -d -6 route show table all', file: 'route6.json', required: true },
  neigh: { command: 'ip -j neigh show nud all', file: 'neigh.json', required: true },
  proxy: { command: 'ip -j neigh show proxy', file: 'proxy.json', required: false },
  rule: { command: 'ip -j -d -4 rule', file: 'rule4.json', required: false },
  rule6: { command: 'ip -j -d -6 rule', file: 'rule6.json', required: false },
  nexthop: { command: 'ip -j -d nexthop', file: 'nexthop.json', required: false },
} as const;
export type Iproute2Part = keyof typeof IPROUTE2_PARTS;

export const PARTS = Object.keys(IPROUTE2_PARTS) as ReadonlyArray<Iproute2Part>;

export const isPart = (key: string | undefined): key is Iproute2Part =>
  key !== undefined && Object.hasOwn(IPROUTE2_PARTS, key);

type Json = Readonly<Record<string, unknown>>;

export const isRecord = (u: unknown): u is Json =>
  typeof u === 'object' && u !== null && !Array.isArray(u);

/** The objects of a part as far as it is a list of any. */
export const recordsIn = (part: unknown): ReadonlyArray<Json> =>
  Array.isArray(part) ? part.filter(isRecord) : [];

const isIpv6 = ({ dst, gateway }: Json): boolean =>
  [dst, gateway].some((address) => typeof address === 'string' && address.includes(':'));

/** Which command prints such a list; null for a list of something else. */
export const outputOf = (list: unknown): Iproute2Part | null => {
  const first = recordsIn(list).find((record) => Object.keys(record).length > 0);
  if (first === undefined) return null;
  const has = (key: string): boolean => Object.hasOwn(first, key);
  if (has('ifname')) return 'addr';
  if (has('priority')) return isIpv6(first) ? 'rule6' : 'rule';
  if (has('lladdr') || has('state')) return 'neigh';
  if (has('dst')) return isIpv6(first) ? 'route6' : 'route';
  return has('id') ? 'nexthop' : null;
};
