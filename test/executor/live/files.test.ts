/** The real files under the journal and the lock: what they do not follow, what they refuse, who they keep out. */
import { constants, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureFolder, folderIsThere } from '../../../src/executor/journal/folder.js';
import { withLock } from '../../../src/executor/journal/lock.js';
import { liveFiles } from '../../../src/executor/live/files.js';
import { liveMachine } from '../../../src/executor/live/machine.js';

const ELOOP = 40;
const c = { files: liveFiles, machine: liveMachine };
const identity = { inode: '1', cookie: '41', root: false };

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'npt-files-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const opened = async (path: string, flags: number) => {
  const file = await liveFiles.open(path, flags, 0o600)();
  if (E.isLeft(file) || file.right === null) throw new Error(path);
  return file.right;
};

test('a symbolic link is not followed', async () => {
  writeFileSync(join(base, 'target'), 'theirs');
  symlinkSync(join(base, 'target'), join(base, 'link'));
  const result = await liveFiles.open(join(base, 'link'), constants.O_RDONLY, 0)();
  expect(result).toMatchObject({ left: { _tag: 'SyscallError', call: 'open', errno: ELOOP } });
  expect(await liveFiles.lstat(join(base, 'link'))()).toMatchObject({ right: { kind: 'link' } });
});

test('a missing file is null, not an error', async () => {
  expect(await liveFiles.lstat(join(base, 'none'))()).toStrictEqual(E.right(null));
  expect(await liveFiles.open(join(base, 'none'), constants.O_RDONLY, 0)()).toStrictEqual(
    E.right(null),
  );
});

test('a file opened to append goes on at its end, and is read back whole', async () => {
  const path = join(base, 'log');
  const first = await opened(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
  await first.write('one\n')();
  await first.sync();
  await first.close();
  const second = await opened(path, constants.O_WRONLY | constants.O_APPEND);
  await second.write('two\n')();
  await second.close();
  const third = await opened(path, constants.O_RDONLY);
  expect(await third.read(100)()).toStrictEqual(E.right('one\ntwo\n'));
  expect(await third.read(5)()).toStrictEqual(E.right('one\nt'));
  expect(await third.facts()).toMatchObject({ right: { kind: 'file', mode: 0o600, bytes: 8 } });
  await third.close();
});

test('a lock keeps the second one out until the first is closed', async () => {
  const path = join(base, 'lock');
  const [first, second] = [
    await opened(path, constants.O_CREAT | constants.O_RDWR),
    await opened(path, constants.O_RDWR),
  ];
  expect(await first.lock()).toStrictEqual(E.right('taken'));
  expect(await second.lock()).toStrictEqual(E.right('held'));
  await first.close();
  expect(await second.lock()).toStrictEqual(E.right('taken'));
  await second.close();
});

describe('the journal folder', () => {
  test('is made for its owner alone, and accepted again', async () => {
    const folder = join(base, 'netplan');
    expect(await folderIsThere(folder)(c)()).toStrictEqual(E.right(false));
    expect(E.isRight(await ensureFolder(folder)(c)())).toBe(true);
    expect(await liveFiles.lstat(folder)()).toMatchObject({
      right: { kind: 'folder', mode: 0o700 },
    });
    expect(await folderIsThere(folder)(c)()).toStrictEqual(E.right(true));
  });

  test('is not a link to one', async () => {
    symlinkSync(base, join(base, 'netplan'));
    expect(await ensureFolder(join(base, 'netplan'))(c)()).toMatchObject({
      left: { _tag: 'UnsafeFile', why: 'is a link, not a folder' },
    });
  });
});

test('of many that want the lock at once, each that gets it is alone', async () => {
  const folder = join(base, 'netplan');
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 20 }, () =>
      withLock(folder, identity, () => async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside -= 1;
        return E.right(null);
      })(c)(),
    ),
  );
  expect(most).toBe(1);
  const locked = results.filter(E.isLeft).map(({ left }) => left);
  expect(locked.length).toBeLessThan(results.length);
  for (const error of locked)
    expect(error).toMatchObject({ _tag: 'NamespaceLocked', holder: process.pid });
  expect(await liveFiles.list(folder)()).toStrictEqual(E.right([]));
});

test('the machine knows this process and that another pid is none', async () => {
  const self = await liveMachine.self();
  expect(liveMachine).toMatchObject({ pid: process.pid });
  expect(liveMachine.euid()).toBe(process.geteuid?.());
  const startTime = E.isRight(self) ? self.right.startTime : '';
  expect(await liveMachine.startTimeOf(process.pid)()).toStrictEqual(E.right(startTime));
  expect(await liveMachine.startTimeOf(0x3fffffff)()).toStrictEqual(E.right(null));
  expect(await liveMachine.bootId()).toMatchObject({
    right: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});
