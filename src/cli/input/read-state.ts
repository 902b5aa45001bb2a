/** ReadState: a state from a text, and notes on what of the text is not in it. */
import type { Diagnostic } from '../../plan/model/network-plan.js';
import type { NamespaceState } from '../../plan/model/state.js';

export interface ReadState {
  readonly state: NamespaceState;
  readonly notes: ReadonlyArray<Diagnostic>;
}
