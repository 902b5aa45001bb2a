/** What two lists of objects differ in: gone, come, or changed under the same key. */
import { groupBy } from '../model/group-by.js';
import { identityOf, type LastingObject } from '../model/lasting-object.js';
import type { LinkNames } from '../model/link-names.js';
import { without } from '../model/multiset.js';
import { keyOf } from '../model/object-key.js';
import { commonPrefix } from './addresses.js';

/** One object by its key, with the content it had and the one it has. */
export interface ChangedObject {
  readonly before: LastingObject;
  readonly after: LastingObject;
}

export interface ObjectDifference {
  /** before, and not now */
  readonly gone: ReadonlyArray<LastingObject>;
  /** now, and not before */
  readonly come: ReadonlyArray<LastingObject>;
  readonly changed: ReadonlyArray<ChangedObject>;
}

/** A difference with what the links were and are called, which its objects hold by index. */
export interface NamedDifference extends ObjectDifference {
  readonly names: readonly [before: LinkNames, now: LinkNames];
}

/** An object with its identity, which is made once: there may be a hundred thousand of them. */
interface Identified {
  readonly identity: string;
  readonly object: LastingObject;
}

const identityIn = ({ identity }: Identified): string => identity;

const identified = (objects: ReadonlyArray<LastingObject>): ReadonlyArray<Identified> =>
  objects.map((object) => ({ identity: identityOf(object), object }));

const only = (
  some: ReadonlyArray<Identified>,
  others: ReadonlyArray<Identified>,
): ReadonlyArray<LastingObject> => without(some, others, identityIn).map(({ object }) => object);

/** Objects of one key that differ are one object that changed, in their order; what has no partner went or came. */
export const compareObjects = (
  before: ReadonlyArray<LastingObject>,
  now: ReadonlyArray<LastingObject>,
): ObjectDifference => {
  const [all, found] = [identified(before), identified(now)];
  const same = commonPrefix(all.map(identityIn), found.map(identityIn));
  const [were, are] = [all.slice(same), found.slice(same)];
  const partners = new Map(
    [...groupBy(only(are, were), keyOf)].map(([key, group]) => [key, [...group]]),
  );
  const gone: LastingObject[] = [];
  const changed: ChangedObject[] = [];
  for (const one of only(were, are)) {
    const after = partners.get(keyOf(one))?.shift();
    if (after === undefined) gone.push(one);
    else changed.push({ before: one, after });
  }
  return { gone, come: [...partners.values()].flat(), changed };
};
