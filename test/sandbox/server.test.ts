import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { AF_UNIX, MSG_DONTWAIT, SOCK_STREAM } from '../../src/executor/linux/abi.js';
import { close, recv, socketpair, whenReady } from '../../src/executor/linux/libc.js';
import { targetOf } from '../../src/plan/model/target.js';
import { MAX_REQUEST_BYTES, REQUEST_TIMEOUT_MS } from '../../src/sandbox/connection.js';
import { duplicateNic } from '../../src/sandbox/contract/contract.js';
import { runSandbox } from '../../src/sandbox/server.js';
import { must, now, type TestClient, test } from './client.js';

const CREATE = 'Network.CreateLinksAndRoutes';
const SUCCESS = '{"success":true,"err":"","result":{}}';
const failure = (message: string) =>
  `{"success":false,"err":${JSON.stringify(message)},"result":null}`;
const request = (arg: unknown, method = CREATE) => JSON.stringify({ method, arg });

const LOOPBACK = {
  LoopbackLinks: [
    { Name: 'lo', Addresses: [{ Address: '127.0.0.1', PrefixLen: 8 }], Routes: null },
  ],
};
const ONE_LINK = { FDBasedLinks: [{ Name: 'eth0', MTU: 1500, NumChannels: 1 }] };

/** Sends one end of a socket pair on; `closed` resolves when the receiver has closed it. */
const evidence = () => {
  const [sent, kept] = now(socketpair(AF_UNIX, SOCK_STREAM));
  const closed = async (): Promise<boolean> => {
    close(sent)();
    must(await whenReady(kept, 'readable', null)());
    const got = recv(kept, new Uint8Array(1), MSG_DONTWAIT)();
    close(kept)();
    return E.isRight(got) && got.right === 0;
  };
  return { sent, closed };
};

const expectClosedAfter = async (
  client: TestClient,
  text: string,
  reply: string,
): Promise<void> => {
  const { sent, closed } = evidence();
  expect(await client.call(text, [sent])).toBe(reply);
  expect(await closed()).toBe(true);
};

