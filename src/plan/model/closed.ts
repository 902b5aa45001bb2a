/** Closed record codecs: unknown keys are errors, never stripped. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

type Codecs = { readonly [key: string]: t.Mixed };
type Values = { readonly [key: string]: unknown };

/** A record codec that shows its keys, so that JSON Schemas and documents can be made from it. */
export interface Closed<A, R extends t.Props, O extends t.Props>
  extends t.Type<A, unknown, unknown> {
  readonly required: R;
  readonly optional: O;
}

/**
 * Errors kept of one list or record. Nobody reads more, and a hostile list of millions of wrong items
 * would otherwise cost hundreds of bytes for each.
 */
const MAX_ERRORS = 1000;

/** The validation of one record or list: what was decoded so far, and what was wrong with the rest. */
interface Progress<A> {
  readonly out: A;
  readonly errors: t.ValidationError[];
}

/** `t.readonlyArray`'s own loop, except that it stops after MAX_ERRORS. */
const validateList = (
  item: t.Mixed,
  values: ReadonlyArray<unknown>,
  context: t.Context,
): t.Validation<ReadonlyArray<unknown>> => {
  const { out, errors }: Progress<unknown[]> = { out: [], errors: [] };
  for (let i = 0; i < values.length && errors.length < MAX_ERRORS; i++) {
    const result = item.validate(values[i], t.appendContext(context, String(i), item, values[i]));
    if (E.isRight(result)) out.push(result.right);
    else errors.push(...result.left);
  }
  return errors.length > 0 ? t.failures(errors) : t.success(out);
};

const validateField = (codec: t.Mixed, value: unknown, context: t.Context) =>
  codec instanceof t.ReadonlyArrayType && Array.isArray(value)
    ? validateList(codec.type, value, context)
    : codec.validate(value, context);

const validateKnown = (
  codecs: Codecs,
  required: Codecs,
  input: Values,
  context: t.Context,
  { out, errors }: Progress<Record<string, unknown>>,
): void => {
  for (const [key, codec] of Object.entries(codecs)) {
    const present = Object.hasOwn(input, key);
    if (!present && !Object.hasOwn(required, key)) continue;
    const value = present ? input[key] : undefined;
    const result = validateField(codec, value, t.appendContext(context, key, codec, value));
    if (E.isRight(result)) out[key] = result.right;
    else errors.push(...result.left);
  }
};

/** An unknown key's error: its context ends in `t.never`, at the key. */
const unknownKeys = (codecs: Codecs, input: Values, context: t.Context): t.ValidationError[] =>
  Object.keys(input)
    .filter((key) => !Object.hasOwn(codecs, key))
    .slice(0, MAX_ERRORS)
    .map((key) => ({
      value: input[key],
      context: t.appendContext(context, key, t.never, input[key]),
      message: `no key "${key}"; the keys are ${Object.keys(codecs).join(', ')}`,
    }));

const isRecord = (u: unknown): u is Values =>
  typeof u === 'object' && u !== null && !Array.isArray(u);

/**
 * A record with exactly the `required` keys and any of the `optional` ones.
 *
 * `t.exact` would drop a misspelled key in silence and plan a route without its gateway; here it is an
 * error at that key. Optional keys that are absent stay absent. Decoded and encoded records have their
 * keys in the codec's order, the required ones first, whatever order the input had.
 */
export const closed = <R extends t.Props, O extends t.Props = Record<never, never>>(
  name: string,
  required: R,
  optional: O = {} as O,
): Closed<Readonly<t.TypeOfProps<R> & t.TypeOfPartialProps<O>>, R, O> => {
  type A = Readonly<t.TypeOfProps<R> & t.TypeOfPartialProps<O>>;
  const codecs: Codecs = { ...required, ...optional };
  const requiredKeys = Object.keys(required);
  const type = new t.Type<A, unknown, unknown>(
    name,
    (u): u is A =>
      t.UnknownRecord.is(u) &&
      requiredKeys.every((key) => Object.hasOwn(u, key)) &&
      Object.keys(u).every((key) => Object.hasOwn(codecs, key) && codecs[key]?.is(u[key])),
    (u, context) => {
      if (!isRecord(u)) return t.failure(u, context);
      const progress: Progress<Record<string, unknown>> = { out: {}, errors: [] };
      validateKnown(codecs, required, u, context, progress);
      progress.errors.push(...unknownKeys(codecs, u, context));
      return progress.errors.length > 0
        ? t.failures(progress.errors)
        : t.success(progress.out as A);
    },
    (a) => {
      const out: Record<string, unknown> = {};
      for (const [key, codec] of Object.entries(codecs)) {
        const value = (a as Values)[key];
        if (value !== undefined) out[key] = codec.encode(value);
      }
      return out;
    },
  );
  return Object.assign(type, { required, optional });
};
