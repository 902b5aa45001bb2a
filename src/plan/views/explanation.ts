/** Explanation: what `netplan explain` answers, by object and by destination. */
import * as t from 'io-ts';
import { ObjectPathCodec } from '../model/account.js';
import { closed } from '../model/closed.js';
import { Diagnostic } from '../model/network-plan.js';

/** An object with what became of it and why. */
export const ExplainedObject = closed('ExplainedObject', {
  object: ObjectPathCodec,
  what: t.string,
  class: t.string,
  code: t.string,
  why: t.string,
});
export type ExplainedObject = t.TypeOf<typeof ExplainedObject>;

/** Both sides' decision on one destination. */
export const ExplainedDecision = closed('ExplainedDecision', {
  destination: t.string,
  kernel: t.string,
  /** the route that decides, or null */
  kernelRoute: t.union([ObjectPathCodec, t.null]),
  /** the rule that led to it or decided by itself, where it is none of those that every namespace has */
  kernelRule: t.union([ObjectPathCodec, t.null]),
  sandbox: t.string,
  agree: t.boolean,
});
export type ExplainedDecision = t.TypeOf<typeof ExplainedDecision>;

export const Explanation = closed('Explanation', {
  subject: t.string,
  is: t.keyof({ link: null, destination: null, prefix: null, default: null }),
  /** what the subject is made of: the link with all on it, the routes that could decide the destination */
  objects: t.readonlyArray(ExplainedObject),
  decisions: t.readonlyArray(ExplainedDecision),
  /** errors that concern one of the objects, or all of them; the plan is refused while there are any */
  errors: t.readonlyArray(Diagnostic),
});
export type Explanation = t.TypeOf<typeof Explanation>;
