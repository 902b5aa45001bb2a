/** Targets: gVisor releases by wire dialect, and what each can carry, as data. */
import * as t from 'io-ts';
import { closed } from './closed.js';
import {
  Dialect,
  fieldsOf,
  GVISOR_GSO_FIELDS,
  type ReleasedDialect,
  supersetOf,
} from './dialects.js';
import { Qdisc } from './options.js';

/** The methods that set a network up, oldest first; a server keeps those of before. Source: runsc/boot/controller.go. */
export const METHODS = [
  'Network.CreateLinksAndRoutes',
  'containerManager.CreateLinksAndRoutes',
  'containerManager.SetNetworkArgs',
] as const;
type Method = (typeof METHODS)[number];

const isMethod = (name: string): name is Method => METHODS.some((method) => method === name);

/**
 * What a sandbox of one dialect understands and does.
 * Source: runsc/boot/network.go and runsc/sandbox/network.go of every release; see docs/targets.md.
 */
export const Target = closed('Target', {
  /** dialect name, `latest`, or the release where behaviour changed inside a dialect */
  name: t.string,
  dialect: Dialect,
  /** first and last release, without `release-` */
  releases: t.readonly(t.tuple([t.string, t.string])),
  method: t.refinement(t.string, isMethod, 'Method'),
  /** descriptors one urpc call may carry */
  maxFiles: t.union([t.literal(16), t.literal(32), t.literal(128)]),
  gateways: t.keyof({ single: null, 'per-family': null }),
  loopback: t.keyof({ 'per-address': null, merged: null }),
  ipv6Links: t.boolean,
  prefixLengths: t.boolean,
  neighbors: t.boolean,
  routeMtu: t.boolean,
  lookup: t.keyof({ 'first-match': null, 'longest-prefix': null }),
  multiChannel: t.boolean,
  linkAddress: t.boolean,
  /** frames without a MAC header (tun, wireguard); before, the sandbox always writes one */
  ipLinks: t.boolean,
  hostGso: t.boolean,
  gvisorGso: t.boolean,
  gro: t.boolean,
  checksumOffload: t.boolean,
  qdiscs: t.readonlyArray(Qdisc),
  /** false: all its packet sockets join one fanout group, and those of a second link are refused */
  severalLinks: t.boolean,
  /** pause containers are planned with network none */
  pauseAsNone: t.boolean,
});
export type Target = t.TypeOf<typeof Target>;

/** What the message of a dialect has a field for. */
const carriedBy = (dialect: ReleasedDialect) => {
  const args = fieldsOf(dialect, 'CreateLinksAndRoutesArgs');
  const link = fieldsOf(dialect, 'FDBasedLink');
  return {
    gateways: args.has('Defaultv4Gateway') ? 'per-family' : 'single',
    prefixLengths: link.get('Addresses') === '[]IPWithPrefix',
    neighbors: link.has('Neighbors'),
    routeMtu: fieldsOf(dialect, 'Route').has('MTU'),
    multiChannel: link.has('NumChannels'),
    linkAddress: link.has('LinkAddress'),
    hostGso: link.has('GSOMaxSize'),
    gvisorGso: GVISOR_GSO_FIELDS.some((name) => link.has(name)),
    gro: link.has('GvisorGROTimeout') || link.has('GVisorGRO'),
    checksumOffload: link.has('TXChecksumOffload'),
    qdiscs: link.has('QDisc') ? ['none', 'fifo'] : ['none'],
  } satisfies Partial<Target>;
};

type ReleasedTarget = Target & { readonly dialect: ReleasedDialect };

const SEED: ReleasedTarget = {
  name: '2018-04',
  dialect: '2018-04',
  releases: ['20180428.0', '20181001.0'],
  method: 'Network.CreateLinksAndRoutes',
  maxFiles: 16,
  ...carriedBy('2018-04'),
  loopback: 'per-address',
  ipv6Links: false,
  lookup: 'first-match',
  severalLinks: true,
  ipLinks: false,
  pauseAsNone: true,
};

/** What changes without a change of fields. */
type Since = Partial<Omit<Target, keyof ReturnType<typeof carriedBy>>>;