describe('replies as urpc does', () => {
  test('success, then the network is there', async ({ sandbox }) => {
    const running = await sandbox.start();
    expect(running.accepted().nics).toStrictEqual([]);
    expect(await sandbox.client(running.address).call(request(LOOPBACK))).toBe(SUCCESS);
    expect(running.accepted().nics.map(({ name, kind }) => [name, kind])).toStrictEqual([
      ['lo', 'loopback'],
    ]);
    expect(sandbox.events).toStrictEqual([
      { _tag: 'Listening', address: running.address },
      { _tag: 'CallReceived', method: CREATE, files: 0 },
      { _tag: 'Accepted', network: running.accepted() },
    ]);
  });

  test.for([
    'Network.CreateLinksAndRoutes',
    'containerManager.CreateLinksAndRoutes',
    'containerManager.SetNetworkArgs',
  ])('%s is served', async (method, { sandbox }) => {
    const { address } = await sandbox.start();
    expect(await sandbox.client(address).call(request(LOOPBACK, method))).toBe(SUCCESS);
  });

  test.for([
    ['2018-04', 1],
    ['2026-02', 1],
    ['2026-04', 2],
    ['head', 3],
    ['latest', 3],
  ] as const)('%s has %i of the methods', async ([name, known], { sandbox }) => {
    const { address } = await sandbox.start({ _tag: 'Serve' }, targetOf(name));
    const client = sandbox.client(address);
    const methods = [
      CREATE,
      'containerManager.CreateLinksAndRoutes',
      'containerManager.SetNetworkArgs',
    ];
    const unknown: string[] = [];
    for (const method of methods)
      if ((await client.call(request({}, method))).includes('unknown method')) unknown.push(method);
    expect(unknown).toStrictEqual(methods.slice(known));
  });

  test('a release of before channels wants one descriptor for each link', async ({ sandbox }) => {
    const { address } = await sandbox.start({ _tag: 'Serve' }, targetOf('2018-04'));
    expect(await sandbox.client(address).call(request(ONE_LINK))).toBe(
      failure('FilePayload must be same length at FDBasedLinks'),
    );
  });

  test.for([
    ['another method', request(LOOPBACK, 'containerManager.StartRoot'), 'unknown method'],
    ['a method that is no text', '{"method":1,"arg":null}', 'unknown method'],
    ['no argument', '{"method":"Network.CreateLinksAndRoutes"}', 'unexpected end of JSON input'],
    [
      'another type',
      request({ FDBasedLinks: 'x' }),
      'json: cannot unmarshal string into Go struct field CreateLinksAndRoutesArgs.FDBasedLinks of type []boot.FDBasedLink',
    ],
    [
      'descriptors and links that do not match',
      request(LOOPBACK),
      'args.FilePayload.Files has 1 FDs but we need 0 entries based on FDBasedLinks, XDPLinks, and PCAP',
    ],
    ['what is no socket of packets', request(ONE_LINK), 'not a packet socket'],
  ] as const)(
    '%s is refused, and its descriptor closed',
    async ([, text, message], { sandbox }) => {
      const { address, accepted } = await sandbox.start();
      await expectClosedAfter(sandbox.client(address), text, failure(message));
      expect(accepted().nics).toStrictEqual([]);
      expect(sandbox.events.at(-1)).toMatchObject({ _tag: 'Refused', message });
    },
  );

  test('calls of one connection are served one after the other, blanks and cuts between', async ({
    sandbox,
  }) => {
    const { address } = await sandbox.start();
    const client = sandbox.client(address);
    expect(await client.call(` \n${request(null)}`)).toBe(SUCCESS);
    const text = request(LOOPBACK);
    client.send(text.slice(0, 1));
    client.send(text.slice(1, 30));
    expect(await client.call(text.slice(30))).toBe(SUCCESS);
    expect(JSON.parse(await client.call(request(LOOPBACK)))).toMatchObject({
      success: false,
      err: duplicateNic(1, 'lo'),
    });
  });

  test('a second call with links is refused, and its descriptor closed', async ({ sandbox }) => {
    const { address, accepted } = await sandbox.start();
    const client = sandbox.client(address);
    await client.call(request(LOOPBACK));
    const { sent, closed } = evidence();
    expect(JSON.parse(await client.call(request(ONE_LINK), [sent]))).toMatchObject({
      success: false,
      err: duplicateNic(1, 'eth0'),
    });
    expect(await closed()).toBe(true);
    expect(accepted().nics.map(({ name }) => name)).toStrictEqual(['lo']);
  });

  test('a call without links leaves the NICs and replaces the routes', async ({ sandbox }) => {
    const { address, accepted } = await sandbox.start();
    const client = sandbox.client(address);
    const route = { Destination: { IP: '127.0.0.0', Mask: '/wAAAA==' }, Gateway: '' };
    await client.call(request({ LoopbackLinks: [{ Name: 'lo', Routes: [route] }] }));
    expect(accepted().routeTable).toHaveLength(1);
    expect(await client.call(request({}))).toBe(SUCCESS);
    expect(accepted().nics).toHaveLength(1);
    expect(accepted().routeTable).toStrictEqual([]);
  });

  test('SetNetworkArgs may come again; the last one holds', async ({ sandbox }) => {
    const { address, accepted } = await sandbox.start();
    const client = sandbox.client(address);
    const method = 'containerManager.SetNetworkArgs';
    await client.call(request(LOOPBACK, method));
    expect(await client.call(request({ LoopbackLinks: [{ Name: 'lo2' }] }, method))).toBe(SUCCESS);
    expect(accepted().nics.map(({ name }) => name)).toStrictEqual(['lo2']);
  });

  test('more than 128 descriptors are cut by the kernel, then counted', async ({ sandbox }) => {
    const { address } = await sandbox.start();
    const pair = evidence();
    const files = Array.from({ length: 129 }, () => pair.sent);
    const links = { FDBasedLinks: [{ Name: 'eth0', MTU: 1500, NumChannels: 129 }] };
    expect(await sandbox.client(address).call(request(links), files)).toBe(
      failure(
        'args.FilePayload.Files has 128 FDs but we need 129 entries based on FDBasedLinks, XDPLinks, and PCAP',
      ),
    );
    expect(await pair.closed()).toBe(true);
  });
});

describe('breaks off', () => {
  const ends = async (client: TestClient) => expect(await client.receive(1)).toBe('');

  test.for([
    ['text that is no request', 'hello'],
    ['JSON that is cut short by brackets', '{"method":}'],
    ['an array', '[]'],
  ])('after %s, and closes its descriptor', async ([, text = ''], { sandbox }) => {
    const { address } = await sandbox.start();
    const client = sandbox.client(address);
    const { sent, closed } = evidence();
    client.send(text, [sent]);
    await ends(client);
    expect(await closed()).toBe(true);
    expect(sandbox.events.at(-1)).toStrictEqual({
      _tag: 'ConnectionBroken',
      why: 'a request that is not JSON',
    });
  });

  test('when the peer leaves inside a request, and closes its descriptor', async ({ sandbox }) => {
    const { address } = await sandbox.start();
    const client = sandbox.client(address);
    const { sent, closed } = evidence();
    client.send('{"method":', [sent]);
    client.close();
    expect(await closed()).toBe(true);
    expect(sandbox.events.at(-1)).toStrictEqual({
      _tag: 'ConnectionBroken',
      why: 'closed inside a request',
    });
  });

  test('when a request is too large', async ({ sandbox }) => {
    const { address } = await sandbox.start();
    const client = sandbox.client(address);
    client.send('{"');
    await client.pour(new Uint8Array(MAX_REQUEST_BYTES - 2));
    expect(sandbox.events.at(-1)?._tag).toBe('Listening');
    await client.pour(new Uint8Array(1));
    await ends(client);
    expect(sandbox.events.at(-1)).toStrictEqual({
      _tag: 'ConnectionBroken',
      why: 'a request that is too large',
    });
  });

  test('when a request takes too long', async ({ sandbox }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { address } = await sandbox.start();
    const client = sandbox.client(address);
    await client.call(request(null));
    expect(vi.getTimerCount()).toBe(0);
    client.send('{');
    while (vi.getTimerCount() === 0) await setImmediate();
    vi.advanceTimersByTime(REQUEST_TIMEOUT_MS);
    await ends(client);
    expect(sandbox.events.at(-1)).toStrictEqual({
      _tag: 'ConnectionBroken',
      why: 'a request that took too long',
    });
  });

  test('when stopped, with a request half read', async ({ sandbox }) => {
    const running = await sandbox.start();
    const client = sandbox.client(running.address);
    await client.call(request(LOOPBACK));
    const { sent, closed } = evidence();
    client.send('{"method":', [sent]);
    running.stop();
    running.stop();
    await running.closed();
    expect(await closed()).toBe(true);
    await ends(client);
    expect(running.accepted().nics.map(({ name }) => name)).toStrictEqual(['lo']);
    expect(sandbox.events.filter(({ _tag }) => _tag === 'Stopped')).toStrictEqual([
      { _tag: 'Stopped', counters: { arp: 0, ndp: 0, echo: 0 } },
    ]);
  });
});

