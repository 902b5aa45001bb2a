import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { ExecError } from '../../../src/executor/failures/failure.js';
import { settle, type Watched } from '../../../src/executor/namespace/settle.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { state } from '../../support/states.js';

const empty = state({});
const ready = state({ rules: [{ family: 'inet', priority: 0, action: 'to_tbl' }] });
const holds = ({ rules }: NamespaceState) => rules.length > 0;
const interrupted: ExecError = { _tag: 'DumpInterrupted', request: 'scan', attempts: 10 };
const broken: ExecError = { _tag: 'SyscallError', call: 'recv', errno: 5, about: '' };

type Step = E.Either<ExecError, NamespaceState> | 'ready' | 'timeout';

/** Observations and notifications in the order in which they must be asked for. */
const script = (...steps: ReadonlyArray<Step>) => {
  const left = [...steps];
  const waits: number[] = [];
  const watched: Watched = {
    observe: async () => {
      const step = left.shift();
      if (step === undefined || typeof step === 'string') throw new Error(`observe at ${step}`);
      return step;
    },
    notified: (timeoutMs) => async () => {
      waits.push(timeoutMs);
      const step = left.shift();
      if (step !== 'ready' && step !== 'timeout') throw new Error('notified at an observation');
      return E.right(step);
    },
  };
  return { watched, left, waits };
};

test('a namespace that is as expected is not waited for', async () => {
  const { watched, waits } = script(E.right(ready));
  expect(await settle(watched)(holds, 1000)()).toStrictEqual(
    E.right({ settled: true, state: ready }),
  );
  expect(waits).toStrictEqual([]);
});

test('it is observed again at each notification, and only then', async () => {
  const { watched, left, waits } = script(
    E.right(empty),
    'ready',
    E.right(empty),
    'ready',
    E.right(ready),
  );
  expect(await settle(watched)(holds, 60_000)()).toMatchObject(E.right({ settled: true }));
  expect(left).toStrictEqual([]);
  expect(waits.every((wait) => wait > 0 && wait <= 60_000)).toBe(true);
});

test('when the time is over the last state is told', async () => {
  const { watched } = script(E.right(empty), 'timeout');
  expect(await settle(watched)(holds, 1000)()).toStrictEqual(
    E.right({ settled: false, state: empty }),
  );
});

test('with no time at all it looks once', async () => {
  const { watched, waits } = script(E.right(empty));
  expect(await settle(watched)(holds, 0)()).toMatchObject(E.right({ settled: false }));
  expect(waits).toStrictEqual([]);
});

test('a namespace in motion is waited for', async () => {
  const { watched } = script(E.left(interrupted), 'ready', E.right(ready));
  expect(await settle(watched)(holds, 60_000)()).toMatchObject(E.right({ settled: true }));
  const never = script(E.left(interrupted), 'timeout');
  expect(await settle(never.watched)(holds, 1000)()).toStrictEqual(
    E.right({ settled: false, state: null }),
  );
});

test('any other failure ends the waiting', async () => {
  const { watched } = script(E.right(empty), 'ready', E.left(broken));
  expect(await settle(watched)(holds, 60_000)()).toStrictEqual(E.left(broken));
});
