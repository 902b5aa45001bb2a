/** Where a route leads: its gateway, the flags of a nexthop, and the legs of RTA_MULTIPATH. */
import { familyOf } from '../../plan/model/address.js';
import { bitsOf, flagsOf } from '../../plan/model/kernel-names/names.js';
import { ROUTE_FLAGS } from '../../plan/model/kernel-names/route.js';
import { type Family, trusted } from '../../plan/model/scalars.js';
import type { Nexthop } from '../../plan/model/state.js';
import { RTA_FLOW, RTA_GATEWAY, RTA_MULTIPATH, RTA_VIA, RTNEXTHOP_LEN } from './abi.js';
import { type AttributeReader, afOfFamily } from './attribute.js';
import { AttributeWriter, u16Bytes, u32Bytes } from './attribute-writer.js';
import type { Draft } from './draft.js';
import { align4 } from './message.js';
import { flowOfRealms, realmsOfFlow } from './realms.js';

const readHopAttribute = (reader: AttributeReader, family: Family, hop: Draft<Nexthop>): void => {
  switch (reader.type) {
    case RTA_GATEWAY:
      hop.gateway = reader.address(family);
      return;
    case RTA_VIA:
      hop.gateway = reader.via();
      return;
    case RTA_FLOW:
      hop.realms = realmsOfFlow(reader.u32());
      return;
    default:
      hop.other = { ...hop.other, [reader.type]: reader.hex() };
  }
};

/** The legs in the attribute at `reader`. Source: struct rtnexthop, linux/rtnetlink.h. */
export const readNexthops = (reader: AttributeReader, family: Family): ReadonlyArray<Nexthop> => {
  const out: Nexthop[] = [];
  let length = 0;
  for (let at = 0; at < reader.size; at += align4(length)) {
    length = reader.u16At(at);
    if (length < RTNEXTHOP_LEN || length > reader.size - at) {
      reader.reject(`rtnh_len ${length} is not in ${RTNEXTHOP_LEN}..${reader.size - at}`);
      break;
    }
    const hop: Draft<Nexthop> = { weight: reader.u8At(at + 3) + 1 }; // rtnh_hops: the weight less one
    const flags = reader.u8At(at + 2);
    const ifindex = reader.u32At(at + 4);
    if (flags !== 0) hop.flags = flagsOf(ROUTE_FLAGS, flags);
    if (ifindex !== 0) hop.ifindex = trusted.ifIndex(ifindex);
    reader.within(at + RTNEXTHOP_LEN, at + length, (inner) => readHopAttribute(inner, family, hop));
    out.push(hop);
  }
  return out;
};

/** RTA_GATEWAY, or RTA_VIA with its family where the gateway is not of the route's. */
export const writeGateway = (writer: AttributeWriter, family: Family, gateway: string): void => {
  const bytes = writer.addressBytes(gateway);
  const other = familyOf(gateway);
  if (other === family) writer.attribute(RTA_GATEWAY, bytes);
  else writer.attribute(RTA_VIA, Uint8Array.of(...u16Bytes(afOfFamily(other)), ...bytes));
};

const SETTABLE: ReadonlySet<string> = new Set(['onlink', 'pervasive']);

/** The RTNH_F_* that a request may have. The others are the kernel's to say, and dead and linkdown are refused. */
export const settableRouteFlags = (flags: ReadonlyArray<string>): number =>
  bitsOf(
    ROUTE_FLAGS,
    flags.filter((flag) => SETTABLE.has(flag)),
  ) ?? 0;

/** RTA_MULTIPATH: each leg is a struct rtnexthop whose rtnh_len covers its attributes. */
export const writeNexthops = (
  writer: AttributeWriter,
  family: Family,
  nexthops: ReadonlyArray<Nexthop>,
): void => {
  const run = new AttributeWriter();
  for (const { gateway, realms, other, flags, weight, ifindex } of nexthops) {
    const attributes = new AttributeWriter();
    if (gateway !== undefined) writeGateway(attributes, family, gateway);
    if (realms !== undefined)
      attributes.attribute(RTA_FLOW, u32Bytes(attributes.known(flowOfRealms(realms), realms)));
    attributes.kept(other);
    run
      .raw(u16Bytes(RTNEXTHOP_LEN + attributes.size))
      .raw(Uint8Array.of(settableRouteFlags(flags ?? []), weight - 1))
      .raw(u32Bytes(ifindex ?? 0))
      .append(attributes);
  }
  writer.containing(RTA_MULTIPATH, run);
};
