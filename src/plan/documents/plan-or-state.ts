/** PlanOrState: what `netplan diff` takes, either document told by its `kind`. */
import { NetworkPlan } from '../model/network-plan.js';
import { oneOf } from '../model/one-of.js';
import { NamespaceState } from '../model/state.js';

export type PlanOrState = NetworkPlan | NamespaceState;

const MEMBERS = { NetworkPlan, NamespaceState };

const kindOf = (kind: unknown): keyof typeof MEMBERS | null =>
  kind === 'NetworkPlan' || kind === 'NamespaceState' ? kind : null;

export const PlanOrState = oneOf(
  'NetworkPlan or NamespaceState',
  'kind',
  kindOf,
  '"NetworkPlan" or "NamespaceState"',
  MEMBERS,
);
