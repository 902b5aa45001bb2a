/** Observing a test's namespace through the real executor. */
import * as E from 'fp-ts/lib/Either.js';
import type { Netns } from '../../src/executor/effects/capabilities.js';
import { liveCapabilities } from '../../src/executor/live/live.js';
import { observeWhole } from '../../src/executor/namespace/whole-state.js';
import type { NamespaceState } from '../../src/plan/model/state.js';

const observing =
  (by: (netns: Netns) => Netns['observe']) =>
  async (path: string): Promise<NamespaceState> => {
    const opened = await liveCapabilities.kernel.openNetns(path)();
    if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left));
    const state = await by(opened.right)();
    opened.right.close();
    if (E.isLeft(state)) throw new Error(JSON.stringify(state.left));
    return state.right;
  };

export const observeNetns = observing(({ observe }) => observe);

/** With what steers its packets besides its objects. */
export const observeWholeNetns = observing(observeWhole);
