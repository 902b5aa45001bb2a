/** The expressions of an nftables rule: a little program over registers, read for what it does. */
import * as E from 'fp-ts/lib/Either.js';
import { fnv1a64 } from '../../plan/model/state-hash.js';
import { type AttributeReader, hexText } from '../netlink/attribute.js';
import type { WireError } from '../netlink/failure.js';
import * as abi from './abi.js';
import { cString } from './c-string.js';
import {
  type Attributes,
  addressValue,
  attributesIn,
  be32,
  type Field,
  fixed,
  forget,
  load,
  NOTHING,
  portOf,
  type Reading,
  register,
  setMatched,
  valueIn,
} from './registers.js';
import type { RuleFacts } from './rule-facts.js';
import { actionOfTarget, readPortMatch, translationOfTarget } from './xtables.js';

type Read = (reading: Reading, attributes: Attributes) => void;

/** The header of the field that a payload expression loads: base, offset, length. */
const PAYLOAD_FIELDS: ReadonlyArray<readonly [string, Field]> = [
  [`${abi.NFT_PAYLOAD_NETWORK_HEADER},12,4`, 'source'],
  [`${abi.NFT_PAYLOAD_NETWORK_HEADER},16,4`, 'destination'],
  [`${abi.NFT_PAYLOAD_NETWORK_HEADER},9,1`, 'protocol'],
  [`${abi.NFT_PAYLOAD_NETWORK_HEADER},8,16`, 'source'],
  [`${abi.NFT_PAYLOAD_NETWORK_HEADER},24,16`, 'destination'],
  [`${abi.NFT_PAYLOAD_TRANSPORT_HEADER},0,2`, 'sourcePort'],
  [`${abi.NFT_PAYLOAD_TRANSPORT_HEADER},2,2`, 'destinationPort'],
];
const FIELD_OF_PAYLOAD = new Map(PAYLOAD_FIELDS);

const readPayload = (reading: Reading, attributes: Attributes): void => {
  if (attributes.has(abi.NFTA_PAYLOAD_SREG)) {
    reading.actions.add('mangle');
    return;
  }
  const place = [abi.NFTA_PAYLOAD_BASE, abi.NFTA_PAYLOAD_OFFSET, abi.NFTA_PAYLOAD_LEN]
    .map((type) => be32(attributes, type))
    .join(',');
  load(reading, register(attributes, abi.NFTA_PAYLOAD_DREG), FIELD_OF_PAYLOAD.get(place));
};

const readMeta = (reading: Reading, attributes: Attributes): void => {
  const key = be32(attributes, abi.NFTA_META_KEY);
  if (attributes.has(abi.NFTA_META_SREG))
    reading.actions.add(key === abi.NFT_META_MARK ? 'mark' : 'meta');
  else
    load(
      reading,
      register(attributes, abi.NFTA_META_DREG),
      key === abi.NFT_META_L4PROTO ? 'protocol' : undefined,
    );
};

const readCmp = (reading: Reading, attributes: Attributes): void => {
  const slot = register(attributes, abi.NFTA_CMP_SREG);
  const field = slot === undefined ? undefined : reading.loaded.get(slot);
  if (field !== undefined && be32(attributes, abi.NFTA_CMP_OP) === abi.NFT_CMP_EQ)
    setMatched(reading.matched, field, valueIn(reading, attributes.get(abi.NFTA_CMP_DATA)));
};

/** Low byte of a verdict that ends a packet's way; in what is above it a queue has its number. */
const VERDICTS: ReadonlyMap<number, string> = new Map([
  [0, 'drop'],
  [1, 'accept'],
  [2, 'stolen'],
  [3, 'queue'],
  [4, 'repeat'],
]);

const readVerdict = (reading: Reading, verdict: Attributes): void => {
  const code = be32(verdict, abi.NFTA_VERDICT_CODE) ?? 0;
  const chain = verdict.get(abi.NFTA_VERDICT_CHAIN);
  if ((code | 0) < 0) {
    if (chain !== undefined) reading.leadsTo.add(cString(chain)); // jump or goto
    return;
  }
  reading.actions.add(VERDICTS.get(code & 0xff) ?? String(code & 0xff));
};

const readImmediate = (reading: Reading, attributes: Attributes): void => {
  const data = attributesIn(reading, attributes.get(abi.NFTA_IMMEDIATE_DATA));
  const verdict = data.get(abi.NFTA_DATA_VERDICT);
  if (verdict !== undefined) {
    readVerdict(reading, attributesIn(reading, verdict));
    return;
  }
  const slot = register(attributes, abi.NFTA_IMMEDIATE_DREG);
  if (slot === undefined) return;
  reading.loaded.delete(slot);
  reading.values.set(slot, data.get(abi.NFTA_DATA_VALUE) ?? NOTHING);
};

const translate = (
  reading: Reading,
  kind: string,
  to: Uint8Array | undefined,
  toPort: Uint8Array | undefined,
): void => {
  reading.actions.add(kind);
  const [address, port] = [addressValue(to), portOf(toPort)];
  reading.translations.push({
    kind,
    ...reading.matched,
    ...(address === undefined ? {} : { to: address }),
    ...(port === undefined ? {} : { toPort: port }),
  });
};

