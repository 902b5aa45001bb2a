import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect } from 'vitest';
import type { ExecError } from '../../src/executor/failures/failure.js';
import type { SandboxConnection } from '../../src/executor/urpc/client.js';
import { connectSandbox } from '../../src/executor/urpc/client.js';
import { findContainer } from '../../src/executor/urpc/container.js';
import { encodeCall } from '../../src/executor/urpc/message.js';
import { probeTarget } from '../../src/executor/urpc/probe.js';
import { planOf } from '../executor/urpc/golden.js';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { createContainer } from '../support/runsc-container.js';
import { IDLE, REFUSED } from '../support/sentry-answers.js';

const METHOD = 'Network.CreateLinksAndRoutes';

/** Runs `use` on the control socket of a new container's sandbox. */
const onSandbox = async <A>(
  netns: string,
  use: (connection: SandboxConnection) => TE.TaskEither<ExecError, A>,
): Promise<E.Either<ExecError, A>> => {
  const container = createContainer(netns);
  try {
    return await pipe(
      findContainer(container.id, container.root),
      TE.mapLeft((e): ExecError => e),
      TE.flatMap(({ address }) => connectSandbox()(address)),
      TE.flatMap((connection) =>
        TE.bracket(TE.right(connection), use, () => TE.fromIO(connection.close)),
      ),
    )();
  } finally {
    container.remove();
  }
};

const send = (arg: object) => (connection: SandboxConnection) =>
  connection.call({ method: METHOD, json: JSON.stringify({ method: METHOD, arg }) }, []);

describeWith(['netns', 'runsc', 'busybox'], 'the sandbox of runsc 20221219.0', () => {
  test('is recognised, and is none the worse: it takes its network after', async ({ pair }) => {
    const outcome = await onSandbox(pair.netns.path, (connection) =>
      pipe(
        probeTarget(connection),
        TE.bindTo('first'),
        TE.bind('second', () => probeTarget(connection)),
        TE.bind('call', () => connection.call(encodeCall(planOf('a', '2022-12')), [])),
        TE.bind('third', () => probeTarget(connection)),
      ),
    );
    expect(outcome).toStrictEqual(
      E.right({ first: '2022-12', second: '2022-12', call: {}, third: '2022-12' }),
    );
  });

  test('takes the message of target latest', async ({ pair }) => {
    const outcome = await onSandbox(pair.netns.path, (connection) =>
      connection.call(encodeCall(planOf('a', 'latest')), []),
    );
    expect(outcome).toStrictEqual(E.right({}));
  });

  describe('answers as the reference sandbox says', () => {
    test.for(REFUSED)('%s', async ([, arg, message], { pair }) => {
      const outcome = await onSandbox(pair.netns.path, send(arg));
      expect(outcome).toStrictEqual(E.left({ _tag: 'RemoteError', method: METHOD, message }));
    });

    test.for(IDLE)('%s', async ([, arg], { pair }) => {
      expect(await onSandbox(pair.netns.path, send(arg))).toStrictEqual(E.right({}));
    });
  });
});
