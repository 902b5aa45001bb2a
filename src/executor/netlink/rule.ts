/** Routing policy rules: RTM_NEWRULE bytes to records. */
import * as E from 'fp-ts/lib/Either.js';
import { networkOf, widthOf } from '../../plan/model/address.js';
import { nameOf } from '../../plan/model/kernel-names/names.js';
import { PROTOCOL, RULE_ACTION } from '../../plan/model/kernel-names/route.js';
import { trusted } from '../../plan/model/scalars.js';
import type { Rule } from '../../plan/model/state.js';
import {
  FIB_RULE_HDR_LEN,
  FIB_RULE_INVERT,
  FRA_DST,
  FRA_FWMARK,
  FRA_FWMASK,
  FRA_IIFNAME,
  FRA_OIFNAME,
  FRA_PAD,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SRC,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  RTM_GETRULE,
  RTM_NEWRULE,
} from './abi.js';
import { AttributeReader, familyOfAf } from './attribute.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

/** FRA_DST or FRA_SRC. The kernel keeps host bits that it never compares; the prefix is without them. */
const readPrefix = (reader: AttributeReader, rule: Draft<Rule>): void => {
  const offset = reader.type === FRA_DST ? 1 : 2;
  const prefixLen = reader.headerU8(offset);
  if (prefixLen > widthOf(rule.family)) reader.fail(offset, `a prefix length of ${prefixLen}`);
  const address = reader.address(rule.family);
  if (reader.error !== null) return;
  const prefix = trusted.prefix(networkOf(address, prefixLen));
  if (reader.type === FRA_DST) rule.dst = prefix;
  else rule.src = prefix;
};

const readSelector = (reader: AttributeReader, rule: Draft<Rule>): void => {
  switch (reader.type) {
    case FRA_IIFNAME:
      rule.iif = reader.string();
      return;
    case FRA_OIFNAME:
      rule.oif = reader.string();
      return;
    case FRA_FWMARK:
      rule.fwmark = reader.u32();
      return;
    case FRA_FWMASK:
      rule.fwmask = reader.u32();
      return;
    case FRA_PAD:
      return;
    case FRA_SUPPRESS_PREFIXLEN: // always sent; -1 suppresses nothing
      if (reader.u32() === 0xffff_ffff) return;
  }
  rule.other = { ...rule.other, [reader.type]: reader.hex() };
};

const readRuleAttribute = (reader: AttributeReader, rule: Draft<Rule>): void => {
  switch (reader.type) {
    case FRA_DST:
    case FRA_SRC:
      readPrefix(reader, rule);
      return;
    case FRA_PRIORITY:
      rule.priority = reader.u32();
      return;
    case FRA_TABLE: // extends the header's table, which has room for 255
      rule.table = reader.u32();
      return;
    case FRA_PROTOCOL:
      rule.protocol = nameOf(PROTOCOL, reader.u8());
      return;
    default:
      readSelector(reader, rule);
      return;
  }
};

/**
 * The payload of an RTM_NEWRULE; null for a rule of neither IP family (multicast routing has its own).
 * Without FRA_PRIORITY the priority is 0. Source: struct fib_rule_hdr and FRA_*, linux/fib_rules.h.
 */
export const decodeRule = (payload: Uint8Array): E.Either<WireError, Rule | null> => {
  const reader = new AttributeReader(payload, FIB_RULE_HDR_LEN);
  const family = familyOfAf(reader.headerU8(0));
  if (family === null) return reader.error === null ? E.right(null) : E.left(reader.error);
  const tos = reader.headerU8(3);
  const rule: Draft<Rule> = {
    family,
    priority: 0,
    action: nameOf(RULE_ACTION, reader.headerU8(7)),
    table: reader.headerU8(4),
  };
  if (tos !== 0) rule.tos = tos;
  if ((reader.headerU32(8) & FIB_RULE_INVERT) !== 0) rule.invert = true;
  while (reader.next()) readRuleAttribute(reader, rule);
  if (rule.table === 0) delete rule.table; // RT_TABLE_UNSPEC: the action needs none
  return reader.error === null ? E.right(rule) : E.left(reader.error);
};

/** All rules: of family AF_UNSPEC, which every family answers. */
export const ruleDump: Dump<Rule> = {
  name: 'RTM_GETRULE',
  type: RTM_GETRULE,
  payload: new Uint8Array(FIB_RULE_HDR_LEN),
  reply: RTM_NEWRULE,
  decode: decodeRule,
};
