/** Decoding with errors a person can act on: a path as typed, what was expected there, what was found. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { groupBy } from '../model/group-by.js';

/** One place where an input does not fit its codec. */
export interface DecodeError {
  readonly _tag: 'DecodeError';
  readonly reason: 'missing-key' | 'unknown-key' | 'value';
  /** `links[1].mtu`; empty for the whole */
  readonly path: string;
  /** the same as keys: `['links', '1', 'mtu']` */
  readonly keys: ReadonlyArray<string>;
  readonly expected: string;
  /** the input's own value, undefined where it has none */
  readonly actual: unknown;
}

/** A step of a context that is a member of a union or intersection, not a key of the input. */
const isMember = (context: t.Context, i: number): boolean => {
  const parent = context[i - 1]?.type;
  return parent instanceof t.UnionType || parent instanceof t.IntersectionType;
};

/** The keys of a context, without the indices io-ts adds for members of unions and intersections. */
const keysOf = (context: t.Context): ReadonlyArray<string> =>
  context.filter((_, i) => i > 0 && !isMember(context, i)).map(({ key }) => key);

/** `links[1].mtu`: keys that are not names are in brackets, quoted unless they are indices. */
export const pathText = (keys: ReadonlyArray<string>): string =>
  keys
    .map((key) => {
      if (/^\d+$/.test(key)) return `[${key}]`;
      return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('')
    .replace(/^\./, '');

const quotedList = (keys: ReadonlyArray<string>): string =>
  keys.map((key) => JSON.stringify(key)).join(' or ');

/** What a codec takes, in a few words: its name, and its values or range where the name lacks them. */
export const expectation = (type: t.Decoder<unknown, unknown> | undefined): string => {
  if (type instanceof t.ReadonlyArrayType || type instanceof t.ArrayType)
    return `a list of ${expectation(type.type)}`;
  if (type instanceof t.ReadonlyType) return expectation(type.type);
  if (type instanceof t.DictionaryType) return `a mapping to ${expectation(type.codomain)}`;
  if (type instanceof t.RefinementType && type.type.name.startsWith(`${type.name} (`))
    return type.type.name;
  if (type instanceof t.KeyofType) {
    const values = quotedList(Object.keys(type.keys));
    return /^[A-Z]\w*$/.test(type.name) ? `${type.name} (${values})` : values;
  }
  if (type instanceof t.UnionType)
    return type.types.map((member: t.Mixed) => expectation(member)).join(' or ');
  return type?.name ?? 'a value';
};

const toDecodeError = ({ context, message, value }: t.ValidationError): DecodeError => {
  const last = context.at(-1);
  const keys = keysOf(context);
  const reason =
    last?.type === t.never ? 'unknown-key' : value === undefined ? 'missing-key' : 'value';
  const expected = message ?? expectation(last?.type);
  return { _tag: 'DecodeError', reason, path: pathText(keys), keys, expected, actual: value };
};

/** Where the outermost union of a context stands, or -1. */
const unionAt = (context: t.Context): number =>
  context.findIndex(({ type }) => type instanceof t.UnionType);

const keysUpTo = (context: t.Context, length: number): string =>
  JSON.stringify(context.slice(0, length).map(({ key }) => key));

/**
 * The errors of the one alternative that the author meant, or one error for the union as a whole.
 *
 * An alternative was meant when it takes this kind of value: its errors are all below the union.
 */
const mergeAlternatives = (
  at: number,
  errors: ReadonlyArray<t.ValidationError>,
): ReadonlyArray<DecodeError> => {
  const alternatives = groupBy(errors, ({ context }) => context[at + 1]?.key);
  const meant = [...alternatives.values()].filter((group) =>
    group.every(({ context }) => context.length > at + 2),
  );
  const [only] = meant;
  if (only !== undefined && meant.length === 1)
    return merge(only.map((e) => ({ ...e, context: spliced(e.context, at) })));
  const [first] = errors;
  if (first === undefined) return [];
  const context = first.context.slice(0, at + 1);
  return [toDecodeError({ context, value: context.at(-1)?.actual })];
};

/** The context without the union at `at`: the member stands in its place, under its key. */
const spliced = (context: t.Context, at: number): t.Context => {
  const [union, member] = [context[at], context[at + 1]];
  return union === undefined || member === undefined
    ? context
    : [...context.slice(0, at), { ...member, key: union.key }, ...context.slice(at + 2)];
};

/** The same for the errors of one mistake: their place, or that of the union whose alternatives they are. */
const mistakeKey = ({ context }: t.ValidationError): string => {
  const at = unionAt(context);
  return keysUpTo(context, at === -1 ? context.length : at + 1);
};

/** One DecodeError per mistake, in the input's order of codecs. */
const merge = (errors: ReadonlyArray<t.ValidationError>): ReadonlyArray<DecodeError> =>
  [...groupBy(errors, mistakeKey).values()].flatMap((group) => {
    const at = unionAt(group[0]?.context ?? []);
    return at === -1 ? group.map(toDecodeError) : mergeAlternatives(at, group);
  });

/** `codec.decode`, with every mistake in the input as a DecodeError (of one list, the first 1000). */
export const decodeWith =
  <A>(codec: t.Type<A, unknown, unknown>) =>
  (input: unknown): E.Either<ReadonlyArray<DecodeError>, A> =>
    pipe(codec.decode(input), E.mapLeft(merge));
