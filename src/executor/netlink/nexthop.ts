/** Nexthop objects: RTM_NEWNEXTHOP bytes to records. */
import * as E from 'fp-ts/lib/Either.js';
import { flagsOf, nameOf } from '../../plan/model/kernel-names/names.js';
import { PROTOCOL, ROUTE_FLAGS, SCOPE } from '../../plan/model/kernel-names/route.js';
import { trusted } from '../../plan/model/scalars.js';
import type { NexthopObject } from '../../plan/model/state.js';
import {
  NEXTHOP_GRP_LEN,
  NHA_BLACKHOLE,
  NHA_FDB,
  NHA_GATEWAY,
  NHA_GROUP,
  NHA_ID,
  NHA_OIF,
  NHA_OP_FLAGS,
  NHA_RES_GROUP,
  NHA_RES_GROUP_PAD,
  NHA_RES_GROUP_UNBALANCED_TIME,
  NHMSG_LEN,
  RTM_GETNEXTHOP,
  RTM_NEWNEXTHOP,
} from './abi.js';
import { AttributeReader, addressLength, familyOfAf, hexText } from './attribute.js';
import { AttributeWriter } from './attribute-writer.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

type Group = NonNullable<NexthopObject['group']>;

/** Array of struct nexthop_grp: u32 id, u8 weight less one, u8 its high byte (0 before linux 6.12), u16. */
const readGroup = (reader: AttributeReader): Group => {
  const group: { id: number; weight: number }[] = [];
  for (let at = 0; at < reader.size && reader.error === null; at += NEXTHOP_GRP_LEN) {
    const weight = reader.u8At(at + 4) | (reader.u8At(at + 5) << 8);
    group.push({ id: reader.u32At(at), weight: weight + 1 });
  }
  return group;
};

/** The attributes of a resilient group that stay: how long it has been unbalanced is not one. */
const readResilient = (reader: AttributeReader): string => {
  const kept = new AttributeWriter();
  reader.nested((inner) => {
    if (inner.type !== NHA_RES_GROUP_PAD && inner.type !== NHA_RES_GROUP_UNBALANCED_TIME)
      kept.attribute(inner.type, inner.bytes());
  });
  return hexText(kept.bytes());
};

const readOther = (reader: AttributeReader, nexthop: Draft<NexthopObject>): void => {
  if (reader.type === NHA_OP_FLAGS) return; // about the answer, not the object
  const value = reader.type === NHA_RES_GROUP ? readResilient(reader) : reader.hex();
  nexthop.other = { ...nexthop.other, [reader.type]: value };
};

const readNexthopAttribute = (reader: AttributeReader, nexthop: Draft<NexthopObject>): void => {
  switch (reader.type) {
    case NHA_ID:
      nexthop.id = reader.u32();
      return;
    case NHA_GROUP:
      nexthop.group = readGroup(reader);
      return;
    case NHA_OIF:
      nexthop.oif = trusted.ifIndex(reader.u32());
      return;
    case NHA_GATEWAY: // without a family of its own
      nexthop.gateway = reader.address(reader.size === addressLength('inet') ? 'inet' : 'inet6');
      return;
    case NHA_BLACKHOLE:
      nexthop.blackhole = true;
      return;
    case NHA_FDB:
      nexthop.fdb = true;
      return;
    default:
      readOther(reader, nexthop);
      return;
  }
};

/** The payload of an RTM_NEWNEXTHOP. Source: struct nhmsg and NHA_*, linux/nexthop.h. */
export const decodeNexthop = (payload: Uint8Array): E.Either<WireError, NexthopObject> => {
  const reader = new AttributeReader(payload, NHMSG_LEN);
  const nexthop: Draft<NexthopObject> = {
    id: 0,
    family: familyOfAf(reader.headerU8(0)) ?? 'unspec', // a group has none
    protocol: nameOf(PROTOCOL, reader.headerU8(2)),
    scope: nameOf(SCOPE, reader.headerU8(1)),
    flags: flagsOf(ROUTE_FLAGS, reader.headerU32(4)),
  };
  while (reader.next()) readNexthopAttribute(reader, nexthop);
  if (nexthop.id === 0) reader.fail(NHMSG_LEN, 'a nexthop without NHA_ID');
  return reader.error === null ? E.right(nexthop) : E.left(reader.error);
};

/** All nexthop objects. */
export const nexthopDump: Dump<NexthopObject> = {
  name: 'RTM_GETNEXTHOP',
  type: RTM_GETNEXTHOP,
  payload: new Uint8Array(NHMSG_LEN),
  reply: RTM_NEWNEXTHOP,
  decode: decodeNexthop,
};
