/** printed: a record as iproute2 prints it, of which keys that nobody here knows are kept aside, never refused. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { closed } from '../model/closed.js';

/** What a record had besides: keys with their values as they came. Absent where there is none. */
export interface WithOthers {
  readonly others?: Readonly<Record<string, unknown>>;
}

const isRecord = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u);

/** The entries of `input` by whether their keys are known; null for all where all are. */
const divided = (input: Readonly<Record<string, unknown>>, known: ReadonlySet<string>) => {
  const keys = Object.keys(input);
  if (keys.every((key) => known.has(key))) return null;
  const of = (wanted: boolean) =>
    Object.fromEntries(
      keys.filter((key) => known.has(key) === wanted).map((key) => [key, input[key]]),
    );
  return { known: of(true), unknown: of(false) };
};

/**
 * A record with the `required` keys, any of the `optional` ones, and whatever a newer iproute2 prints:
 * `passing` keys say nothing that a state has (passing.ts) and are dropped, all others are in `others`.
 */
export const printed = <R extends t.Props, O extends t.Props>(
  name: string,
  required: R,
  optional: O,
  passing: ReadonlyArray<string>,
) => {
  const codec = closed(name, required, optional);
  const known: ReadonlySet<string> = new Set([...Object.keys(required), ...Object.keys(optional)]);
  const dropped: ReadonlySet<string> = new Set(passing);
  const othersOf = (unknown: Readonly<Record<string, unknown>>): WithOthers => {
    const others = Object.entries(unknown).filter(([key]) => !dropped.has(key));
    return others.length === 0 ? {} : { others: Object.fromEntries(others) };
  };
  return new t.Type<t.TypeOf<typeof codec> & WithOthers, unknown, unknown>(
    name,
    (_u): _u is t.TypeOf<typeof codec> & WithOthers => false,
    (u, context) => {
      const parts = isRecord(u) ? divided(u, known) : null;
      return parts === null
        ? codec.validate(u, context)
        : pipe(
            codec.validate(parts.known, context),
            E.map((decoded) => ({ ...decoded, ...othersOf(parts.unknown) })),
          );
    },
    t.identity,
  );
};
