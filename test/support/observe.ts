/** Observing a test's namespace through the real executor. */
import * as E from 'fp-ts/lib/Either.js';
import { liveCapabilities } from '../../src/executor/live/live.js';
import type { NamespaceState } from '../../src/plan/model/state.js';

export const observeNetns = async (path: string): Promise<NamespaceState> => {
  const opened = await liveCapabilities.kernel.openNetns(path)();
  if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left));
  const state = await opened.right.observe();
  opened.right.close();
  if (E.isLeft(state)) throw new Error(JSON.stringify(state.left));
  return state.right;
};
