/** Routes: RTM_NEWROUTE bytes to records and back. */
import * as E from 'fp-ts/lib/Either.js';
import { formatAddress, parsePrefix, widthOf } from '../../plan/model/address.js';
import { EVERYTHING } from '../../plan/model/default-route.js';
import { flagsOf, nameOf, numberOf } from '../../plan/model/kernel-names/names.js';
import {
  PROTOCOL,
  ROUTE_FLAGS,
  ROUTE_TYPE,
  ROUTER_PREFERENCE,
  SCOPE,
} from '../../plan/model/kernel-names/route.js';
import { type Family, type Prefix, trusted } from '../../plan/model/scalars.js';
import type { Route } from '../../plan/model/state.js';
import {
  RTA_CACHEINFO,
  RTA_DST,
  RTA_EXPIRES,
  RTA_FLOW,
  RTA_GATEWAY,
  RTA_METRICS,
  RTA_MULTIPATH,
  RTA_NH_ID,
  RTA_OIF,
  RTA_PAD,
  RTA_PREF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_TABLE,
  RTA_VIA,
  RTM_F_CLONED,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTMSG_LEN,
  USER_HZ,
} from './abi.js';
import { AttributeReader, afOfFamily, familyOfAf } from './attribute.js';
import { AttributeWriter, u8Bytes, u32Bytes } from './attribute-writer.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';
import { readMetrics, writeMetrics } from './metrics.js';
import { flowOfRealms, realmsOfFlow } from './realms.js';
import { readNexthops, settableRouteFlags, writeGateway, writeNexthops } from './route-nexthop.js';

/** Everything has no RTA_DST. */
const prefix = (reader: AttributeReader, family: Family, prefixLen: number): Prefix =>
  prefixLen === 0 ? EVERYTHING[family] : trusted.prefix(`${reader.address(family)}/${prefixLen}`);

/** rta_expires, in clock_t and signed: a route past its time has a negative one, and is not used any more. */
const readExpires = (reader: AttributeReader, route: Draft<Route>): void => {
  const ticks = reader.u32At(8) | 0;
  if (ticks !== 0) route.expires = Math.max(0, Math.ceil(ticks / USER_HZ));
};

const readLead = (reader: AttributeReader, route: Draft<Route>): void => {
  switch (reader.type) {
    case RTA_OIF:
      route.oif = trusted.ifIndex(reader.u32());
      return;
    case RTA_GATEWAY:
      route.gateway = reader.address(route.family);
      return;
    case RTA_VIA:
      route.gateway = reader.via();
      return;
    case RTA_MULTIPATH:
      route.nexthops = readNexthops(reader, route.family);
      return;
    case RTA_NH_ID:
      route.nhid = reader.u32();
      return;
    case RTA_FLOW:
      route.realms = realmsOfFlow(reader.u32());
      return;
    case RTA_PAD:
      return;
    default:
      route.other = { ...route.other, [reader.type]: reader.hex() };
  }
};

const readRouteAttribute = (reader: AttributeReader, route: Draft<Route>): void => {
  switch (reader.type) {
    case RTA_DST:
      route.dst = prefix(reader, route.family, reader.headerU8(1));
      return;
    case RTA_SRC:
      route.src = prefix(reader, route.family, reader.headerU8(2));
      return;
    case RTA_TABLE: // extends rtm_table, which has room for 255
      route.table = reader.u32();
      return;
    case RTA_PRIORITY:
      route.metric = reader.u32();
      return;
    case RTA_PREFSRC:
      route.prefsrc = reader.address(route.family);
      return;
    case RTA_METRICS:
      readMetrics(reader, route);
      return;
    case RTA_PREF:
      route.pref = nameOf(ROUTER_PREFERENCE, reader.u8());
      return;
    case RTA_CACHEINFO:
      readExpires(reader, route);
      return;
    default:
      readLead(reader, route);
      return;
  }
};

/**
 * The payload of an RTM_NEWROUTE; null for what is not a route of an IP family: multicast forwarding and
 * MPLS entries that answer the same dump, and the cached exceptions of a route (RTM_F_CLONED).
 * Source: struct rtmsg and RTA_*, linux/rtnetlink.h.
 */
export const decodeRoute = (payload: Uint8Array): E.Either<WireError, Route | null> => {
  const reader = new AttributeReader(payload, RTMSG_LEN);
  const family = familyOfAf(reader.headerU8(0));
  const flags = reader.headerU32(8);
  const foreign = family === null || (flags & RTM_F_CLONED) !== 0;
  if (foreign) return reader.error === null ? E.right(null) : E.left(reader.error);
  const tos = reader.headerU8(3);
  const route: Draft<Route> = {
    family,
    table: reader.headerU8(4),
    type: nameOf(ROUTE_TYPE, reader.headerU8(7)),
    dst: EVERYTHING[family],
    protocol: nameOf(PROTOCOL, reader.headerU8(5)),
    scope: nameOf(SCOPE, reader.headerU8(6)),
    flags: flagsOf(ROUTE_FLAGS, flags),
  };
  if (tos !== 0) route.tos = tos;
  while (reader.next()) readRouteAttribute(reader, route);
  checkLengths(reader, route);
  return reader.error === null ? E.right(route) : E.left(reader.error);
};

