/** Routing policy rules: RTM_NEWRULE bytes to records. */
import * as E from 'fp-ts/lib/Either.js';
import { networkOf, widthOf } from '../../plan/model/address.js';
import { flagsOf, nameOf } from '../../plan/model/kernel-names/names.js';
import { PROTOCOL, RULE_ACTION, RULE_FLAGS } from '../../plan/model/kernel-names/route.js';
import { trusted } from '../../plan/model/scalars.js';
import type { Rule } from '../../plan/model/state.js';
import {
  FIB_RULE_HDR_LEN,
  FIB_RULE_IIF_DETACHED,
  FIB_RULE_INVERT,
  FIB_RULE_OIF_DETACHED,
  FIB_RULE_UNRESOLVED,
  FRA_DPORT_MASK,
  FRA_DPORT_RANGE,
  FRA_DSCP,
  FRA_DSCP_MASK,
  FRA_DST,
  FRA_FLOW,
  FRA_FLOWLABEL,
  FRA_FLOWLABEL_MASK,
  FRA_FWMARK,
  FRA_FWMASK,
  FRA_GOTO,
  FRA_IIFNAME,
  FRA_IP_PROTO,
  FRA_L3MDEV,
  FRA_OIFNAME,
  FRA_PAD,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SPORT_MASK,
  FRA_SPORT_RANGE,
  FRA_SRC,
  FRA_SUPPRESS_IFGROUP,
  FRA_SUPPRESS_PREFIXLEN,
  FRA_TABLE,
  FRA_TUN_ID,
  FRA_UID_RANGE,
  RTM_GETRULE,
  RTM_NEWRULE,
} from './abi.js';
import { AttributeReader, familyOfAf } from './attribute.js';
import type { Draft } from './draft.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';
import { realmsOfFlow } from './realms.js';

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

type Read = (reader: AttributeReader, rule: Draft<Rule>) => void;

/** Sets `field` to what `value` reads. */
const field =
  <K extends keyof Rule>(name: K, value: (reader: AttributeReader) => Rule[K]): Read =>
  (reader, rule) => {
    rule[name] = value(reader);
  };

const ports = (reader: AttributeReader): Rule['sport'] => ({
  start: reader.u16At(0),
  end: reader.u16At(2),
});

/** -1, which suppresses nothing and is always sent, is left out. */
const suppressing =
  (name: 'suppressPrefixlength' | 'suppressIfgroup'): Read =>
  (reader, rule) => {
    const value = reader.u32();
    if (value !== 0xffff_ffff) rule[name] = value;
  };

/** Value 0 is not a rule of a vrf. */
const readL3mdev: Read = (reader, rule) => {
  if (reader.u8() !== 0) rule.l3mdev = true;
};

/** What each FRA_* is to a rule. Source: fib_nl_fill_rule in net/core/fib_rules.c. */
const READ: ReadonlyMap<number, Read> = new Map<number, Read>([
  [FRA_DST, readPrefix],
  [FRA_SRC, readPrefix],
  [FRA_PRIORITY, field('priority', (r) => r.u32())],
  [FRA_TABLE, field('table', (r) => r.u32())], // extends the header's table, which has room for 255
  [FRA_PROTOCOL, field('protocol', (r) => nameOf(PROTOCOL, r.u8()))],
  [FRA_IIFNAME, field('iif', (r) => r.string())],
  [FRA_OIFNAME, field('oif', (r) => r.string())],
  [FRA_FWMARK, field('fwmark', (r) => r.u32())],
  [FRA_FWMASK, field('fwmask', (r) => r.u32())],
  [FRA_GOTO, field('goto', (r) => r.u32())],
  [FRA_SUPPRESS_PREFIXLEN, suppressing('suppressPrefixlength')],
  [FRA_SUPPRESS_IFGROUP, suppressing('suppressIfgroup')],
  [FRA_UID_RANGE, field('uidRange', (r) => ({ start: r.u32At(0), end: r.u32At(4) }))],
  [FRA_IP_PROTO, field('ipproto', (r) => r.u8())],
  [FRA_SPORT_RANGE, field('sport', ports)],
  [FRA_DPORT_RANGE, field('dport', ports)],
  [FRA_SPORT_MASK, field('sportMask', (r) => r.u16())],
  [FRA_DPORT_MASK, field('dportMask', (r) => r.u16())],
  [FRA_DSCP, field('dscp', (r) => r.u8())],
  [FRA_DSCP_MASK, field('dscpMask', (r) => r.u8())],
  [FRA_FLOWLABEL, field('flowlabel', (r) => r.be32())],
  [FRA_FLOWLABEL_MASK, field('flowlabelMask', (r) => r.be32())],
  [FRA_TUN_ID, field('tunId', (r) => r.be64().toString())],
  [FRA_FLOW, field('realms', (r) => realmsOfFlow(r.u32()))],
  [FRA_L3MDEV, readL3mdev],
  [FRA_PAD, () => undefined],
]);

const readUnknown: Read = (reader, rule) => {
  rule.other = { ...rule.other, [reader.type]: reader.hex() };
};

/** Flags that a rule has a field for, or that follow from which links and rules there are. */
const FOLLOWING =
  FIB_RULE_INVERT | FIB_RULE_UNRESOLVED | FIB_RULE_IIF_DETACHED | FIB_RULE_OIF_DETACHED;

const readHeader = (reader: AttributeReader, rule: Draft<Rule>): void => {
  const [tos, flags] = [reader.headerU8(3), reader.headerU32(8)];
  if (tos !== 0) rule.tos = tos;
  if ((flags & FIB_RULE_INVERT) !== 0) rule.invert = true;
  const others = flagsOf(RULE_FLAGS, flags & ~FOLLOWING);
  if (others.length > 0) rule.flags = others;
};

/**
 * The payload of an RTM_NEWRULE; null for a rule of neither IP family (multicast routing has its own).
 * Without FRA_PRIORITY the priority is 0. Source: struct fib_rule_hdr and FRA_*, linux/fib_rules.h.
 */
export const decodeRule = (payload: Uint8Array): E.Either<WireError, Rule | null> => {
  const reader = new AttributeReader(payload, FIB_RULE_HDR_LEN);
  const family = familyOfAf(reader.headerU8(0));
  if (family === null) return reader.error === null ? E.right(null) : E.left(reader.error);
  const rule: Draft<Rule> = {
    family,
    priority: 0,
    action: nameOf(RULE_ACTION, reader.headerU8(7)),
    table: reader.headerU8(4),
  };
  readHeader(reader, rule);
  while (reader.next()) (READ.get(reader.type) ?? readUnknown)(reader, rule);
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