/** Each row: first release, last release, dialect, and what changed against the row above that is no field. */
const ROWS: ReadonlyArray<readonly [first: string, last: string, dialect: ReleasedDialect, Since]> =
  [
    ['20190304.1', '20190304.1', '2018-04', { pauseAsNone: false }],
    ['20190529.1', '20190529.1', '2019-05', {}],
    ['20190722.1', '20190806.1', '2019-06', { maxFiles: 32, severalLinks: false }],
    ['20191104.0', '20191210.0', '2019-10', { severalLinks: true }],
    ['20191213.0', '20200422.0', '2019-12', { ipv6Links: true, loopback: 'merged' }],
    ['20200511.0', '20200608.0', '2020-05', {}],
    ['20200622.1', '20201117.0', '2020-06', {}],
    ['20201130.0', '20210906.0', '2020-11', {}],
    ['20210921.0', '20211101.0', '2020-11', { ipLinks: true }],
    ['20211108.0', '20220627.0', '2021-11', {}],
    ['20220704.0', '20220725.0', '2022-07', {}],
    ['20220801.0', '20220822.0', '2022-07', { maxFiles: 128 }],
    ['20220905.0', '20220905.0', '2022-08', {}],
    ['20220913.0', '20220926.0', '2022-09', {}],
    ['20221003.0', '20221107.0', '2022-10', {}],
    ['20221122.0', '20230320.0', '2022-12', {}],
    ['20230327.0', '20231030.0', '2023-03', {}],
    ['20231106.0', '20231211.0', '2023-11', {}],
    ['20231218.0', '20240311.0', '2023-12', {}],
    ['20240325.0', '20240401.0', '2024-03', {}],
    ['20240408.0', '20240422.0', '2024-04', {}],
    ['20240501.0', '20240513.0', '2024-05', {}],
    ['20240520.0', '20240701.0', '2024-05b', {}],
    ['20240715.0', '20250707.0', '2024-05b', { lookup: 'longest-prefix' }],
    ['20250715.0', '20251201.0', '2025-07', {}],
    ['20251208.0', '20251208.0', '2025-12', {}],
    ['20251215.0', '20251215.0', '2025-12b', {}],
    ['20260105.0', '20260216.0', '2026-01', {}],
    ['20260223.0', '20260420.0', '2026-02', {}],
    ['20260427.0', '20260511.0', '2026-04', { method: 'containerManager.CreateLinksAndRoutes' }],
    ['20260520.0', '20260706.0', '2026-05', {}],
    ['20260714.0', '20260817.0', 'head', { method: 'containerManager.SetNetworkArgs' }],
  ];

const rowsToTargets = (): ReadonlyArray<ReleasedTarget> => {
  const out = [SEED];
  let above = SEED;
  for (const [first, last, dialect, since] of ROWS) {
    const name = out.some((target) => target.name === dialect) ? first : dialect;
    const changed = { ...since, ...carriedBy(dialect) };
    above = { ...above, ...changed, name, dialect, releases: [first, last] };
    out.push(above);
  }
  return out;
};

/** Every run of releases with the same wire format and abilities, oldest first. */
export const TARGETS: ReadonlyArray<ReleasedTarget> = rowsToTargets();

const HEAD = TARGETS.at(-1) ?? SEED;

/**
 * The default: the abilities of the newest gVisor in the one message that every server since 2020-11
 * decodes, under the method name that every server has.
 */
export const LATEST: Target = {
  ...HEAD,
  name: 'latest',
  dialect: 'superset-c',
  releases: ['20201130.0', HEAD.releases[1]],
  method: 'Network.CreateLinksAndRoutes',
};

/** `20221219.0`, `release-20240820.0-37-g0123456789ab`, Debian's `0.0~20221219.0`. Source: git describe. */
const RELEASE = /^(?:release-|0\.0~)?((\d{8})\.(\d{1,3})(-\d+-g[0-9a-f]+)?)(?:-dirty)?$/;

interface ParsedRelease {
  /** without prefix and `-dirty` */
  readonly text: string;
  /** orders releases */
  readonly number: number;
  /** built from commits after the release */
  readonly later: boolean;
}

const parseRelease = (text: string): ParsedRelease | null => {
  const [, release, date, build, after] = RELEASE.exec(text) ?? [];
  return release === undefined
    ? null
    : { text: release, number: Number(date) * 1000 + Number(build), later: after !== undefined };
};

/**
 * A build from commits after a release has the message of that release or of the next: what the release
 * can do, in the message that both decode.
 */
const afterRelease = (target: ReleasedTarget, name: string): Target => ({
  ...target,
  name,
  dialect: supersetOf(target.dialect),
  method: SEED.method,
});

/**
 * The target that `text` names, or null. A release between two rows takes the older row, the one whose
 * format it still has; a release after the last row takes the last.
 */
export const findTarget = (text: string): Target | null => {
  if (text === 'latest') return LATEST;
  const named = TARGETS.find((target) => target.name === text);
  if (named !== undefined) return named;
  const wanted = parseRelease(text);
  if (wanted === null) return null;
  const first = (target: Target): number => parseRelease(target.releases[0])?.number ?? 0;
  const found = TARGETS.findLast((target) => first(target) <= wanted.number);
  if (found === undefined) return null;
  return wanted.later ? afterRelease(found, wanted.text) : found;
};

/** The target of a plan, whose name was resolved when it was made. Throws on a name that findTarget does not know. */
export const targetOf = (name: string): Target => {
  const target = findTarget(name);
  if (target === null) throw new TypeError(`plan for an unknown target "${name}"`);
  return target;
};
