import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, test } from 'vitest';
import type { SandboxConnection } from '../../../src/executor/urpc/client.js';
import { probeTarget } from '../../../src/executor/urpc/probe.js';
import { DIALECTS, type ReleasedDialect } from '../../../src/plan/model/dialects.js';
import { findTarget } from '../../../src/plan/model/target.js';
import { goServer } from './go-server.js';

/** Where the probe answers with another name than the dialect's. */
const OTHER_NAMES: Partial<Record<ReleasedDialect, string>> = {
  '2018-04': '20190304.1',
  '2025-12': '2026-01', // the same fields
};

describe('a sandbox of each dialect is recognised', () => {
  test.each(DIALECTS)('%s', async (dialect) => {
    const found = await probeTarget(goServer(dialect))();
    expect(found).toStrictEqual(E.right(OTHER_NAMES[dialect] ?? dialect));
  });

  test('and inside 2024-05b those of 20240930.0 or later by a method, which have longest-prefix lookup', async () => {
    const found = await probeTarget(goServer('2024-05b', true))();
    expect(found).toStrictEqual(E.right('20240715.0'));
    expect(findTarget('20240715.0')?.lookup).toBe('longest-prefix');
  });
});

test('every name it can give is a target', async () => {
  const names = await Promise.all(DIALECTS.map((dialect) => probeTarget(goServer(dialect))()));
  expect(names.filter((name) => E.isLeft(name) || findTarget(name.right) === null)).toStrictEqual(
    [],
  );
});

/** Remembers what was asked of a server. */
const recorded = (server: SandboxConnection) => {
  const asked: Array<{ readonly method: string; readonly arg: { FDBasedLinks?: unknown } }> = [];
  const connection: SandboxConnection = {
    ...server,
    call: (request, files) => {
      expect(files).toStrictEqual([]);
      asked.push(JSON.parse(request.json));
      return server.call(request, files);
    },
  };
  return { asked, connection };
};

test('every question has a wrong value, and every network call wants descriptors that never come', async () => {
  const { asked, connection } = recorded(goServer('2018-04'));
  await probeTarget(connection)();
  const network = asked.filter(({ method }) => method === 'Network.CreateLinksAndRoutes');
  expect(network.length).toBeGreaterThan(25);
  for (const { arg } of network)
    expect(arg.FDBasedLinks).toMatchObject([{ Name: 'x', NumChannels: expect.anything() }]);
  const others = asked.filter(({ method }) => method !== 'Network.CreateLinksAndRoutes');
  expect(new Set(others.map(({ arg }) => JSON.stringify(arg)))).toStrictEqual(
    new Set(['{"FDBasedLinks":"x"}']),
  );
});

test('a sandbox on the host stack has no network method, and that is the answer', async () => {
  const error = {
    _tag: 'RemoteError',
    method: 'Network.CreateLinksAndRoutes',
    message: 'unknown method',
  } as const;
  const found = await probeTarget({ call: () => TE.left(error), close: () => undefined })();
  expect(found).toStrictEqual(E.left(error));
});

test('a peer that accepts a wrong value is no sandbox', async () => {
  const found = await probeTarget({ call: () => TE.right({}), close: () => undefined })();
  expect(found).toMatchObject({ left: { _tag: 'ExchangeBroken', why: 'garbage' } });
});

test('a broken connection is reported as it is, at once', async () => {
  const error = {
    _tag: 'ExchangeBroken',
    method: 'm',
    sent: true,
    why: 'closed',
    detail: '',
  } as const;
  const { asked, connection } = recorded({ call: () => TE.left(error), close: () => undefined });
  expect(await probeTarget(connection)()).toStrictEqual(E.left(error));
  expect(asked).toHaveLength(1);
});
