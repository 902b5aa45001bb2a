/** Verdicts: what the rules of the planner say of one object each, gathered without losing any. */

import type { Accounted } from '../model/account.js';
import { lasts, type ObjectAt } from '../model/lasting-object.js';
import type { Diagnostic } from '../model/network-plan.js';
import type { ObjectPath } from '../model/state.js';
import { type Code, classOf, meaningOf } from './codes.js';

/** The first code classes the object; `also` are further losses of the same object. */
export interface Verdict {
  readonly object: ObjectPath;
  readonly code: Code;
  /** facts of this very case, after the code's general meaning */
  readonly detail?: string;
  readonly also?: ReadonlyArray<{ readonly code: Code; readonly detail?: string }>;
}

/** The verdict on one object of a list by its place in the state. */
export const at = (list: string, index: number): ObjectPath => `${list}[${index}]` as ObjectPath;

/** The one verdict on each object. Throws when there are two on one: a defect of the planner. */
export const byObject = (verdicts: ReadonlyArray<Verdict>): ReadonlyMap<ObjectPath, Verdict> => {
  const found = new Map<ObjectPath, Verdict>();
  for (const verdict of verdicts) {
    if (found.has(verdict.object)) throw new Error(`two verdicts on ${verdict.object}`);
    found.set(verdict.object, verdict);
  }
  return found;
};

/**
 * Every object of a state once, in its order. Throws when a rule forgot an object: that is a defect of the
 * planner, never a property of a namespace.
 */
export const account = (
  objects: ReadonlyArray<ObjectAt>,
  verdicts: ReadonlyMap<ObjectPath, Verdict>,
): ReadonlyArray<Accounted> =>
  objects.map(({ path, object }) => {
    const verdict = verdicts.get(path);
    if (verdict === undefined) throw new Error(`no verdict on ${path}`);
    const { code } = verdict;
    return { object: path, class: classOf(code), code, lasts: lasts(object), ...object };
  });

/** The losses among `verdicts`, in document order of their objects. */
export const lossesOf = (
  objects: ReadonlyArray<Accounted>,
  verdicts: ReadonlyMap<ObjectPath, Verdict>,
): ReadonlyArray<Diagnostic> =>
  objects.flatMap(({ object }) => {
    const verdict = verdicts.get(object);
    if (verdict === undefined) return [];
    return [verdict, ...(verdict.also ?? [])].flatMap(({ code, detail }) => {
      const { loss, means, remedy } = meaningOf(code);
      const summary = `${means}${detail === undefined ? '' : ` (${detail})`}`;
      return loss ? [{ code, path: object, summary, remedy, objects: [object] }] : [];
    });
  });