const readNat = (reading: Reading, attributes: Attributes): void =>
  translate(
    reading,
    be32(attributes, abi.NFTA_NAT_TYPE) === abi.NFT_NAT_SNAT ? 'snat' : 'dnat',
    fixed(reading, attributes, abi.NFTA_NAT_REG_ADDR_MIN, abi.NFTA_NAT_REG_ADDR_MAX),
    fixed(reading, attributes, abi.NFTA_NAT_REG_PROTO_MIN, abi.NFTA_NAT_REG_PROTO_MAX),
  );

const readRedirect = (reading: Reading, attributes: Attributes): void => {
  const port = fixed(
    reading,
    attributes,
    abi.NFTA_REDIR_REG_PROTO_MIN,
    abi.NFTA_REDIR_REG_PROTO_MAX,
  );
  translate(reading, 'redirect', undefined, port);
};

const readTproxy = (reading: Reading, attributes: Attributes): void => {
  const [address, port] = [abi.NFTA_TPROXY_REG_ADDR, abi.NFTA_TPROXY_REG_PORT];
  translate(
    reading,
    'tproxy',
    fixed(reading, attributes, address, address),
    fixed(reading, attributes, port, port),
  );
};

const VERDICT_REGISTER = 0;

const readLookup = (reading: Reading, attributes: Attributes): void => {
  if (be32(attributes, abi.NFTA_LOOKUP_DREG) === VERDICT_REGISTER) {
    reading.leadsAnywhere = true;
    reading.actions.add('vmap');
  } else if (attributes.has(abi.NFTA_LOOKUP_DREG)) forget(reading);
};

/** Either writes what is in a register somewhere, or fills one. */
const setsFrom =
  (sourceRegister: number, word: string): Read =>
  (reading, attributes) => {
    if (attributes.has(sourceRegister)) reading.actions.add(word);
    else forget(reading);
  };

const readTarget = (reading: Reading, attributes: Attributes): void => {
  const name = cString(attributes.get(abi.NFTA_XT_NAME) ?? NOTHING);
  const info = attributes.get(abi.NFTA_XT_INFO) ?? NOTHING;
  reading.actions.add(actionOfTarget(name));
  const translation = translationOfTarget(name, info, reading.family);
  if (translation !== null) reading.translations.push({ ...translation, ...reading.matched });
};

const readMatch = (reading: Reading, attributes: Attributes): void => {
  const name = cString(attributes.get(abi.NFTA_XT_NAME) ?? NOTHING);
  readPortMatch(name, attributes.get(abi.NFTA_XT_INFO) ?? NOTHING, reading.matched);
};

const acts =
  (word: string): Read =>
  ({ actions }) =>
    actions.add(word);

const EXPRESSIONS: ReadonlyMap<string, Read> = new Map([
  ['immediate', readImmediate],
  ['payload', readPayload],
  ['meta', readMeta],
  ['cmp', readCmp],
  ['lookup', readLookup],
  ['ct', setsFrom(abi.NFTA_CT_SREG, 'ct')],
  ['exthdr', setsFrom(abi.NFTA_EXTHDR_SREG, 'mangle')],
  ['nat', readNat],
  ['masq', (reading) => translate(reading, 'masquerade', undefined, undefined)],
  ['redir', readRedirect],
  ['tproxy', readTproxy],
  ['target', readTarget],
  ['match', readMatch],
  ['flow_offload', acts('flow')],
  ['objref', acts('object')],
  ['dynset', acts('update')],
]);

/** Expressions that only count, or compare a register. */
const INERT = new Set('counter last limit quota connlimit range inner'.split(' '));
/** Expressions that fill a register with what netplan does not follow. */
const FILLS = new Set('bitwise byteorder numgen hash fib rt socket osf xfrm tunnel'.split(' '));

/** The content of these changes with each packet; a quota's limit does not. */
const contentOf = (name: string, data: Uint8Array, attributes: Attributes): string => {
  if (name === 'counter' || name === 'last') return name;
  if (name === 'quota')
    return `${name} ${hexText(attributes.get(abi.NFTA_QUOTA_BYTES) ?? NOTHING)}`;
  return `${name} ${hexText(data)}`;
};

const readExpression = (reading: Reading, element: AttributeReader): void => {
  const parts = attributesIn(reading, element.bytes());
  const name = cString(parts.get(abi.NFTA_EXPR_NAME) ?? NOTHING);
  const data = parts.get(abi.NFTA_EXPR_DATA) ?? NOTHING;
  const attributes = attributesIn(reading, data);
  reading.content.push(contentOf(name, data, attributes));
  const read = EXPRESSIONS.get(name);
  if (read !== undefined) read(reading, attributes);
  else if (FILLS.has(name)) forget(reading);
  else if (!INERT.has(name)) reading.actions.add(name); // better one too many than one unsaid
};

/** The rule in an NFTA_RULE_EXPRESSIONS that `list` stands at, in a table of `family`. */
export const readExpressions = (
  list: AttributeReader,
  family: string,
): E.Either<WireError, RuleFacts> => {
  const reading: Reading = {
    family,
    actions: new Set(),
    leadsTo: new Set(),
    leadsAnywhere: false,
    translations: [],
    content: [],
    loaded: new Map(),
    values: new Map(),
    matched: {},
    error: null,
  };
  list.nested((element) => readExpression(reading, element));
  if (reading.error !== null) return E.left(reading.error);
  const { actions, leadsTo, leadsAnywhere, translations, content } = reading;
  return E.right({ actions, leadsTo, leadsAnywhere, translations, digest: fnv1a64(content) });
};
