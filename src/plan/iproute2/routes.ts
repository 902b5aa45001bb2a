/** The routes and nexthop objects of `ip -j -d route show table all` and `ip -j -d nexthop`. */
import * as t from 'io-ts';
import { familyOf } from '../model/address.js';
import { closed } from '../model/closed.js';
import { METRIC, RT_TABLE } from '../model/kernel-names/route.js';
import { type Family, IpAddress, LegWeight, MemberWeight, U32 } from '../model/scalars.js';
import type { Nexthop, NexthopObject, Route } from '../model/state.js';
import { defined } from './links.js';
import {
  Destination,
  Device,
  type Indices,
  Protocol,
  Scope,
  SecondsLeft,
  Table,
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
/** RTAX_FEATURES is printed as its one bit that iproute2 knows, `ecn`. */
const MetricsJson = closed('MetricsJson', {}, { ...AMOUNTS, ecn: t.null, congestion: t.string });

const nexthopJson = (indices: Indices) =>
  closed(
    'NexthopJson',
    {},
    { weight: LegWeight, dev: Device(indices), gateway: IpAddress, via: Via, flags, flow: Flow },
  );
type NexthopJson = t.TypeOf<ReturnType<typeof nexthopJson>>;

/** One route. Without `-d`, iproute2 leaves out what it takes for usual: the defaults in `toRoute`. */
export const routeJson = (family: Family, indices: Indices) =>
  closed(
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
      pref: t.string,
      expires: SecondsLeft,
      dev: Device(indices),
      gateway: IpAddress,
      via: Via,
      nexthops: t.readonlyArray(nexthopJson(indices)),
      nhid: U32,
      metrics: t.readonlyArray(MetricsJson),
      flow: Flow,
      /** the nexthop object once more, the kernel's error of a v6 route, and counters: not of the route */
      nh_info: t.unknown,
      error: t.unknown,
      users: t.unknown,
      age: t.unknown,
      uid: t.unknown,
    },
  );
type RouteJson = t.TypeOf<ReturnType<typeof routeJson>>;

/** Realms as ip-route(8) writes them; a realm that is a name of the host's stays one. */
export const realmsOf = ({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): string | undefined => {
  if (from === undefined) return to;
  return `${from}/${to ?? 0}`;
};

const toMetrics = (json: RouteJson['metrics']): Route['metrics'] => {
  const printed: Readonly<Record<string, unknown>> = Object.assign({}, ...(json ?? []));
  const metrics: Record<string, number> = {};
  for (const [name, value] of Object.entries(printed))
    if (typeof value === 'number') metrics[name] = value * (PER_UNIT[name] ?? 1);
  if (printed['ecn'] !== undefined) metrics['features'] = 1;
  return Object.keys(metrics).length > 0 ? metrics : undefined;
};

const toNexthop = (json: NexthopJson): Nexthop =>
  defined<Nexthop>({
    weight: json.weight ?? 1,
    ifindex: json.dev,
    gateway: json.gateway ?? json.via,
    flags: json.flags === undefined || json.flags.length === 0 ? undefined : json.flags,
    realms: json.flow === undefined ? undefined : realmsOf(json.flow),
    other: undefined,
  });

export const toRoute = (family: Family, json: RouteJson): Route =>
  defined<Route>({
    family,
    table: json.table ?? RT_TABLE.main,
    type: json.type ?? 'unicast',
    dst: json.dst,
    protocol: json.protocol ?? 'boot',
    scope: json.scope ?? 'global',
    flags: json.flags ?? [],
    src: json.from,
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
    realms: json.flow === undefined ? undefined : realmsOf(json.flow),
    other: undefined,
  });

/** NHA_GROUP_TYPE, a u16 sent for every group, and NHA_RES_GROUP, a nest. Source: linux/nexthop.h. */
const otherOfGroup = ({ group, type, resilient_args: args }: NexthopObjectJson) => {
  if (group === undefined) return undefined;
  return type === 'resilient' ? { 3: '0100', 12: JSON.stringify(args) } : { 3: '0000' };
};

export const nexthopObjectJson = (indices: Indices) =>
  closed(
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
    },
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
    other: otherOfGroup(json),
  });
};