/** A destination or source length without its attribute, or past the family's width, is not a route. */
const checkLengths = (reader: AttributeReader, route: Route): void => {
  const width = widthOf(route.family);
  const dstLen = reader.headerU8(1);
  const srcLen = reader.headerU8(2);
  if (dstLen > width) reader.fail(1, `rtm_dst_len ${dstLen}`);
  if (srcLen > width) reader.fail(2, `rtm_src_len ${srcLen}`);
  if (dstLen > 0 && route.dst === EVERYTHING[route.family])
    reader.fail(1, `rtm_dst_len without RTA_DST`);
  if (srcLen > 0 && route.src === undefined) reader.fail(2, `rtm_src_len without RTA_SRC`);
};

/** Writes the destination or source `text`, an attribute unless it is everything; its length in bits. */
const writePrefix = (writer: AttributeWriter, type: number, text: string | undefined): number => {
  if (text === undefined) return 0;
  const parsed = parsePrefix(text);
  if (parsed === null) writer.fail(`not a prefix: ${text}`);
  if (parsed === null || parsed.prefixLen === 0) return 0;
  writer.address(type, formatAddress(parsed));
  return parsed.prefixLen;
};

const rtmsg = (
  writer: AttributeWriter,
  route: Route,
  dstLen: number,
  srcLen: number,
): Uint8Array => {
  const out = new Uint8Array(RTMSG_LEN);
  out.set([
    afOfFamily(route.family),
    dstLen,
    srcLen,
    route.tos ?? 0,
    0, // RT_TABLE_UNSPEC: RTA_TABLE says it
    writer.known(numberOf(PROTOCOL, route.protocol), route.protocol),
    writer.known(numberOf(SCOPE, route.scope), route.scope),
    writer.known(numberOf(ROUTE_TYPE, route.type), route.type),
  ]);
  const flags = route.nhid === undefined ? settableRouteFlags(route.flags) : 0;
  out.set(u32Bytes(flags), 8);
  return out;
};

/** A route through a nexthop object is dumped with what that object says; a request may name only the object. */
const writeLead = (writer: AttributeWriter, route: Route): void => {
  if (route.nhid !== undefined) {
    writer.attribute(RTA_NH_ID, u32Bytes(route.nhid));
    return;
  }
  if (route.oif !== undefined) writer.attribute(RTA_OIF, u32Bytes(route.oif));
  if (route.gateway !== undefined) writeGateway(writer, route.family, route.gateway);
  if (route.nexthops !== undefined) writeNexthops(writer, route.family, route.nexthops);
};

/** The payload of an RTM_NEWROUTE or RTM_DELROUTE with every attribute of `route`. */
export const encodeRoute = (route: Route): E.Either<WireError, Uint8Array> => {
  const writer = new AttributeWriter();
  const dstLen = writePrefix(writer, RTA_DST, route.dst);
  const srcLen = writePrefix(writer, RTA_SRC, route.src);
  writer.attribute(RTA_TABLE, u32Bytes(route.table));
  if (route.metric !== undefined) writer.attribute(RTA_PRIORITY, u32Bytes(route.metric));
  if (route.prefsrc !== undefined) writer.address(RTA_PREFSRC, route.prefsrc);
  writeLead(writer, route);
  writeMetrics(writer, route);
  if (route.pref !== undefined)
    writer.attribute(
      RTA_PREF,
      u8Bytes(writer.known(numberOf(ROUTER_PREFERENCE, route.pref), route.pref)),
    );
  if (route.expires !== undefined) writer.attribute(RTA_EXPIRES, u32Bytes(route.expires));
  if (route.realms !== undefined)
    writer.attribute(RTA_FLOW, u32Bytes(writer.known(flowOfRealms(route.realms), route.realms)));
  writer.kept(route.other);
  const header = new AttributeWriter().raw(rtmsg(writer, route, dstLen, srcLen));
  return header.append(writer).finish();
};

/** All routes of all tables: of family AF_UNSPEC, which every family answers. */
export const routeDump: Dump<Route> = {
  name: 'RTM_GETROUTE',
  type: RTM_GETROUTE,
  payload: new Uint8Array(RTMSG_LEN),
  reply: RTM_NEWROUTE,
  decode: decodeRoute,
};
