import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultRoot, findContainer } from '../../../src/executor/urpc/container.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'npt-runsc-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const write = (name: string, content: unknown): string => {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const find = (id: string) => findContainer(id, root)();
const why = async (id: string): Promise<string | null> => {
  const found = await find(id);
  return E.isLeft(found) ? found.left.why : null;
};
const abstract = (id: string) => ({ address: `@runsc-sandbox.${id}` });

describe('the state file of each gVisor', () => {
  test.each([
    [0, 'creating'],
    [1, 'created'],
    [2, 'running'],
    [3, 'stopped'],
  ])('2018-04: <id>/meta.json, its own process, status %i is %s', async (status, name) => {
    write('web/meta.json', { id: 'web', pid: 42, status, spec: {} });
    expect(await find('web')).toStrictEqual(
      E.right({
        sandboxId: 'web',
        pid: 42,
        netnsPath: '/proc/42/ns/net',
        address: abstract('web'),
        status: name,
        spec: {},
      }),
    );
  });

  test.each([
    [0, 'created'],
    [1, 'creating'],
    [2, 'paused'],
    [3, 'running'],
    [4, 'stopped'],
    [9, 'unknown'],
  ])('2018-06: <id>/meta.json with a sandbox, status %i is %s', async (status, name) => {
    write('web/meta.json', { id: 'web', status, sandbox: { id: 'pod', pid: 43 } });
    expect(await find('web')).toMatchObject(
      E.right({ sandboxId: 'pod', pid: 43, address: abstract('pod'), status: name }),
    );
  });

  test('2019-11: <id>.state', async () => {
    write('web.state', { id: 'web', status: 0, sandbox: { id: 'web', pid: 44 } });
    expect(await find('web')).toMatchObject(E.right({ pid: 44, status: 'created' }));
  });

  test('2021-01: <id>_sandbox:<sandbox id>.state, also of a container in another’s sandbox', async () => {
    write('pod_sandbox:pod.state', { id: 'pod', status: 0, sandbox: { id: 'pod', pid: 45 } });
    write('web_sandbox:pod.state', { id: 'web', status: 1, sandbox: { id: 'pod', pid: 45 } });
    expect(await find('web')).toMatchObject(
      E.right({ sandboxId: 'pod', pid: 45, address: abstract('pod'), status: 'creating' }),
    );
  });

  test('2022-01: the status is a word', async () => {
    write('web_sandbox:web.state', {
      id: 'web',
      status: 'created',
      sandbox: { id: 'web', pid: 1 },
    });
    expect(await find('web')).toMatchObject(E.right({ status: 'created' }));
  });

  test('2023-01: sandbox.control_address, an abstract name with Go’s NUL in front or a file', async () => {
    const sandbox = { id: 'web', pid: 1, control_address: '\0runsc-sandbox.web' };
    write('web_sandbox:web.state', { status: 'created', sandbox });
    expect(await find('web')).toMatchObject(E.right({ address: abstract('web') }));
    const address = write('elsewhere.sock', '');
    write('web_sandbox:web.state', {
      status: 'created',
      sandbox: { ...sandbox, control_address: address },
    });
    expect(await find('web')).toMatchObject(E.right({ address: { address } }));
  });

  test('2023-09: sandbox.controlSocketPath, or the socket in the root where that is not there', async () => {
    const named = join(root, 'named.sock');
    const sandbox = { id: 'pod', pid: 1, controlSocketPath: named };
    write('web_sandbox:pod.state', { status: 'created', sandbox });
    expect(await find('web')).toMatchObject(E.right({ address: { address: named } }));
    const inRoot = write('runsc-pod.sock', '');
    expect(await find('web')).toMatchObject(E.right({ address: { address: inRoot } }));
    write('named.sock', '');
    expect(await find('web')).toMatchObject(E.right({ address: { address: named } }));
  });
});

describe('a container that cannot be used', () => {
  test.each(['', '.', '..', '../web', 'a/b', 'a b', 'a\0', 'a\n', 'ä'])(
    'the id %j is refused before any file is opened',
    async (id) => {
      write('meta.json', { id, pid: 1, status: 1 });
      write('web.state', { id, pid: 1, status: 1 });
      expect(await why(id)).toMatch(/^a container id has/);
    },
  );

  test('there is none, or no root', async () => {
    write('website.state', { id: 'website', pid: 1, status: 1 });
    expect(await why('web')).toBe('it has no state file there');
    expect(await findContainer('web', join(root, 'none'))()).toStrictEqual(
      E.left({
        _tag: 'ContainerUnusable',
        id: 'web',
        root: join(root, 'none'),
        why: `the folder ${join(root, 'none')} cannot be read`,
      }),
    );
  });

  test.each([
    ['', 'its state file is not one of runsc'],
    ['{"id":"web","sandbox":{"pid":', 'its state file is not one of runsc'],
    ['[]', 'its state file is not one of runsc'],
    ['null', 'its state file is not one of runsc'],
    ['{"pid":"42"}', 'its state file is not one of runsc'],
    ['{"sandbox":null}', 'it has no sandbox any more'],
    ['{}', 'its sandbox does not run'],
    ['{"sandbox":{"id":"web","pid":0}}', 'its sandbox does not run'],
    ['{"sandbox":{"id":"web","pid":-1}}', 'its sandbox does not run'],
    ['{"sandbox":{"id":"web","pid":1.5}}', 'its sandbox does not run'],
    ['{"sandbox":{"id":"../web","pid":1}}', 'its state file names an impossible sandbox id'],
    [
      '{"sandbox":{"pid":1,"controlSocketPath":"a"}}',
      'its state file names an impossible control socket',
    ],
    [
      '{"sandbox":{"pid":1,"controlSocketPath":"/a\\u0000b"}}',
      'its state file names an impossible control socket',
    ],
  ])('its state is %s', async (text, expected) => {
    write('web.state', text);
    expect(await why('web')).toBe(expected);
  });

  test('its state file is a folder, a FIFO, or too large', async () => {
    mkdirSync(join(root, 'a.state'));
    expect(await why('a')).toBe('its state file is not an ordinary file');
    execFileSync('mkfifo', [join(root, 'b.state')]);
    expect(await why('b')).toBe('its state file is not an ordinary file');
    truncateSync(write('c.state', ''), 17 * 1024 * 1024);
    expect(await why('c')).toBe('its state file grew, or is too large');
  });

  test('it has two state files', async () => {
    for (const sandbox of ['a', 'b'])
      write(`web_sandbox:${sandbox}.state`, { sandbox: { id: sandbox, pid: 1 } });
    expect(await why('web')).toBe('it has 2 state files');
  });
});

test('the default root is XDG_RUNTIME_DIR’s, where that is set to something', () => {
  expect(defaultRoot({})).toBe('/var/run/runsc');
  expect(defaultRoot({ XDG_RUNTIME_DIR: '' })).toBe('/var/run/runsc');
  expect(defaultRoot({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/runsc');
});
