/** Address labels: RTM_NEWADDRLABEL bytes to records. */
import * as E from 'fp-ts/lib/Either.js';
import type { AddressLabel } from '../../plan/model/address-label.js';
import { trusted } from '../../plan/model/scalars.js';
import { AF_INET6 } from '../linux/abi.js';
import {
  IFADDRLBLMSG_LEN,
  IFAL_ADDRESS,
  IFAL_LABEL,
  RTM_GETADDRLABEL,
  RTM_NEWADDRLABEL,
} from './abi.js';
import { AttributeReader } from './attribute.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

/** The payload of an RTM_NEWADDRLABEL. Source: struct ifaddrlblmsg, linux/if_addrlabel.h. */
export const decodeAddressLabel = (payload: Uint8Array): E.Either<WireError, AddressLabel> => {
  const reader = new AttributeReader(payload, IFADDRLBLMSG_LEN);
  const length = reader.headerU8(2);
  const ifindex = reader.headerU32(4);
  if (length > 128) reader.fail(2, `ifal_prefixlen ${length}`);
  const found: Draft<AddressLabel> = { prefix: trusted.prefix(''), label: 0 };
  while (reader.next()) {
    if (reader.type === IFAL_ADDRESS)
      found.prefix = trusted.prefix(`${reader.address('inet6')}/${length}`);
    if (reader.type === IFAL_LABEL) found.label = reader.u32();
  }
  if (ifindex !== 0) found.ifindex = trusted.ifIndex(ifindex);
  if (found.prefix === '') reader.fail(IFADDRLBLMSG_LEN, 'a label without IFAL_ADDRESS');
  return reader.error === null ? E.right(found) : E.left(reader.error);
};

const header = new Uint8Array(IFADDRLBLMSG_LEN);
header.set([AF_INET6]);

/** The policy table of the namespace, the order in which it is searched. */
export const addressLabelDump: Dump<AddressLabel> = {
  name: 'RTM_GETADDRLABEL',
  type: RTM_GETADDRLABEL,
  payload: header,
  reply: RTM_NEWADDRLABEL,
  decode: decodeAddressLabel,
};
