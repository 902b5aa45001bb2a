/** What is read of files that lie, devices and pipes: to the limit and no further. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIfThere, readText } from '../../../src/cli/input/files.js';
import { readDocument } from '../../../src/plan/documents/read.js';
import { NamespaceState } from '../../../src/plan/model/state.js';

let dir = '';
const file = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'npt-files-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const LIMIT = 100_000;
const codeOf = async (path: string, limit = LIMIT) => {
  const result = await readText(path, limit)();
  return E.isLeft(result) ? result.left.diagnostics[0].code : result.right.length;
};

test('a file of the limit is read whole, one of a byte more is not', async () => {
  writeFileSync(file('limit'), 'x'.repeat(LIMIT));
  expect(await codeOf(file('limit'))).toBe(LIMIT);
  expect(await codeOf(file('limit'), LIMIT - 1)).toBe('file/too-large');
});

test('a sparse file of a GiB and a device without end are too large', async () => {
  writeFileSync(file('sparse'), '');
  truncateSync(file('sparse'), 2 ** 30);
  expect(await readText(file('sparse'))()).toMatchObject({
    left: { exitCode: 65, diagnostics: [{ code: 'file/too-large', path: file('sparse') }] },
  });
  expect(await readIfThere(file('sparse'))()).toMatchObject({
    left: { diagnostics: [{ code: 'file/too-large' }] },
  });
  expect(await codeOf('/dev/zero')).toBe('file/too-large');
  expect(await codeOf('/dev/null')).toBe(0);
});

test('a pipe that never ends is left where the limit is', async () => {
  execFileSync('mkfifo', [file('endless')]);
  const writer = spawn('sh', ['-c', 'while echo x; do :; done > "$0"', file('endless')]);
  const ended = new Promise((resolve) => writer.on('exit', resolve));
  expect(await codeOf(file('endless'))).toBe('file/too-large');
  await ended; // nobody reads it any more
});

test('a slow pipe is read to its end', async () => {
  execFileSync('mkfifo', [file('slow')]);
  spawn('sh', ['-c', '{ printf a; sleep 0.1; printf b; } > "$0"', file('slow')]);
  expect(await readText(file('slow'), LIMIT)()).toStrictEqual(E.right('ab'));
});

test('what is not there is told from what cannot be read', async () => {
  expect(await readIfThere(file('nothing'))()).toStrictEqual(E.right(null));
  expect(await codeOf(file('nothing'))).toBe('file/unreadable');
  expect(await codeOf(dir)).toBe('file/unreadable');
});

test('a byte that is not UTF-8 is named, and where it stands', async () => {
  writeFileSync(file('latin1'), Buffer.from('kind: NamespaceState\nx: caf\xe9\n', 'latin1'));
  const text = await readText(file('latin1'))();
  const read = E.isRight(text) ? readDocument(NamespaceState, text.right) : text;
  expect(read).toMatchObject({
    left: [{ code: 'document/characters', line: 2, column: 7, actual: 'byte 0xE9' }],
  });
});
