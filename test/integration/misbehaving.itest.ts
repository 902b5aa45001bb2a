/** apply into sandboxes that refuse, answer late, endlessly or not at all, die, or are somebody else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { Capabilities } from '../../src/executor/effects/capabilities.js';
import { recover } from '../../src/executor/giveback/recover.js';
import { release } from '../../src/executor/giveback/release.js';
import { apply } from '../../src/executor/handover/apply.js';
import { EIO } from '../../src/executor/linux/errno.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { connectSandbox, URPC_LIMITS } from '../../src/executor/urpc/client.js';
import { applyWorld, leftOf, planOf, withPair } from '../support/apply-world.js';
import { captureText } from '../support/capture-text.js';
import { withFaults } from '../support/faults.js';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { FAILURE, SUCCESS } from '../support/scripted-sandbox.js';

/** Waits no longer than a test should. */
const impatient: Capabilities = {
  ...live,
  sandbox: { connect: connectSandbox({ ...URPC_LIMITS, replyMs: 200 }) },
};

describeWith(['netns'], 'a sandbox that misbehaves', () => {
  const { answering, applying, expectGivenBack, file, journalFolder, journals, scripted, whereOf } =
    applyWorld();

  test('a sandbox that answers failure: everything is as before', async ({ pair }) => {
    pair.recipe('f1');
    const before = captureText(pair.netns);
    answering(FAILURE);
    const error = leftOf(await applying(pair));
    expect(error).toMatchObject({ _tag: 'RolledBack', cause: { _tag: 'RemoteError' } });
    expect(captureText(pair.netns)).toBe(before);
    expect(journals()).toStrictEqual([]);
  });

  test('a sandbox that closes at any byte of its answer: unknown, and nothing is undone by itself', async ({
    pair,
  }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    for (let bytes = 0; bytes < SUCCESS.length; bytes++) {
      answering(SUCCESS.slice(0, bytes), true);
      expect(leftOf(await applying(pair))).toMatchObject({ _tag: 'ExchangeBroken', sent: true });
      expect(pair.netns.sh('ip -o -4 addr show dev eth0')).toBe('');
      const asked = await recover(pair.netns.path, { journalFolder: journalFolder() })(live)();
      expect(leftOf(asked)._tag).toBe('OutcomeUnknown');
      await expectGivenBack(pair, before);
    }
  });

  test.each([
    ['garbage', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a JSON value of another kind', '[1,2,3]'],
    ['half an answer and then nothing', SUCCESS.slice(0, 12)],
    ['nothing', null],
    ['an answer without an end', `{"success":true,"err":"${'x'.repeat(1 << 26)}`],
  ])('a sandbox that answers %s: unknown', async (_, answer) => {
    await withPair(async (pair) => {
      pair.recipe('c02');
      const before = captureText(pair.netns);
      answering(answer);
      const error = leftOf(await applying(pair, impatient));
      expect(error).toMatchObject({ _tag: 'ExchangeBroken', sent: true });
      await expectGivenBack(pair, before);
    });
  });

  test('a sandbox that answers success too late: unknown, and the answer changes nothing', async ({
    pair,
  }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const late = new Promise<void>((resolve) => {
      answering((socket) => {
        setTimeout(() => socket.end(SUCCESS, resolve), 500);
      });
    });
    const error = leftOf(await applying(pair, impatient));
    expect(error).toMatchObject({ _tag: 'ExchangeBroken', sent: true, why: 'timeout' });
    await late;
    expect(pair.netns.sh('ip -o -4 addr show dev eth0')).toBe('');
    await expectGivenBack(pair, before);
  });

  test('an answer of 1 GiB: refused at the limit, and never held in memory', async ({ pair }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const chunk = Buffer.alloc(1 << 20, 'x');
    let sent = 0;
    const over = new Promise<void>((resolve) => {
      answering((socket) => {
        const more = (): void => {
          while (sent < 1 << 30) {
            sent += chunk.length;
            if (!socket.write(chunk)) return void socket.once('drain', more);
          }
          socket.end();
        };
        socket.once('close', () => resolve());
        socket.write('{"success":true,"err":"');
        more();
      });
    });
    const resident = process.memoryUsage().rss;
    const error = leftOf(await applying(pair));
    expect(error).toMatchObject({ _tag: 'ExchangeBroken', sent: true, why: 'too-large' });
    await over;
    expect(sent).toBeLessThan(32 << 20);
    expect(process.memoryUsage().rss - resident).toBeLessThan(256 << 20);
    await expectGivenBack(pair, before);
  });

  test('a sandbox that dies with the request read: unknown, and recover gives back by itself', async ({
    pair,
  }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const plan = await planOf(pair.netns.path);
    await dyingSandbox(file('dying'), true);
    const error = leftOf(await apply(plan, whereOf(pair, file('dying')))(live)());
    expect(error).toMatchObject({ _tag: 'ExchangeBroken', sent: true, why: 'closed' });
    const result = await recover(pair.netns.path, { journalFolder: journalFolder() })(live)();
    expect(result).toMatchObject({ right: { outcome: 'given-back' } });
    expect(captureText(pair.netns)).toBe(before);
  });

  test('a sandbox that dies without reading: it cannot have acted, so everything is as before', async ({
    pair,
  }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const plan = await planOf(pair.netns.path);
    const kill = await dyingSandbox(file('dead'), false);
    const c = withFaults(
      live,
      ({ name, when }) => {
        if (name === 'call' && when === 'before') setTimeout(kill, 500); // it is sent at once
        return 'go';
      },
      EIO,
    );
    const error = leftOf(await apply(plan, whereOf(pair, file('dead')))(c)());
    expect(error).toMatchObject({ _tag: 'RolledBack', cause: { sent: false, why: 'refused' } });
    expect(captureText(pair.netns)).toBe(before);
    expect(journals()).toStrictEqual([]);
  });

  test('another process than the sandbox listens: refused, and nothing is sent to it', async ({
    pair,
  }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const plan = await planOf(pair.netns.path);
    const calls = scripted().calls();
    const at = (pid: number) => ({
      ...whereOf(pair),
      sandbox: { address: scripted().address, pid },
    });
    const error = leftOf(await apply(plan, at(1))(live)());
    expect(error).toMatchObject({ _tag: 'Preflight', failures: [{ code: 'exec/wrong-listener' }] });
    expect(scripted().calls()).toBe(calls);
    expect(captureText(pair.netns)).toBe(before);
    answering(SUCCESS);
    expect(await apply(plan, at(process.pid))(live)()).toSatisfy(E.isRight);
    await release(pair.netns.path, { journalFolder: journalFolder(), force: true })(live)();
  });
});

/** A process that listens, and is killed by the first request that it reads, or reads none; gives what kills it. */
const dyingSandbox = async (path: string, reads: boolean): Promise<() => void> => {
  const onConnection = reads
    ? "(s) => s.on('data', () => process.kill(process.pid, 'SIGKILL'))"
    : '{ pauseOnConnect: true }';
  const script = `require('node:net').createServer(${onConnection}).listen(process.argv[1], () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return () => child.kill('SIGKILL');
};
