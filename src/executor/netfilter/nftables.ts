/** nftables: what the kernel answers to dumps of tables, chains and rules, as records. */
import * as E from 'fp-ts/lib/Either.js';
import { type Names, nameOf } from '../../plan/model/kernel-names/names.js';
import { AttributeReader } from '../netlink/attribute.js';
import type { Dump } from '../netlink/dump.js';
import type { WireError } from '../netlink/failure.js';
import * as abi from './abi.js';
import type { BaseChain } from './chains.js';
import { readExpressions } from './expressions.js';
import type { RuleFacts } from './rule-facts.js';

/** NFPROTO_*, linux/netfilter.h, by nft's names. */
const FAMILY: Names = new Map([
  [1, 'inet'],
  [2, 'ip'],
  [3, 'arp'],
  [5, 'netdev'],
  [7, 'bridge'],
  [10, 'ip6'],
]);

/** NF_INET_*, linux/netfilter.h; NF_BR_*, linux/netfilter_bridge.h, differ in the last. */
const IP_HOOK: Names = new Map([
  [0, 'prerouting'],
  [1, 'input'],
  [2, 'forward'],
  [3, 'output'],
  [4, 'postrouting'],
  [5, 'ingress'],
]);
/** NF_ARP_*, linux/netfilter_arp.h. */
const ARP_HOOK: Names = new Map([
  [0, 'input'],
  [1, 'output'],
  [2, 'forward'],
]);
/** NF_NETDEV_*, linux/netfilter.h. */
const NETDEV_HOOK: Names = new Map([
  [0, 'ingress'],
  [1, 'egress'],
]);
const HOOKS: Readonly<Record<string, Names>> = { arp: ARP_HOOK, netdev: NETDEV_HOOK };

export interface NftTable {
  readonly family: string;
  readonly name: string;
  readonly dormant: boolean;
}

export interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** null: called by other chains alone */
  readonly base: BaseChain | null;
}

export interface NftRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly facts: RuleFacts;
}

const familyOf = (reader: AttributeReader): string => nameOf(FAMILY, reader.headerU8(0));

const result = <A>(reader: AttributeReader, value: A): E.Either<WireError, A> =>
  reader.error === null ? E.right(value) : E.left(reader.error);

/** The payload of an NFT_MSG_NEWTABLE. */
export const decodeNftTable = (payload: Uint8Array): E.Either<WireError, NftTable> => {
  const reader = new AttributeReader(payload, abi.NFGENMSG_LEN);
  let [name, flags] = ['', 0];
  while (reader.next()) {
    if (reader.type === abi.NFTA_TABLE_NAME) name = reader.string();
    if (reader.type === abi.NFTA_TABLE_FLAGS) flags = reader.be32();
  }
  const dormant = (flags & abi.NFT_TABLE_F_DORMANT) !== 0;
  return result(reader, { family: familyOf(reader), name, dormant });
};

interface Hook {
  number: number;
  priority: number;
  readonly devices: string[];
}

const readHook = (attribute: AttributeReader, hook: Hook): void => {
  switch (attribute.type) {
    case abi.NFTA_HOOK_HOOKNUM:
      hook.number = attribute.be32();
      return;
    case abi.NFTA_HOOK_PRIORITY:
      hook.priority = attribute.be32() | 0;
      return;
    case abi.NFTA_HOOK_DEV: // of kernels before several were possible; later ones send both
      if (hook.devices.length === 0) hook.devices.push(attribute.string());
      return;
    case abi.NFTA_HOOK_DEVS:
      hook.devices.length = 0;
      attribute.nested((device) => hook.devices.push(device.string()));
      return;
  }
};

