/** A container of the real runsc: found by its id, reached by its abstract name, and what it answers. */
import { readdirSync, statSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { expect } from 'vitest';
import type { ExecError } from '../../src/executor/failures/failure.js';
import { connectSandbox } from '../../src/executor/urpc/client.js';
import { type Container, findContainer } from '../../src/executor/urpc/container.js';
import type { CallError } from '../../src/executor/urpc/failure.js';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { createContainer } from '../support/runsc-container.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};
const openFiles = () => readdirSync('/proc/self/fd').length;

describeWith(['netns', 'runsc', 'busybox'], 'a container of runsc', () => {
  test('is found in its root, created and not started, in the namespace it was given', async ({
    pair,
  }) => {
    const { id, root, remove } = createContainer(pair.netns.path);
    try {
      const found = right(await findContainer(id, root)());
      expect(found).toMatchObject({
        sandboxId: id,
        address: { address: `@runsc-sandbox.${id}` },
        status: 'created',
        netnsPath: pair.netns.path, // and not /proc/PID/ns/net, which goes with the sandbox
      });
      expect(statSync(`/proc/${found.pid}/ns/net`).ino).toBe(statSync(pair.netns.path).ino);
      expect(await findContainer(`${id}x`, root)()).toMatchObject(
        E.left({ _tag: 'ContainerUnusable', why: 'it has no state file there' }),
      );
    } finally {
      remove();
    }
    expect(await findContainer(id, root)()).toMatchObject(E.left({ _tag: 'ContainerUnusable' }));
  });

  test('answers every call on one connection, and knows which method it lacks', async ({
    pair,
  }) => {
    const { id, root, remove } = createContainer(pair.netns.path);
    const before = openFiles();
    const calls = ({ address }: Container): TE.TaskEither<ExecError, unknown> =>
      pipe(
        connectSandbox()(address),
        TE.flatMap((connection) =>
          TE.bracket(
            TE.right(connection),
            ({ call }) =>
              pipe(
                call({ method: 'Nobody.Knows', json: '{"method":"Nobody.Knows","arg":{}}' }, []),
                TE.orElse((error) => TE.right<CallError, unknown>(error)),
                TE.bindTo('first'),
                TE.bind('second', () =>
                  call({ method: 'containerManager.Processes', json: processes(id) }, []),
                ),
              ),
            ({ close }) => TE.fromIO(close),
          ),
        ),
      );
    const processes = (arg: string) =>
      JSON.stringify({ method: 'containerManager.Processes', arg });
    try {
      const container = right(await findContainer(id, root)());
      expect(right(await calls(container)())).toStrictEqual({
        first: { _tag: 'RemoteError', method: 'Nobody.Knows', message: 'unknown method' },
        second: null,
      });
      expect(openFiles()).toBe(before);
    } finally {
      remove();
    }
  });
});
