/** Neighbor table entries: RTM_NEWNEIGH bytes to records and back. */
import * as E from 'fp-ts/lib/Either.js';
import { bitsOf, flagsOf, nameOf, numberOf } from '../../plan/model/kernel-names/names.js';
import {
  NEIGHBOR_FLAGS,
  NEIGHBOR_STATE,
  NTF_PROXY,
  NUD_PERMANENT,
} from '../../plan/model/kernel-names/neighbor.js';
import { PROTOCOL } from '../../plan/model/kernel-names/route.js';
import { linkAddressBytes } from '../../plan/model/link-address.js';
import { trusted } from '../../plan/model/scalars.js';
import type { Neighbor } from '../../plan/model/state.js';
import {
  NDA_DST,
  NDA_FLAGS_EXT,
  NDA_LLADDR,
  NDA_PROTOCOL,
  NDMSG_LEN,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from './abi.js';
import { AttributeReader, afOfFamily, familyOfAf } from './attribute.js';
import { AttributeWriter, u8Bytes, u16Bytes, u32Bytes } from './attribute-writer.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

const readNeighborAttribute = (reader: AttributeReader, neighbor: Draft<Neighbor>): void => {
  switch (reader.type) {
    case NDA_DST:
      neighbor.dst = reader.address(neighbor.family);
      return;
    case NDA_LLADDR: {
      const lladdr = reader.linkAddress();
      if (lladdr !== null) neighbor.lladdr = lladdr;
      return;
    }
    case NDA_PROTOCOL:
      neighbor.protocol = nameOf(PROTOCOL, reader.u8());
      return;
    case NDA_FLAGS_EXT:
      neighbor.flags = flagsOf(NEIGHBOR_FLAGS, reader.headerU8(10) | (reader.u32() << 8));
      return;
  }
};

/**
 * The payload of an RTM_NEWNEIGH; null for an entry of neither IP family (a bridge's forwarding database).
 * Source: struct ndmsg and NDA_*, linux/neighbour.h.
 */
export const decodeNeighbor = (payload: Uint8Array): E.Either<WireError, Neighbor | null> => {
  const reader = new AttributeReader(payload, NDMSG_LEN);
  const family = familyOfAf(reader.headerU8(0));
  if (family === null) return reader.error === null ? E.right(null) : E.left(reader.error);
  const neighbor: Draft<Neighbor> = {
    ifindex: trusted.ifIndex(reader.headerU32(4)),
    family,
    dst: trusted.ipAddress(''),
    state: flagsOf(NEIGHBOR_STATE, reader.headerU16(8)),
    flags: flagsOf(NEIGHBOR_FLAGS, reader.headerU8(10)),
  };
  while (reader.next()) readNeighborAttribute(reader, neighbor);
  if (neighbor.dst === '') reader.fail(NDMSG_LEN, 'a neighbor without NDA_DST');
  return reader.error === null ? E.right(neighbor) : E.left(reader.error);
};

/** Whether a notification is about an entry that somebody set, and not about the kernel's own learning. */
export const isSetNeighbor = (payload: Uint8Array): boolean => {
  const reader = new AttributeReader(payload, NDMSG_LEN);
  return (reader.headerU16(8) & NUD_PERMANENT) !== 0 || (reader.headerU8(10) & NTF_PROXY) !== 0;
};

const NTF_OFFLOADED = 'offload'; // a driver's report, not a setting

/** The payload of an RTM_NEWNEIGH that makes `neighbor`. A proxy entry has no state. */
export const encodeNeighbor = (neighbor: Neighbor): E.Either<WireError, Uint8Array> => {
  const writer = new AttributeWriter();
  const names = neighbor.flags.filter((flag) => flag !== NTF_OFFLOADED);
  const flags = writer.known(bitsOf(NEIGHBOR_FLAGS, names), names.join(', '));
  const state = writer.known(bitsOf(NEIGHBOR_STATE, neighbor.state), neighbor.state.join(', '));
  writer
    .raw(Uint8Array.of(afOfFamily(neighbor.family), 0, 0, 0))
    .raw(u32Bytes(neighbor.ifindex))
    .raw(u16Bytes(state))
    .raw(Uint8Array.of(flags & 0xff, 0))
    .address(NDA_DST, neighbor.dst);
  if (neighbor.lladdr !== undefined)
    writer.attribute(NDA_LLADDR, linkAddressBytes(neighbor.lladdr));
  if (neighbor.protocol !== undefined)
    writer.attribute(
      NDA_PROTOCOL,
      u8Bytes(writer.known(numberOf(PROTOCOL, neighbor.protocol), neighbor.protocol)),
    );
  if (flags >>> 8 !== 0) writer.attribute(NDA_FLAGS_EXT, u32Bytes(flags >>> 8));
  return writer.finish();
};

/** struct ndmsg with ndm_flags, which choose between the proxy entries and all the others. */
const ndmsg = (flags: number): Uint8Array => {
  const out = new Uint8Array(NDMSG_LEN);
  out[10] = flags;
  return out;
};

/** All neighbors of all families but the proxy entries, which only a dump of their own shows. */
export const neighborDump: Dump<Neighbor> = {
  name: 'RTM_GETNEIGH',
  type: RTM_GETNEIGH,
  payload: ndmsg(0),
  reply: RTM_NEWNEIGH,
  decode: decodeNeighbor,
};
export const proxyNeighborDump: Dump<Neighbor> = { ...neighborDump, payload: ndmsg(NTF_PROXY) };
