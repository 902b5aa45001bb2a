/** lastingRecord: a record without what changes by itself, from a decision on each of its fields. */
import * as t from 'io-ts';
import { type Closed, closed } from './closed.js';

/** A field of which only a part lasts: what that is, as another codec; undefined leaves an optional field out. */
export interface Part<I, C extends t.Mixed> {
  readonly codec: C;
  readonly of: (value: I) => t.TypeOf<C> | undefined;
}

type Decision<I> = 'lasts' | 'passes' | Part<I, t.Mixed>;

/** One decision for every field of a codec: a new field does not compile without one. */
type Decisions<P extends t.Props> = { readonly [K in keyof P]: Decision<t.TypeOf<P[K]>> };

/** What lasts of the fields `P`. */
type Lasting<P extends t.Props, D> = {
  [K in keyof P as K extends keyof D
    ? D[K] extends 'passes'
      ? never
      : K
    : never]: K extends keyof D
    ? D[K] extends { readonly codec: infer C extends t.Mixed }
      ? C
      : P[K]
    : never;
};

/** Facts that are true or absent, each read off fields that pass. */
type Facts<A> = { readonly [name: string]: (object: A) => boolean };
type FactProps<F> = { [K in keyof F]: t.LiteralC<true> };

export interface LastingRecord<A, C> {
  readonly codec: C;
  /** fields in the codec's order, whatever order `object` has; nothing is shared with it */
  readonly of: (object: A) => C extends t.Mixed ? t.TypeOf<C> : never;
}

type Step = readonly [key: string, part: (value: unknown) => unknown];

const copied = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? structuredClone(value) : value;

const stepOf = ([key, decision]: readonly [string, Decision<never>]): ReadonlyArray<Step> => {
  if (decision === 'passes') return [];
  return [[key, decision === 'lasts' ? copied : (decision.of as Step[1])]];
};

const codecsOf = (codecs: t.Props, decisions: Decisions<t.Props>): t.Props =>
  Object.fromEntries(
    Object.entries(codecs).flatMap(([key, codec]) => {
      const decision = decisions[key];
      if (decision === undefined || decision === 'passes') return [];
      return [[key, decision === 'lasts' ? codec : decision.codec]];
    }),
  );

const lastingPart = (
  steps: ReadonlyArray<Step>,
  object: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const out: Record<string, unknown> = {};
  for (const [key, part] of steps) {
    const value = object[key] === undefined ? undefined : part(object[key]);
    if (value !== undefined) out[key] = value;
  }
  return out;
};

/**
 * The lasting content of the records of `record`, and how to get it from one. Fields stay in the codec's
 * order, then come `facts`, so equal contents have equal JSON.
 */
export const lastingRecord = <
  A,
  R extends t.Props,
  O extends t.Props,
  const D extends Decisions<R & O>,
  const F extends Facts<A> = Record<never, never>,
>(
  name: string,
  { required, optional }: Closed<A, R, O>,
  decisions: D,
  facts: F = {} as F,
): LastingRecord<
  A,
  Closed<
    Readonly<
      t.TypeOfProps<Lasting<R, D>> & t.TypeOfPartialProps<Lasting<O, D>> & { [K in keyof F]?: true }
    >,
    Lasting<R, D>,
    Lasting<O, D> & FactProps<F>
  >
> => {
  const told = Object.entries(facts);
  const codec = closed(name, codecsOf(required, decisions), {
    ...codecsOf(optional, decisions),
    ...Object.fromEntries(told.map(([fact]) => [fact, t.literal(true)])),
  });
  const steps = Object.keys({ ...required, ...optional }).flatMap((key) =>
    stepOf([key, decisions[key as keyof D] as Decision<never>]),
  );
  const of = (object: A): unknown => {
    const out = lastingPart(steps, object as Readonly<Record<string, unknown>>);
    for (const [fact, holds] of told) if (holds(object)) out[fact] = true;
    return out;
  };
  return { codec, of } as unknown as ReturnType<typeof lastingRecord<A, R, O, D, F>>;
};
