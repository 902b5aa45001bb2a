/** oneOf: a codec of several records of which one field says which it is. */
import * as t from 'io-ts';

/** A codec that shows the records it chooses from, so that schemas and documents can be made from it. */
export interface OneOf<M extends Readonly<Record<string, t.Mixed>>>
  extends t.Type<t.TypeOf<M[keyof M]>, unknown, unknown> {
  readonly members: M;
  /** the member that `value` is to be, or null where its field says none of them */
  readonly memberOf: (value: unknown) => t.Mixed | null;
}

/**
 * A record of the member that its `field` names: `nameOf` reads the name off the field's value. Not a
 * t.union, which would report the mistakes of one record against every member, and try each in turn.
 */
export const oneOf = <M extends Readonly<Record<string, t.Mixed>>>(
  name: string,
  field: string,
  nameOf: (value: unknown) => keyof M | null,
  expected: string,
  members: M,
): OneOf<M> => {
  type A = t.TypeOf<M[keyof M]>;
  const memberOf = (value: unknown): t.Mixed | null => {
    const found = t.UnknownRecord.is(value) ? nameOf(value[field]) : null;
    return found === null ? null : (members[found] ?? null);
  };
  const type = new t.Type<A, unknown, unknown>(
    name,
    (u): u is A => memberOf(u)?.is(u) === true,
    (u, context) => {
      if (!t.UnknownRecord.is(u)) return t.failure(u, context);
      const member = memberOf(u);
      if (member !== null) return member.validate(u, context) as t.Validation<A>;
      const value = u[field];
      return t.failure(value, t.appendContext(context, field, t.string, value), expected);
    },
    (a) => memberOf(a)?.encode(a),
  );
  return Object.assign(type, { members, memberOf });
};

export const isOneOf = (codec: t.Mixed): codec is OneOf<Readonly<Record<string, t.Mixed>>> =>
  'members' in codec && 'memberOf' in codec;