describe('misbehaves as told', () => {
  test('refuses with a text and takes nothing', async ({ sandbox }) => {
    const { address, accepted } = await sandbox.start({ _tag: 'Refuse', message: 'no <way>' });
    const reply = '{"success":false,"err":"no \\u003cway\\u003e","result":null}';
    expect(await sandbox.client(address).call(request(LOOPBACK))).toBe(reply);
    expect(accepted().nics).toStrictEqual([]);
  });

  test.for([0, 1, 20])(
    'closes after %i bytes of the reply, the network taken',
    async (bytes, { sandbox }) => {
      const { address, accepted } = await sandbox.start({ _tag: 'CloseAfter', bytes });
      expect(await sandbox.client(address).call(request(LOOPBACK))).toBe(SUCCESS.slice(0, bytes));
      expect(accepted().nics).toHaveLength(1);
    },
  );

  test('answers garbage, then nothing', async ({ sandbox }) => {
    const running = await sandbox.start({ _tag: 'Garbage', text: '\u0000not JSON' });
    const client = sandbox.client(running.address);
    client.send(request(LOOPBACK));
    expect(await client.receive(9)).toBe('\u0000not JSON');
    client.send(request(LOOPBACK));
    running.stop();
    expect(await client.receive(1)).toBe('');
  });

  test('answers more than a socket buffer holds', async ({ sandbox }) => {
    const { address } = await sandbox.start({ _tag: 'Oversized', bytes: 4_000_000 });
    const client = sandbox.client(address);
    client.send(request(LOOPBACK));
    expect(await client.receive(4_000_000)).toMatch(/^\{"success":true,"err":"x+"/);
  });

  test('never answers, and takes the call', async ({ sandbox }) => {
    const running = await sandbox.start({ _tag: 'Silence' });
    const client = sandbox.client(running.address);
    const reply = client.call(request(LOOPBACK));
    while (running.accepted().nics.length === 0) await setImmediate();
    running.stop();
    expect(await reply).toBe('');
  });

  test('answers late', async ({ sandbox }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { address } = await sandbox.start({ _tag: 'Delay', delayMs: 30 });
    const reply = sandbox.client(address).call(request(LOOPBACK));
    while (sandbox.events.at(-1)?._tag !== 'Accepted') await setImmediate();
    vi.advanceTimersByTime(29);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await reply).toBe(SUCCESS);
  });
});

describe('listens', () => {
  const onEvent = (): void => {};

  test('on a socket file, which is gone afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'npt-'));
    const listen = join(folder, 'sandbox.sock');
    const running = must(await runSandbox({ listen, onEvent })());
    expect(existsSync(listen)).toBe(true);
    const second = await runSandbox({ listen, onEvent })();
    expect(second).toMatchObject({ left: { _tag: 'SyscallError', call: 'bind', about: listen } });
    expect(existsSync(listen)).toBe(true);
    running.stop();
    expect(existsSync(listen)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  test.for(['/', `@${'x'.repeat(200)}`, '/nowhere/at/all.sock'])('not on %s', async (listen) => {
    const refused = await runSandbox({ listen, onEvent })();
    expect(refused).toMatchObject({ left: { _tag: 'SyscallError', call: 'bind', about: listen } });
  });

  test('to no more than 16 connections at a time', async ({ sandbox }) => {
    const { address } = await sandbox.start();
    const clients = Array.from({ length: 17 }, () => sandbox.client(address));
    const last = clients.at(-1);
    expect(await last?.receive(1)).toBe('');
    expect(await clients[0]?.call(request(null))).toBe(SUCCESS);
  });
});
