/** Targets: gVisor releases by wire dialect, and what each can carry, as data. */

/**
 * What a sandbox of one dialect understands and does.
 * Source: runsc/boot/network.go and runsc/sandbox/network.go of every release; see docs/targets.md.
 */
export interface Target {
  /** dialect name, `latest`, or the release where behaviour changed inside a dialect */
  readonly name: string;
  /** wire dialect, a key of the field tables in executor/urpc */
  readonly dialect: string;
  /** first and last release, without `release-` */
  readonly releases: readonly [first: string, last: string];
  readonly method: string;
  /** descriptors one urpc call may carry */
  readonly maxFiles: 16 | 32 | 128;
  readonly gateways: 'single' | 'per-family';
  readonly loopback: 'per-address' | 'merged';
  readonly ipv6Links: boolean;
  readonly prefixLengths: boolean;
  readonly neighbors: boolean;
  readonly routeMtu: boolean;
  readonly lookup: 'first-match' | 'longest-prefix';
  readonly multiChannel: boolean;
  /** false: all its packet sockets join one fanout group, and those of a second link are refused */
  readonly severalLinks: boolean;
  readonly linkAddress: boolean;
  /** frames without a MAC header (tun, wireguard); before, the sandbox always writes one */
  readonly ipLinks: boolean;
  readonly hostGso: boolean;
  readonly gvisorGso: boolean;
  readonly gro: boolean;
  readonly checksumOffload: boolean;
  readonly qdiscs: ReadonlyArray<'none' | 'fifo'>;
  /** pause containers are planned with network none */
  readonly pauseAsNone: boolean;
}

type Since = { readonly [K in keyof Target]?: Target[K] };

const SEED: Target = {
  name: '2018-04',
  dialect: '2018-04',
  releases: ['20180428.0', '20181001.0'],
  method: 'Network.CreateLinksAndRoutes',
  maxFiles: 16,
  gateways: 'single',
  loopback: 'per-address',
  ipv6Links: false,
  prefixLengths: false,
  neighbors: false,
  routeMtu: false,
  lookup: 'first-match',
  multiChannel: false,
  severalLinks: true,
  linkAddress: false,
  ipLinks: false,
  hostGso: false,
  gvisorGso: false,
  gro: false,
  checksumOffload: false,
  qdiscs: ['none'],
  pauseAsNone: true,
};

/** Each row: first release, last release, dialect, and what changed against the row above. */
const ROWS: ReadonlyArray<readonly [first: string, last: string, dialect: string, Since]> = [
  ['20190304.1', '20190304.1', '2018-04', { pauseAsNone: false }],
  ['20190529.1', '20190529.1', '2019-05', { linkAddress: true, hostGso: true }],
  [
    '20190722.1',
    '20190806.1',
    '2019-06',
    { maxFiles: 32, multiChannel: true, severalLinks: false },
  ],
  ['20191104.0', '20191210.0', '2019-10', { gvisorGso: true, severalLinks: true }],
  [
    '20191213.0',
    '20200422.0',
    '2019-12',
    { gateways: 'per-family', ipv6Links: true, loopback: 'merged' },
  ],
  ['20200511.0', '20200608.0', '2020-05', { qdiscs: ['none', 'fifo'] }],
  ['20200622.1', '20201117.0', '2020-06', { checksumOffload: true }],
  ['20201130.0', '20210906.0', '2020-11', { prefixLengths: true }],
  ['20210921.0', '20211101.0', '2020-11', { ipLinks: true }],
  ['20211108.0', '20220627.0', '2021-11', { neighbors: true }],
  ['20220704.0', '20220725.0', '2022-07', {}],
  ['20220801.0', '20220822.0', '2022-07', { maxFiles: 128 }],
  ['20220905.0', '20220905.0', '2022-08', {}],
  ['20220913.0', '20220926.0', '2022-09', {}],
  ['20221003.0', '20221107.0', '2022-10', {}],
  ['20221122.0', '20230320.0', '2022-12', { gro: true }],
  ['20230327.0', '20231030.0', '2023-03', {}],
  ['20231106.0', '20231211.0', '2023-11', {}],
  ['20231218.0', '20240311.0', '2023-12', {}],
  ['20240325.0', '20240401.0', '2024-03', {}],
  ['20240408.0', '20240422.0', '2024-04', {}],
  ['20240501.0', '20240513.0', '2024-05', {}],
  ['20240520.0', '20240701.0', '2024-05b', {}],
  ['20240715.0', '20250707.0', '2024-05b', { lookup: 'longest-prefix' }],
  ['20250715.0', '20251201.0', '2025-07', { routeMtu: true }],
  ['20251208.0', '20251208.0', '2025-12', {}],
  ['20251215.0', '20251215.0', '2025-12b', { routeMtu: false }],
  ['20260105.0', '20260216.0', '2026-01', { routeMtu: true }],
  ['20260223.0', '20260420.0', '2026-02', {}],
  ['20260427.0', '20260511.0', '2026-04', { method: 'containerManager.CreateLinksAndRoutes' }],
  ['20260520.0', '20260706.0', '2026-05', {}],
  ['20260714.0', '20260817.0', 'head', { method: 'containerManager.SetNetworkArgs' }],
];

const rowsToTargets = (): ReadonlyArray<Target> => {
  const out: Target[] = [SEED];
  let above = SEED;
  for (const [first, last, dialect, since] of ROWS) {
    const name = out.some((target) => target.name === dialect) ? first : dialect;
    above = { ...above, ...since, name, dialect, releases: [first, last] };
    out.push(above);
  }
  return out;
};

/** Every run of releases with the same wire format and abilities, oldest first. */
export const TARGETS: ReadonlyArray<Target> = rowsToTargets();

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

interface Release {
  /** without prefix and `-dirty` */
  readonly text: string;
  /** orders releases */
  readonly number: number;
  /** built from commits after the release */
  readonly later: boolean;
}

const parseRelease = (text: string): Release | null => {
  const [, release, date, build, after] = RELEASE.exec(text) ?? [];
  return release === undefined
    ? null
    : { text: release, number: Number(date) * 1000 + Number(build), later: after !== undefined };
};

/** The three message families by their first dialects, newest first; dialect names sort by age. */
const SUPERSETS = [
  ['2020-11', 'superset-c'],
  ['2019-10', 'superset-b'],
  ['2018-04', 'superset-a'],
] as const;

/**
 * A build from commits after a release has the message of that release or of the next: what the release
 * can do, in the message that both decode.
 */
const afterRelease = (target: Target, name: string): Target => ({
  ...target,
  name,
  dialect: SUPERSETS.find(([first]) => first <= target.dialect)?.[1] ?? target.dialect,
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