/** The payload of an NFT_MSG_NEWCHAIN. Only a base chain has a hook, a type and a policy. */
export const decodeNftChain = (payload: Uint8Array): E.Either<WireError, NftChain> => {
  const reader = new AttributeReader(payload, abi.NFGENMSG_LEN);
  const family = familyOf(reader);
  let [table, name, type, policy] = ['', '', '', 1];
  let hook: Hook | null = null;
  while (reader.next())
    switch (reader.type) {
      case abi.NFTA_CHAIN_TABLE:
        table = reader.string();
        break;
      case abi.NFTA_CHAIN_NAME:
        name = reader.string();
        break;
      case abi.NFTA_CHAIN_TYPE:
        type = reader.string();
        break;
      case abi.NFTA_CHAIN_POLICY:
        policy = reader.be32();
        break;
      case abi.NFTA_CHAIN_HOOK: {
        const found: Hook = { number: 0, priority: 0, devices: [] };
        reader.nested((attribute) => readHook(attribute, found));
        hook = found;
        break;
      }
    }
  const base = hook === null ? null : baseChain({ family, table, name, type, policy, hook });
  return result(reader, { family, table, name, base });
};

const baseChain = (chain: {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly policy: number;
  readonly hook: Hook;
}): BaseChain => ({
  framework: 'nftables',
  family: chain.family,
  table: chain.table,
  chain: chain.name,
  hook: nameOf(HOOKS[chain.family] ?? IP_HOOK, chain.hook.number),
  priority: chain.hook.priority,
  policy: chain.policy === abi.NF_ACCEPT ? 'accept' : 'drop',
  ...(chain.type === '' ? {} : { type: chain.type }),
  ...(chain.hook.devices.length === 0 ? {} : { devices: chain.hook.devices }),
});

const NO_RULE: RuleFacts = {
  actions: new Set(),
  leadsTo: new Set(),
  leadsAnywhere: false,
  translations: [],
  digest: '',
};

/** The payload of an NFT_MSG_NEWRULE. */
export const decodeNftRule = (payload: Uint8Array): E.Either<WireError, NftRule> => {
  const reader = new AttributeReader(payload, abi.NFGENMSG_LEN);
  const family = familyOf(reader);
  let [table, chain] = ['', ''];
  let facts: E.Either<WireError, RuleFacts> = E.right(NO_RULE);
  while (reader.next()) {
    if (reader.type === abi.NFTA_RULE_TABLE) table = reader.string();
    if (reader.type === abi.NFTA_RULE_CHAIN) chain = reader.string();
    if (reader.type === abi.NFTA_RULE_EXPRESSIONS) facts = readExpressions(reader, family);
  }
  if (E.isLeft(facts)) return facts;
  return result(reader, { family, table, chain, facts: facts.right });
};

/** The payload of an NFT_MSG_NEWGEN: a number that grows with every change of the ruleset. */
export const decodeGeneration = (payload: Uint8Array): E.Either<WireError, number> => {
  const reader = new AttributeReader(payload, abi.NFGENMSG_LEN);
  let generation = 0;
  while (reader.next()) if (reader.type === abi.NFTA_GEN_ID) generation = reader.be32();
  return result(reader, generation);
};

/** nfgenmsg of NFPROTO_UNSPEC: of every family. */
const EVERY_FAMILY = new Uint8Array(abi.NFGENMSG_LEN);

export const nftTableDump: Dump<NftTable> = {
  name: 'NFT_MSG_GETTABLE',
  type: abi.NFT_MSG_GETTABLE,
  payload: EVERY_FAMILY,
  reply: abi.NFT_MSG_NEWTABLE,
  decode: decodeNftTable,
};

export const nftChainDump: Dump<NftChain> = {
  name: 'NFT_MSG_GETCHAIN',
  type: abi.NFT_MSG_GETCHAIN,
  payload: EVERY_FAMILY,
  reply: abi.NFT_MSG_NEWCHAIN,
  decode: decodeNftChain,
};

export const nftRuleDump: Dump<NftRule> = {
  name: 'NFT_MSG_GETRULE',
  type: abi.NFT_MSG_GETRULE,
  payload: EVERY_FAMILY,
  reply: abi.NFT_MSG_NEWRULE,
  decode: decodeNftRule,
};
