/** The routes and nexthop objects of `ip -j -d route show table all` and `ip -j -d nexthop`. */
import * as t from 'io-ts';
import { familyOf, networkOf, widthOf } from '../model/address.js';
import { closed } from '../model/closed.js';
import { METRIC, RT_TABLE } from '../model/kernel-names/route.js';
import {
  type Family,
  IpAddress,
  LegWeight,
  MemberWeight,
  type Prefix,
  trusted,
  U32,
} from '../model/scalars.js';
import type { Nexthop, NexthopObject, RawAttributes, Route } from '../model/state.js';
import { defined } from './links.js';
import { PASSING } from './passing.js';
import { printed } from './printed.js';
import {
  Decimal,
  Destination,
  Device,
  type Indices,
  Protocol,
  Scope,
  SecondsLeft,
  Table,
  Text,
  Tos,
  Via,
} from './scalars.js';

const flags = t.readonlyArray(t.string);

const Flow = closed('Flow', {}, { from: t.string, to: t.string });

/** RTAX_* whose unit iproute2 changes for people. Source: print_rta_metrics in ip/iproute.c. */
const PER_UNIT: Readonly<Record<string, number>> = { rtt: 8, rttvar: 4 };
const AMOUNTS = Object.fromEntries(
  [...METRIC.values()].filter((name) => name !== 'features').map((name) => [name, U32]),
);
/** RTAX_FEATURE_* that iproute2 has keys for. Source: linux/rtnetlink.h. */
const FEATURES = { ecn: 1, tcp_usec_ts: 16 } as const;
/** RTAX_FEATURES: the bits by their names, and all in hex where this iproute2 has no name for one. */
const MetricsJson = printed(
  'MetricsJson',
  {},
  { ...AMOUNTS, ecn: t.null, tcp_usec_ts: t.null, features: Decimal, congestion: t.string },
  PASSING.metrics,
);

/** What makes another packet of one, RTA_* by number: kept as the words that iproute2 has for it. */
const STEERING = { encap: '22', to: '19' } as const;
const steering = { encap: t.unknown, to: t.string };

const nexthopJson = (indices: Indices) =>
  printed(
    'NexthopJson',
    {},
    {
      weight: LegWeight,
      dev: Device(indices),
      gateway: IpAddress,
      via: Via,
      flags,
      flow: Flow,
      ...steering,
    },
    PASSING.nexthop,
  );
type NexthopJson = t.TypeOf<ReturnType<typeof nexthopJson>>;

/** One route. Without `-d`, iproute2 leaves out what it takes for usual: the defaults in `toRoute`. */
export const routeJson = (family: Family, indices: Indices) =>
  printed(
    'RouteJson',
    { dst: Destination(family) },
    {
      type: t.string,
      from: Destination(family),
      tos: Tos,
      table: Table,
      protocol: Protocol,
      scope: Scope,
      prefsrc: IpAddress,
      metric: U32,
      flags,
      pref: Text,
      expires: SecondsLeft,
      dev: Device(indices),
      gateway: IpAddress,
      via: Via,
      nexthops: t.readonlyArray(nexthopJson(indices)),
      nhid: U32,
      metrics: t.readonlyArray(MetricsJson),
      flow: Flow,
      /** a source prefix of zeros, of which iproute2 prints the length */
      src: t.string,
      ...steering,
    },
    PASSING.route,
  );
type RouteJson = t.TypeOf<ReturnType<typeof routeJson>>;

