/** JSON Schemas (draft 2020-12), made from codecs, for editors and other languages; and which documents have one. */
import * as t from 'io-ts';
import type { Closed } from '../model/closed.js';
import { NetworkPlan } from '../model/network-plan.js';
import { isOneOf } from '../model/one-of.js';
import { PlanOptions } from '../model/options.js';
import { NamespaceState, OBJECT_LISTS } from '../model/state.js';

/** A JSON Schema, or a part of one. Source: json-schema.org/draft/2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A closed record of any type. */
type ClosedRecord = t.Mixed & Pick<Closed<never, t.Props, t.Props>, 'required' | 'optional'>;

/** The documents that have a schema of their own, by the name of its file in schemas/. */
export const SCHEMA_FILES: { readonly [file: string]: t.Mixed } = {
  'namespace-state.schema.json': NamespaceState,
  'network-plan.schema.json': NetworkPlan,
  'plan-options.schema.json': PlanOptions,
};

/** Scalars whose codecs are code: what a schema can say of them. The codec is stricter where a pattern cannot be. */
const SCALARS: { readonly [name: string]: JsonSchema } = {
  IfName: {
    description:
      'Linux interface name, 1 to 15 bytes; a byte that is not UTF-8 is written \\xe9, a backslash \\\\',
    type: 'string',
    pattern: '^(\\\\(\\\\|x[89a-f][0-9a-f])|[^\\\\/: \\t-\\r\\u0000]){1,15}$',
  },
  LinkName: {
    description: 'name or alternative name of a link, 1 to 127 bytes, written as an IfName',
    type: 'string',
    pattern: '^(\\\\(\\\\|x[89a-f][0-9a-f])|[^\\\\\\u0000]){1,127}$',
  },
  IpAddress: {
    description: 'IPv4 address in dotted quads, or IPv6 address without a zone',
    type: 'string',
    anyOf: [
      { format: 'ipv4', pattern: '^[0-9.]+$' },
      { format: 'ipv6', pattern: '^[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*$' },
    ],
  },
  Prefix: {
    description: 'network in CIDR notation, host bits zero',
    type: 'string',
    pattern:
      '^([0-9.]+/([0-9]|[12][0-9]|3[0-2])|[0-9A-Fa-f:.]+/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))$',
  },
  LinkAddress: {
    description: 'link-layer address, 1 to 32 bytes in hex',
    type: 'string',
    pattern: '^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){0,31}$',
  },
  ObjectPath: {
    description: 'an object of the namespace state',
    type: 'string',
    pattern: `^(${OBJECT_LISTS.join('|')})\\[(0|[1-9][0-9]{0,8})\\]$`,
  },
};

/** Records and scalars met so far, by name: each is written once. */
type Definitions = Map<string, JsonSchema>;

/** `U32 (0..4294967295)`, as scalars.ts names its integers. */
const INTEGER = /^\w+ \((-?\d+)\.\.(\d+)\)$/;

const isClosed = (codec: t.Mixed): codec is ClosedRecord =>
  'required' in codec && 'optional' in codec;

const define = (name: string, definitions: Definitions, schema: () => JsonSchema): JsonSchema => {
  if (!definitions.has(name)) {
    definitions.set(name, {}); // holds the place, so that definitions come in the order they are met
    definitions.set(name, schema());
  }
  return { $ref: `#/$defs/${name}` };
};

const recordSchema = (
  { required, optional }: ClosedRecord,
  definitions: Definitions,
): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries({ ...required, ...optional }).map(([key, codec]) => [
      key,
      schemaOf(codec, definitions),
    ]),
  ),
  required: Object.keys(required),
  additionalProperties: false,
});

/** Schemas of the codecs that io-ts builds from others. */
const combinedSchema = (codec: t.Mixed, definitions: Definitions): JsonSchema | null => {
  if (codec instanceof t.ReadonlyArrayType)
    return { type: 'array', items: schemaOf(codec.type, definitions) };
  if (codec instanceof t.TupleType) {
    const items = codec.types.map((item: t.Mixed) => schemaOf(item, definitions));
    return { type: 'array', prefixItems: items, minItems: items.length, items: false };
  }
  if (codec instanceof t.DictionaryType)
    return { type: 'object', additionalProperties: schemaOf(codec.codomain, definitions) };
  if (isOneOf(codec))
    return { anyOf: Object.values(codec.members).map((one) => schemaOf(one, definitions)) };
  if (codec instanceof t.UnionType)
    return { anyOf: codec.types.map((member: t.Mixed) => schemaOf(member, definitions)) };
  if (codec instanceof t.ReadonlyType || codec instanceof t.RefinementType)
    return schemaOf(codec.type, definitions);
  return null;
};

const simpleSchema = (codec: t.Mixed): JsonSchema | null => {
  if (codec instanceof t.LiteralType) return { const: codec.value };
  if (codec instanceof t.KeyofType) return { enum: Object.keys(codec.keys) };
  if (codec instanceof t.StringType) return { type: 'string' };
  if (codec instanceof t.NumberType) return { type: 'number' };
  if (codec instanceof t.BooleanType) return { type: 'boolean' };
  if (codec instanceof t.NullType) return { type: 'null' };
  const [, minimum, maximum] = INTEGER.exec(codec.name) ?? [];
  if (minimum === undefined) return null;
  return { type: 'integer', minimum: Number(minimum), maximum: Number(maximum) };
};

const schemaOf = (codec: t.Mixed, definitions: Definitions): JsonSchema => {
  const scalar = SCALARS[codec.name];
  if (scalar !== undefined) return define(codec.name, definitions, () => scalar);
  if (isClosed(codec))
    return define(codec.name, definitions, () => recordSchema(codec, definitions));
  const schema = simpleSchema(codec) ?? combinedSchema(codec, definitions);
  if (schema === null) throw new TypeError(`no JSON Schema for the codec ${codec.name}`);
  return schema;
};

/** The JSON Schema of a document or output. A defect, not an error, where a codec is of a kind that it does not know. */
export const jsonSchema = (codec: t.Mixed): JsonSchema => {
  const definitions: Definitions = new Map();
  const root = isClosed(codec) ? recordSchema(codec, definitions) : schemaOf(codec, definitions);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: codec.name,
    ...root,
    $defs: Object.fromEntries(definitions),
  };
};

/** The text of a schema file. */
export const schemaText = (codec: t.Mixed): string =>
  `${JSON.stringify(jsonSchema(codec), null, 2)}\n`;
