/** apply into a sandbox that closes the connection at any byte of the request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { apply } from '../../src/executor/handover/apply.js';
import { MSG_DONTWAIT } from '../../src/executor/linux/abi.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { close, recv, whenReady } from '../../src/executor/linux/libc.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { openListener } from '../../src/sandbox/listener.js';
import {
  type Counts,
  expectSameState,
  expectSameText,
  giveBack,
  hasJournal,
  withSubject,
} from '../support/fault-subject.js';
import { describeWith } from '../support/requires.js';
import { scriptedSandbox } from '../support/scripted-sandbox.js';

/** Reads so many bytes of what comes, or all there is, then closes; gives how many it has read. */
const readAndClose = async (fd: Fd, bytes: number): Promise<number> => {
  await whenReady(fd, 'readable', null)();
  const got = recv(fd, new Uint8Array(bytes), MSG_DONTWAIT)();
  close(fd)();
  if (E.isLeft(got)) throw new Error(JSON.stringify(got.left));
  return got.right;
};

interface ClosingSandbox {
  /** before the next connection: how many bytes it reads */
  reads: number;
  /** of the last connection */
  read: Promise<number>;
  readonly stop: () => void;
}

const closingSandbox = (address: string): ClosingSandbox => {
  const sandbox = { reads: 0, read: Promise.resolve(0) };
  const listening = openListener({
    address,
    accepted: (fd) => {
      sandbox.read = readAndClose(fd, sandbox.reads);
    },
    failed: (error) => {
      throw new Error(JSON.stringify(error));
    },
  })();
  if (E.isLeft(listening)) throw new Error(JSON.stringify(listening.left));
  return Object.assign(sandbox, { stop: listening.right });
};

/** Bytes of the request that the plan becomes. */
const requestBytes = async (folder: string, use: (address: string) => Promise<unknown>) => {
  const sandbox = await scriptedSandbox(join(folder, 'measure'));
  try {
    let bytes = 0;
    sandbox.answer = (socket) => {
      bytes = socket.bytesRead;
      socket.end();
    };
    await use(sandbox.address);
    return bytes;
  } finally {
    await sandbox.stop();
  }
};

describeWith(['netns'], 'a sandbox that closes the connection', () => {
  test('at any byte of the request: it has not acted until the last one is read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'npt-closing-'));
    const address = join(folder, 'sock');
    const sandbox = closingSandbox(address);
    const counts: Counts = { points: 0, faults: 0, kills: 0, comparisons: 0, different: 0 };
    try {
      await withSubject('c02', { folder, address }, async (s) => {
        const bytes = await requestBytes(folder, async (measure) => {
          await apply(s.plan, { ...s.where, sandbox: { address: measure } })(live)();
          await giveBack(s);
        });
        expect(bytes).toBeGreaterThan(300);
        for (sandbox.reads = 1; sandbox.reads <= bytes; sandbox.reads++) {
          const result = await apply(s.plan, s.where)(live)();
          expect(await sandbox.read).toBe(sandbox.reads);
          if (sandbox.reads < bytes) {
            expect(result).toMatchObject({ left: { _tag: 'RolledBack', cause: { sent: false } } });
            expect(hasJournal(s)).toBe(false);
          } else {
            expect(result).toMatchObject({ left: { _tag: 'ExchangeBroken', sent: true } });
            await giveBack(s);
          }
          await expectSameState(s, counts, `closed after ${sandbox.reads} of ${bytes} bytes`);
        }
        expectSameText(s, counts, 'after all of them');
      });
    } finally {
      sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
