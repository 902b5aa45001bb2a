/** apply into a sandbox that closes the connection at any byte of the request. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { apply } from '../../src/executor/handover/apply.js';
import { MSG_DONTWAIT } from '../../src/executor/linux/abi.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { close, recv, whenReady } from '../../src/executor/linux/libc.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { openListener } from '../../src/sandbox/listener.js';
import {
  expectSameState,
  type FaultSubject,
  giveBack,
  hasJournal,
  whereOf,
} from '../support/fault-subject.js';
import { countsOf, withSubject } from '../support/fault-world.js';
import { observeNetns } from '../support/observe.js';
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
const requestBytes = async (subject: FaultSubject): Promise<number> => {
  const sandbox = await scriptedSandbox(subject.address);
  try {
    let bytes = 0;
    sandbox.answer = (socket) => {
      bytes = socket.bytesRead;
      socket.end();
    };
    await apply(subject.plan, whereOf(subject))(live)();
    await giveBack(subject);
    return bytes;
  } finally {
    await sandbox.stop();
  }
};

/** As many namespaces at a time: most of a run is waiting. */
const LANES = [0, 1, 2, 3];

describeWith(['netns'], 'a sandbox that closes the connection', () => {
  test.concurrent.for(LANES)(
    'at any byte of the request: it has not acted until the last one is read (%s of 4)',
    async (lane, context) => {
      const counts = countsOf(context);
      await withSubject('c02', async (subject, expectSameText) => {
        const before = await observeNetns(subject.path);
        const bytes = await requestBytes(subject);
        expect(bytes).toBeGreaterThan(300);
        const sandbox = closingSandbox(subject.address);
        try {
          for (sandbox.reads = 1 + lane; sandbox.reads <= bytes; sandbox.reads += LANES.length) {
            const result = await apply(subject.plan, whereOf(subject))(live)();
            counts.points += 1;
            expect(await sandbox.read).toBe(sandbox.reads);
            if (sandbox.reads < bytes) {
              expect(result).toMatchObject({
                left: { _tag: 'RolledBack', cause: { sent: false } },
              });
              expect(hasJournal(subject)).toBe(false);
            } else {
              expect(result).toMatchObject({ left: { _tag: 'ExchangeBroken', sent: true } });
              await giveBack(subject);
            }
            const about = `closed after ${sandbox.reads} of ${bytes} bytes`;
            await expectSameState(subject, before, counts, about);
          }
          expectSameText(counts, 'after all of them');
        } finally {
          sandbox.stop();
        }
      });
    },
  );
});