/** Realms as ip-route(8) writes them; a realm that is a name of the host's stays one. */
export const realmsText = ({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): string | undefined => {
  if (from === undefined) return to;
  return `${from}/${to ?? 0}`;
};

/** A value as a RawAttributes holds what is no bytes. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const other = ({ encap, to }: NexthopJson): RawAttributes | undefined => {
  const found: Record<string, string> = {};
  if (encap !== undefined) found[STEERING.encap] = textOf(encap);
  if (to !== undefined) found[STEERING.to] = to;
  return Object.keys(found).length === 0 ? undefined : found;
};

const toMetrics = (json: RouteJson['metrics']): Route['metrics'] => {
  const values: Readonly<Record<string, unknown>> = Object.assign({}, ...(json ?? []));
  const metrics: Record<string, number> = {};
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'number') metrics[name] = value * (PER_UNIT[name] ?? 1);
  for (const [name, bit] of Object.entries(FEATURES))
    if (values[name] !== undefined) metrics['features'] = (metrics['features'] ?? 0) | bit;
  return Object.keys(metrics).length > 0 ? metrics : undefined;
};

const toNexthop = (json: NexthopJson): Nexthop =>
  defined<Nexthop>({
    weight: json.weight ?? 1,
    ifindex: json.dev,
    gateway: json.gateway ?? json.via,
    flags: json.flags === undefined || json.flags.length === 0 ? undefined : json.flags,
    realms: json.flow === undefined ? undefined : realmsText(json.flow),
    other: other(json),
  });

const ZEROS: Readonly<Record<Family, string>> = { inet: '0.0.0.0', inet6: '::' };

/** The source prefix of a subtree whose address is all zeros: of that, iproute2 prints `0/16`. */
const zeroSource = (family: Family, text: string | undefined): Prefix | undefined => {
  const length = Number(/^0\/(\d{1,3})$/.exec(text ?? '')?.[1] ?? 999);
  return length > widthOf(family) ? undefined : trusted.prefix(networkOf(ZEROS[family], length));
};

export const toRoute = (family: Family, json: RouteJson): Route =>
  defined<Route>({
    family,
    table: json.table ?? RT_TABLE.main,
    type: json.type ?? 'unicast',
    dst: json.dst,
    protocol: json.protocol ?? 'boot',
    scope: json.scope ?? 'global',
    flags: json.flags ?? [],
    src: json.from ?? zeroSource(family, json.src),
    tos: json.tos,
    metric: json.metric,
    prefsrc: json.prefsrc,
    gateway: json.gateway ?? json.via,
    oif: json.dev,
    nexthops: json.nexthops?.map(toNexthop),
    nhid: json.nhid,
    metrics: toMetrics(json.metrics),
    lock: undefined,
    congctl: json.metrics?.[0]?.congestion,
    pref: json.pref,
    expires: json.expires,
    realms: json.flow === undefined ? undefined : realmsText(json.flow),
    other: other(json),
  });

/** NHA_GROUP_TYPE, a u16 sent for every group, NHA_RES_GROUP, a nest, and NHA_ENCAP. Source: linux/nexthop.h. */
const otherOfObject = ({ group, type, resilient_args: args, encap }: NexthopObjectJson) => {
  if (encap !== undefined) return { 8: textOf(encap) };
  if (group === undefined) return undefined;
  return type === 'resilient' ? { 3: '0100', 12: JSON.stringify(args) } : { 3: '0000' };
};

export const nexthopObjectJson = (indices: Indices) =>
  printed(
    'NexthopObjectJson',
    { id: U32 },
    {
      scope: Scope,
      protocol: Protocol,
      flags,
      dev: Device(indices),
      gateway: IpAddress,
      via: Via,
      group: t.readonlyArray(
        closed('NexthopGroupMemberJson', { id: U32 }, { weight: MemberWeight }),
      ),
      type: t.string,
      resilient_args: t.unknown,
      blackhole: t.null,
      fdb: t.null,
      encap: t.unknown,
    },
    PASSING.nexthopObject,
  );
type NexthopObjectJson = t.TypeOf<ReturnType<typeof nexthopObjectJson>>;

/** The family, which iproute2 does not print: that of the gateway; a blackhole or a device alone is taken for inet. */
const familyOfObject = ({ group }: NexthopObjectJson, gateway: string | undefined): string => {
  if (group !== undefined) return 'unspec';
  return gateway === undefined ? 'inet' : familyOf(gateway);
};

export const toNexthopObject = (json: NexthopObjectJson): NexthopObject => {
  const gateway = json.gateway ?? json.via;
  return defined<NexthopObject>({
    id: json.id,
    family: familyOfObject(json, gateway),
    protocol: json.protocol ?? 'unspec',
    scope: json.scope ?? 'global',
    flags: json.flags ?? [],
    oif: json.dev,
    gateway,
    group: json.group?.map(({ id, weight }) => ({ id, weight: weight ?? 1 })),
    blackhole: json.blackhole === null ? true : undefined,
    fdb: json.fdb === null ? true : undefined,
    other: otherOfObject(json),
  });
};
