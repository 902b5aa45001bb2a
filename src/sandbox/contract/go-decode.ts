/** io-ts codecs that read JSON as Go's encoding/json does, with its tolerance and its error texts. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { formatAddress, parseAddress } from '../../plan/model/address.js';

/** A codec for a Go type: `zero` is what a missing key or null leaves. */
export class GoType<A> extends t.Type<A, unknown, unknown> {
  readonly zero: A;
  /** `name`: as Go prints the type, `[]boot.Route` */
  constructor(
    name: string,
    zero: A,
    is: (u: unknown) => u is A,
    read: (u: unknown, context: t.Context) => t.Validation<A>,
  ) {
    super(name, is, (u, context) => (u === null ? t.success(zero) : read(u, context)), t.identity);
    this.zero = zero;
  }
}

/** A struct; as a class of its own because Go's errors name the innermost one. */
class GoStruct<A> extends GoType<A> {}

const goKind = (u: unknown): string => {
  if (Array.isArray(u)) return 'array';
  return typeof u === 'boolean' ? 'bool' : typeof u;
};

/** `FDBasedLink.FDBasedLinks.MTU`: the innermost struct, then the path from the outermost, without indices. */
const fieldText = (context: t.Context): string => {
  const fields = context.slice(1).filter((_, i) => context[i]?.type instanceof GoStruct);
  if (fields.length === 0) return 'value';
  const struct = context.findLast(
    ({ type }, i) => type instanceof GoStruct && i < context.length - 1,
  );
  const name = struct?.type.name.replace(/^\w+\./, '') ?? '';
  return `struct field ${name}.${fields.map(({ key }) => key).join('.')}`;
};

/** Source: UnmarshalTypeError.Error in encoding/json/decode.go, Go 1.11 to 1.26. */
const wrongType = (u: unknown, context: t.Context, value = goKind(u)): t.Validation<never> => {
  const type = context.at(-1)?.type.name ?? '';
  return t.failure(
    u,
    context,
    `json: cannot unmarshal ${value} into Go ${fieldText(context)} of type ${type}`,
  );
};

export const goString = new GoType('string', '', t.string.is, (u, context) =>
  typeof u === 'string' ? t.success(u) : wrongType(u, context),
);

export const goBool = new GoType('bool', false, t.boolean.is, (u, context) =>
  typeof u === 'boolean' ? t.success(u) : wrongType(u, context),
);

/**
 * An integer type by its bounds. `1.0` and `1e3` are refused by Go and taken here, where the parser has
 * already made integers of them; above 2^53 the value is no longer known and is refused.
 */
export const goInteger = (name: string, min: number, max: number): GoType<number> =>
  new GoType<number>(name, 0, t.number.is, (u, context) => {
    if (typeof u !== 'number') return wrongType(u, context);
    return Number.isSafeInteger(u) && u >= min && u <= max
      ? t.success(u)
      : wrongType(u, context, `number ${u}`);
  });

/** net.IP as text, v4-mapped addresses as IPv4; null is nil. Source: IP.UnmarshalText in net/ip.go. */
export const goIp = new GoType<string | null>(
  'net.IP',
  null,
  t.union([t.string, t.null]).is,
  (u, context) => {
    if (typeof u !== 'string') return wrongType(u, context);
    if (u === '') return t.success(null);
    const parsed = parseAddress(u);
    return parsed === null
      ? t.failure(u, context, `invalid IP address: ${u}`)
      : t.success(formatAddress(parsed).replace(/^::ffff:(?=\d+\.)/, ''));
  },
);

const isBytes = (u: unknown): u is Uint8Array | null => u === null || u instanceof Uint8Array;

/** []byte and its named types, from base64. null is nil, "" is empty: the sentry tells them apart. */
export const goBytes = (name: string): GoType<Uint8Array | null> =>
  new GoType<Uint8Array | null>(name, null, isBytes, (u, context) => {
    if (typeof u !== 'string') return wrongType(u, context);
    const clean = u.replace(/[\r\n]/g, '');
    const bad = firstBadBase64(clean);
    return bad === -1
      ? t.success(Uint8Array.from(Buffer.from(clean, 'base64')))
      : t.failure(u, context, `illegal base64 data at input byte ${bad}`);
  });

/** Offset of the first quantum or character that is not padded standard base64, or -1. */
const firstBadBase64 = (s: string): number => {
  const good = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(s)?.[0] ?? '';
  if (good.length === s.length) return -1;
  const rest = s.slice(good.length);
  return good.length + Math.max(0, rest.search(/[^A-Za-z0-9+/]/));
};

/** A slice; nil and empty are one here, as they are for every reader of a gVisor message. */
export const goSlice = <A>(item: GoType<A>): GoType<ReadonlyArray<A>> =>
  new GoType<ReadonlyArray<A>>(`[]${item.name}`, [], t.readonlyArray(item).is, (u, context) => {
    if (!Array.isArray(u)) return wrongType(u, context);
    const out: A[] = [];
    for (const [i, value] of u.entries()) {
      const read = item.validate(value, t.appendContext(context, String(i), item, value));
      if (E.isLeft(read)) return read;
      out.push(read.right);
    }
    return t.success(out);
  });

/** A Go type whatever its values are. */
export type AnyGoType = t.Mixed & { readonly zero: unknown };
type Fields = { readonly [name: string]: AnyGoType };
type FieldValues<F extends Fields> = { readonly [K in keyof F]: t.TypeOf<F[K]> };

const isObject = (u: unknown): u is object =>
  typeof u === 'object' && u !== null && !Array.isArray(u);

type NamedType = readonly [field: string, type: AnyGoType];

/** Which field a key means: the one of that name, or else the first that differs by case alone. */
const keyMatcher = (fields: Fields): ((key: string) => NamedType | undefined) => {
  const entries = Object.entries(fields);
  const exact = new Map(entries.map((entry) => [entry[0], entry]));
  const folded = new Map(entries.toReversed().map((entry) => [entry[0].toLowerCase(), entry]));
  return (key) => exact.get(key) ?? folded.get(key.toLowerCase());
};

/**
 * A struct: unknown keys are ignored, missing keys and nulls leave zero, keys match without regard to
 * case, and of several keys for one field the last wins.
 * Source: decodeState.object in encoding/json/decode.go.
 */
export const goStruct = <F extends Fields>(name: string, fields: F): GoType<FieldValues<F>> => {
  const match = keyMatcher(fields);
  const types = Object.entries(fields);
  const zero = Object.fromEntries(
    types.map(([field, type]) => [field, type.zero]),
  ) as FieldValues<F>;
  const is = (u: unknown): u is FieldValues<F> =>
    t.UnknownRecord.is(u) && types.every(([field, type]) => type.is(u[field]));
  return new GoStruct<FieldValues<F>>(name, zero, is, (u, context) => {
    if (!isObject(u)) return wrongType(u, context);
    const out: Record<string, unknown> = { ...zero };
    for (const [key, value] of Object.entries(u)) {
      const [field, type] = match(key) ?? [];
      if (field === undefined || type === undefined) continue;
      const read = type.validate(value, t.appendContext(context, field, type, value));
      if (E.isLeft(read)) return read;
      out[field] = read.right;
    }
    return t.success(out as FieldValues<F>);
  });
};

/** The first error's text, which is the one that Go reports. */
export const decodeGo = <A>(type: GoType<A>, input: unknown): E.Either<string, A> => {
  const read = type.validate(input, [{ key: '', type, actual: input }]);
  return E.mapLeft((errors: t.Errors) => errors[0]?.message ?? `not a ${type.name}`)(read);
};
