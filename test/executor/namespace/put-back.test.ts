import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import {
  type Changeable,
  putBack,
  type Restored,
} from '../../../src/executor/namespace/put-back.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { address, link, route, state } from '../../support/states.js';

const own = route('2001:db8::2/128', { type: 'local', table: 255, protocol: 'kernel', oif: 2 });
const links = [link(2, 'eth0'), link(3, 'eth1')];
const kept = address(2, '2001:db8::2/64', { flags: ['permanent', 'nodad'] });
const refused = address(3, '192.0.2.2/24');
const before = state({ links, addresses: [kept, refused], routes: [own] });
/** The address is back, and the kernel has still to make its route. */
const early = state({ links, addresses: [kept] });
const late = state({ links, addresses: [kept], routes: [own] });

const ENODEV: ExecError = {
  _tag: 'NetlinkError',
  request: 'RTM_NEWADDR',
  errno: 19,
  message: '',
  change: null,
};

/** Is observed to be each of `states` in turn, and refuses every change; `wake` is how each wait ends. */
const refusing = (
  states: ReadonlyArray<NamespaceState>,
  wake: 'ready' | 'timeout',
): { readonly netns: Changeable; readonly left: NamespaceState[]; readonly waits: number[] } => {
  const left = [...states];
  const waits: number[] = [];
  const netns: Changeable = {
    observe: async () => {
      const next = left.shift();
      if (next === undefined) throw new Error('observed once more');
      return E.right(next);
    },
    notified: (timeoutMs) => async () => {
      waits.push(timeoutMs);
      return E.right(wake);
    },
    change: () => async () => E.left(ENODEV),
  };
  return { netns, left, waits };
};

const missingOf = (result: E.Either<ExecError, Restored>): ReadonlyArray<string> =>
  E.isRight(result) ? result.right.missing.gone.map((one) => JSON.stringify(one)) : ['refused'];

test('a route that the kernel makes later is waited for, also where an address was refused', async () => {
  const { netns, left } = refusing([early, early, early, late, late], 'ready');
  const result = await putBack(netns, before)({})();
  expect(result).toMatchObject({ right: { refused: ENODEV } });
  expect(missingOf(result)).toStrictEqual([expect.stringContaining('192.0.2.2')]);
  expect(left).toStrictEqual([]);
});

test('it is waited for once, and missing when it does not come', async () => {
  const { netns, waits } = refusing([early, early, early], 'timeout');
  const result = await putBack(netns, before)({})();
  expect(missingOf(result)).toStrictEqual([
    expect.stringContaining('192.0.2.2'),
    expect.stringContaining('2001:db8::2/128'),
  ]);
  expect(waits).toHaveLength(1);
});

test('what was refused is not waited for', async () => {
  const { netns, waits } = refusing([late, late], 'ready');
  expect(await putBack(netns, before)({})()).toMatchObject({ right: { refused: ENODEV } });
  expect(waits).toStrictEqual([]);
});
