/** What two lists of objects differ in: gone, come, or changed under the same key. */
import { groupBy } from '../model/group-by.js';
import { identityOf, type LastingObject } from '../model/lasting-object.js';
import type { LinkNames } from '../model/link-names.js';
import { without } from '../model/multiset.js';
import { keyOf } from '../model/object-key.js';

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

/** Objects of one key that differ are one object that changed, in their order; what has no partner went or came. */
export const compareObjects = (
  before: ReadonlyArray<LastingObject>,
  now: ReadonlyArray<LastingObject>,
): ObjectDifference => {
  const partners = new Map(
    [...groupBy(without(now, before, identityOf), keyOf)].map(([key, group]) => [key, [...group]]),
  );
  const gone: LastingObject[] = [];
  const changed: ChangedObject[] = [];
  for (const one of without(before, now, identityOf)) {
    const after = partners.get(keyOf(one))?.shift();
    if (after === undefined) gone.push(one);
    else changed.push({ before: one, after });
  }
  return { gone, come: [...partners.values()].flat(), changed };
};
