/** Links: RTM_NEWLINK bytes to records. */
import * as E from 'fp-ts/lib/Either.js';
import {
  ARPHRD,
  IPVLAN_MODE,
  linkFlags,
  MACVLAN_MODE,
  OPERSTATE,
  TUN_TYPE,
} from '../../plan/model/kernel-names/link.js';
import { nameOf } from '../../plan/model/kernel-names/names.js';
import { trusted } from '../../plan/model/scalars.js';
import type { Link } from '../../plan/model/state.js';
import {
  IFINFOMSG_LEN,
  IFLA_ADDRESS,
  IFLA_ALT_IFNAME,
  IFLA_BROADCAST,
  IFLA_CARRIER,
  IFLA_EXT_MASK,
  IFLA_GROUP,
  IFLA_GSO_MAX_SIZE,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_KIND,
  IFLA_IPVLAN_MODE,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_MACVLAN_MODE,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_OPERSTATE,
  IFLA_PROP_LIST,
  IFLA_TUN_TYPE,
  RTEXT_FILTER_SKIP_STATS,
  RTM_GETLINK,
  RTM_NEWLINK,
} from './abi.js';
import { AttributeReader } from './attribute.js';
import { AttributeWriter, u32Bytes } from './attribute-writer.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

/** The mode in the IFLA_INFO_DATA of a kind that has one; each kind numbers its attributes by itself. */
const MODE_OF_KIND: Readonly<Record<string, (data: AttributeReader) => string | null>> = {
  tun: (data) => (data.type === IFLA_TUN_TYPE ? nameOf(TUN_TYPE, data.u8()) : null),
  macvlan: (data) => macvlanMode(data),
  macvtap: (data) => macvlanMode(data),
  ipvlan: (data) => ipvlanMode(data),
  ipvtap: (data) => ipvlanMode(data),
};
const macvlanMode = (data: AttributeReader): string | null =>
  data.type === IFLA_MACVLAN_MODE ? nameOf(MACVLAN_MODE, data.u32()) : null;
const ipvlanMode = (data: AttributeReader): string | null =>
  data.type === IFLA_IPVLAN_MODE ? nameOf(IPVLAN_MODE, data.u16()) : null;

/** IFLA_LINKINFO. The kind stands before its data in all kernels; data before it is not understood. */
const readLinkInfo = (info: AttributeReader, link: Draft<Link>): void => {
  switch (info.type) {
    case IFLA_INFO_KIND:
      link.kind = info.string();
      break;
    case IFLA_INFO_SLAVE_KIND:
      link.masterKind = info.string();
      break;
    case IFLA_INFO_DATA: {
      const modeOf = MODE_OF_KIND[link.kind ?? ''];
      if (modeOf === undefined) break;
      info.nested((data) => {
        const mode = modeOf(data);
        if (mode !== null) link.mode = mode;
      });
      break;
    }
  }
};

const readNames = (reader: AttributeReader, link: Draft<Link>): void => {
  if (reader.type === IFLA_IFNAME) {
    link.name = trusted.ifName(reader.string());
    return;
  }
  const altnames: string[] = [];
  reader.nested((inner) => {
    if (inner.type === IFLA_ALT_IFNAME) altnames.push(inner.string());
  });
  if (altnames.length > 0) link.altnames = altnames;
};

const readLinkLayer = (reader: AttributeReader, link: Draft<Link>): void => {
  const address = reader.linkAddress();
  if (address === null) return;
  if (reader.type === IFLA_ADDRESS) link.address = address;
  else link.broadcast = address;
};

const readGroup = (reader: AttributeReader, link: Draft<Link>): void => {
  const group = reader.u32();
  if (group !== 0) link.group = group;
};

const readLinkAttribute = (reader: AttributeReader, link: Draft<Link>): void => {
  switch (reader.type) {
    case IFLA_IFNAME:
    case IFLA_PROP_LIST:
      readNames(reader, link);
      return;
    case IFLA_ADDRESS:
    case IFLA_BROADCAST:
      readLinkLayer(reader, link);
      return;
    case IFLA_MTU:
      link.mtu = reader.u32();
      return;
    case IFLA_LINK:
      link.parent = reader.u32();
      return;
    case IFLA_GROUP:
      readGroup(reader, link);
      return;
    case IFLA_MASTER:
      link.master = trusted.ifIndex(reader.u32());
      return;
    case IFLA_OPERSTATE:
      link.operstate = nameOf(OPERSTATE, reader.u8());
      return;
    case IFLA_CARRIER:
      link.carrier = reader.u8() !== 0;
      return;
    case IFLA_GSO_MAX_SIZE:
      link.gsoMaxSize = reader.u32();
      return;
    case IFLA_LINKINFO:
      reader.nested((info) => readLinkInfo(info, link));
      return;
  }
};

/** The payload of an RTM_NEWLINK. Source: struct ifinfomsg, linux/rtnetlink.h; IFLA_*, linux/if_link.h. */
export const decodeLink = (payload: Uint8Array): E.Either<WireError, Link> => {
  const reader = new AttributeReader(payload, IFINFOMSG_LEN);
  const link: Draft<Link> = {
    ifindex: trusted.ifIndex(reader.headerU32(4)),
    name: trusted.ifName(''),
    flags: linkFlags(reader.headerU32(8)),
    type: nameOf(ARPHRD, reader.headerU16(2)),
    mtu: 0,
  };
  while (reader.next()) readLinkAttribute(reader, link);
  if (link.name === '') reader.fail(IFINFOMSG_LEN, 'a link without IFLA_IFNAME');
  return reader.error === null ? E.right(link) : E.left(reader.error);
};

/** All links, without their counters. */
export const linkDump: Dump<Link> = {
  name: 'RTM_GETLINK',
  type: RTM_GETLINK,
  payload: new AttributeWriter()
    .raw(new Uint8Array(IFINFOMSG_LEN))
    .attribute(IFLA_EXT_MASK, u32Bytes(RTEXT_FILTER_SKIP_STATS))
    .bytes(),
  reply: RTM_NEWLINK,
  decode: decodeLink,
};
