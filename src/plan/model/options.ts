/** PlanOptions: every choice a person or runtime makes about a plan; they end in the plan and go no further. */
import * as t from 'io-ts';
import { closed } from './closed.js';
import { Family, LinkName, U32 } from './scalars.js';

export const NetworkMode = t.keyof({ sandbox: null, none: null, host: null }, 'NetworkMode');
/**
 * sandbox: the state is planned. none: the default loopback only. host: nothing; the sandbox uses the host's stack.
 * Source: runsc's --network flag.
 */
export type NetworkMode = t.TypeOf<typeof NetworkMode>;

export const GsoMode = t.keyof({ auto: null, host: null, gvisor: null, off: null }, 'GsoMode');
/** auto: host where the link has it, else gvisor where the target can. */
export type GsoMode = t.TypeOf<typeof GsoMode>;

export const Qdisc = t.keyof({ none: null, fifo: null }, 'Qdisc');
export type Qdisc = t.TypeOf<typeof Qdisc>;

export const DefaultRoutePolicy = t.union(
  [t.literal('error'), t.literal('metric'), closed('DefaultRouteLink', { link: LinkName })],
  'DefaultRoutePolicy',
);
/** What to do with more than one default route: refuse, take the lowest metric, or take those of one link, by any name of it. */
export type DefaultRoutePolicy = t.TypeOf<typeof DefaultRoutePolicy>;

export const PlanOptions = closed(
  'PlanOptions',
  {},
  {
    /** a gVisor release (`20221219.0`), a dialect name (`2022-12`), `head` or `latest` (the default) */
    target: t.string,
    network: NetworkMode,
    /** the container is a pause container by its CRI annotation (io.kubernetes.cri.container-type and its kin) */
    pause: t.boolean,
    defaultRoute: DefaultRoutePolicy,
    multipath: t.keyof({ error: null, first: null }),
    /** refuse a default route without a gateway, as runsc did until 2026-05 */
    strictGateway: t.boolean,
    onLoss: t.keyof({ report: null, error: null }),
    /** families to plan; both by default */
    families: t.readonlyArray(Family),
    /** only these links, by any name of theirs, become FD links; all by default */
    links: t.readonlyArray(LinkName),
    /** packet sockets per FD link, 1 by default */
    channels: U32,
    gso: GsoMode,
    /** gVisor's generic receive offload; off by default */
    gro: t.boolean,
    qdisc: Qdisc,
    txChecksumOffload: t.boolean,
    rxChecksumOffload: t.boolean,
  },
);
export type PlanOptions = t.TypeOf<typeof PlanOptions>;

/** runsc's own defaults (runsc/config/flags.go), where runsc has the choice; refusal where it has not. */
export const DEFAULT_OPTIONS = {
  target: 'latest',
  network: 'sandbox',
  pause: false,
  defaultRoute: 'error',
  multipath: 'error',
  strictGateway: false,
  onLoss: 'report',
  families: ['inet', 'inet6'],
  links: [],
  channels: 1,
  gso: 'auto',
  gro: false,
  qdisc: 'fifo',
  txChecksumOffload: false,
  rxChecksumOffload: true,
} as const satisfies Required<PlanOptions>;

export type ResolvedOptions = Required<PlanOptions>;
export const resolveOptions = (options: PlanOptions): ResolvedOptions => ({
  ...DEFAULT_OPTIONS,
  ...options,
});
