/** Interface addresses: RTM_NEWADDR bytes to records and back. */
import * as E from 'fp-ts/lib/Either.js';
import { widthOf } from '../../plan/model/address.js';
import {
  ADDRESS_FLAGS,
  INFINITY_LIFE_TIME,
  isSettable,
} from '../../plan/model/kernel-names/address.js';
import { bitsOf, flagsOf, nameOf, numberOf } from '../../plan/model/kernel-names/names.js';
import { SCOPE } from '../../plan/model/kernel-names/route.js';
import { trusted } from '../../plan/model/scalars.js';
import type { Address } from '../../plan/model/state.js';
import {
  IFA_ADDRESS,
  IFA_ANYCAST,
  IFA_BROADCAST,
  IFA_CACHEINFO,
  IFA_FLAGS,
  IFA_LABEL,
  IFA_LOCAL,
  IFA_PROTO,
  IFA_RT_PRIORITY,
  IFADDRMSG_LEN,
  RTM_GETADDR,
  RTM_NEWADDR,
} from './abi.js';
import { AttributeReader, afOfFamily, familyOfAf } from './attribute.js';
import { AttributeWriter, textBytes, u8Bytes, u32Bytes } from './attribute-writer.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

const lifetime = (seconds: number): number | null =>
  seconds === INFINITY_LIFE_TIME ? null : seconds;

const readLocal = (reader: AttributeReader, address: Draft<Address>): void => {
  switch (reader.type) {
    case IFA_LOCAL:
      address.local = reader.address(address.family);
      return;
    case IFA_ADDRESS:
      address.peer = reader.address(address.family);
      return;
    case IFA_BROADCAST:
      address.broadcast = reader.address(address.family);
      return;
    case IFA_ANYCAST:
      address.anycast = reader.address(address.family);
      return;
  }
};

const readAddressAttribute = (reader: AttributeReader, address: Draft<Address>): void => {
  switch (reader.type) {
    case IFA_LABEL:
      address.label = reader.string();
      return;
    case IFA_FLAGS: // extends ifa_flags of the header, which has room for eight
      address.flags = flagsOf(ADDRESS_FLAGS[address.family], reader.u32());
      return;
    case IFA_CACHEINFO: // ifa_prefered, ifa_valid
      address.preferredLft = lifetime(reader.u32At(0));
      address.validLft = lifetime(reader.u32At(4));
      return;
    case IFA_RT_PRIORITY:
      address.metric = reader.u32();
      return;
    case IFA_PROTO:
      address.protocol = reader.u8();
      return;
    default:
      readLocal(reader, address);
      return;
  }
};

/**
 * The payload of an RTM_NEWADDR; null for an address of neither IP family.
 *
 * IFA_ADDRESS is the peer of a point-to-point address and else repeats IFA_LOCAL; most IPv6 addresses have
 * it alone. Source: struct ifaddrmsg and its comment, linux/if_addr.h.
 */
export const decodeAddress = (payload: Uint8Array): E.Either<WireError, Address | null> => {
  const reader = new AttributeReader(payload, IFADDRMSG_LEN);
  const family = familyOfAf(reader.headerU8(0));
  if (family === null && reader.error === null) return E.right(null);
  const address: Draft<Address> = {
    ifindex: trusted.ifIndex(reader.headerU32(4)),
    family: family ?? 'inet',
    local: trusted.ipAddress(''),
    prefixLen: reader.headerU8(1),
    scope: nameOf(SCOPE, reader.headerU8(3)),
    flags: flagsOf(ADDRESS_FLAGS[family ?? 'inet'], reader.headerU8(2)),
    validLft: null,
    preferredLft: null,
  };
  while (reader.next()) readAddressAttribute(reader, address);
  if (address.local === '' && address.peer !== undefined) address.local = address.peer;
  if (address.peer === address.local) delete address.peer;
  if (address.local === '')
    reader.fail(IFADDRMSG_LEN, 'an address without IFA_LOCAL or IFA_ADDRESS');
  if (address.prefixLen > widthOf(address.family))
    reader.fail(1, `ifa_prefixlen ${address.prefixLen}`);
  return reader.error === null ? E.right(address) : E.left(reader.error);
};

const ifaddrmsg = (
  { family, ifindex, prefixLen }: Pick<Address, 'family' | 'ifindex' | 'prefixLen'>,
  flags: number,
  scope: number,
): Uint8Array => {
  const out = new Uint8Array(IFADDRMSG_LEN);
  out.set([afOfFamily(family), prefixLen, flags & 0xff, scope]);
  out.set(u32Bytes(ifindex), 4);
  return out;
};

/** What RTM_DELADDR needs to know of an address. */
export type AddressKey = Pick<Address, 'ifindex' | 'family' | 'local' | 'peer' | 'prefixLen'>;

const writeLocal = (writer: AttributeWriter, address: AddressKey): AttributeWriter =>
  writer.address(IFA_LOCAL, address.local).address(IFA_ADDRESS, address.peer ?? address.local);

/**
 * The payload of an RTM_NEWADDR that makes `address`. One that is about to expire is given a second more:
 * a valid lifetime of 0 is refused.
 */
export const encodeAddress = (address: Address): E.Either<WireError, Uint8Array> => {
  const writer = new AttributeWriter();
  const set = address.flags.filter(isSettable);
  const bits = writer.known(bitsOf(ADDRESS_FLAGS[address.family], set), set.join(', '));
  const scope = writer.known(numberOf(SCOPE, address.scope), address.scope);
  writeLocal(writer.raw(ifaddrmsg(address, bits, scope)), address);
  if (address.broadcast !== undefined) writer.address(IFA_BROADCAST, address.broadcast);
  if (address.label !== undefined) writer.attribute(IFA_LABEL, textBytes(address.label));
  writer.attribute(IFA_FLAGS, u32Bytes(bits));
  const preferred = address.preferredLft ?? INFINITY_LIFE_TIME;
  const valid = address.validLft === null ? INFINITY_LIFE_TIME : Math.max(1, address.validLft);
  writer.attribute(IFA_CACHEINFO, u32Bytes(preferred, valid, 0, 0));
  if (address.metric !== undefined) writer.attribute(IFA_RT_PRIORITY, u32Bytes(address.metric));
  if (address.protocol !== undefined) writer.attribute(IFA_PROTO, u8Bytes(address.protocol));
  return writer.finish();
};

/** The payload of an RTM_DELADDR: IFA_LOCAL, IFA_ADDRESS (the peer) and the prefix length choose the address. */
export const encodeAddressKey = (address: AddressKey): E.Either<WireError, Uint8Array> =>
  writeLocal(new AttributeWriter().raw(ifaddrmsg(address, 0, 0)), address).finish();

/** All addresses: of family AF_UNSPEC, which every family answers. */
export const addressDump: Dump<Address> = {
  name: 'RTM_GETADDR',
  type: RTM_GETADDR,
  payload: new Uint8Array(IFADDRMSG_LEN),
  reply: RTM_NEWADDR,
  decode: decodeAddress,
};
