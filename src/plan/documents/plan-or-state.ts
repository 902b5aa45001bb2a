/** PlanOrState: what `netplan diff` takes, either document told by its `kind`. */
import * as t from 'io-ts';
import { NetworkPlan } from '../model/network-plan.js';
import { NamespaceState } from '../model/state.js';

export type PlanOrState = NetworkPlan | NamespaceState;

const validate: t.Validate<unknown, PlanOrState> = (u, context) => {
  const kind = t.UnknownRecord.is(u) ? u['kind'] : undefined;
  if (kind === 'NamespaceState') return NamespaceState.validate(u, context);
  if (kind === 'NetworkPlan' || !t.UnknownRecord.is(u)) return NetworkPlan.validate(u, context);
  const expected = '"NetworkPlan" or "NamespaceState"';
  return t.failure(kind, t.appendContext(context, 'kind', t.string, kind), expected);
};

/** Not a t.union: that would report the mistakes of one document against both codecs. */
export const PlanOrState = new t.Type<PlanOrState, unknown, unknown>(
  'NetworkPlan or NamespaceState',
  (u): u is PlanOrState => NetworkPlan.is(u) || NamespaceState.is(u),
  validate,
  (document) =>
    document.kind === 'NetworkPlan'
      ? NetworkPlan.encode(document)
      : NamespaceState.encode(document),
);
