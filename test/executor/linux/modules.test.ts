/** A module counts as asleep only where it is stored and shown nowhere as loaded. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isAsleep } from '../../../src/executor/linux/modules.js';

const root = mkdtempSync(join(tmpdir(), 'npt-modules-'));
afterAll(() => rmSync(root, { recursive: true }));
const folders = { loaded: join(root, 'loaded'), stored: join(root, 'stored') };
for (const name of ['nfnetlink', 'nf_tables'])
  mkdirSync(join(folders.loaded, name), { recursive: true });
mkdirSync(join(folders.stored, 'net/netfilter'), { recursive: true });
for (const file of ['nf_tables.ko.zst', 'nf_nat.ko', 'nft_compat.ko.xz'])
  writeFileSync(join(folders.stored, 'net/netfilter', file), '');

test.each([
  ['stored and loaded', 'nf_tables', false],
  ['stored and not loaded', 'nf_nat', true],
  ['stored in a compressed file', 'nft_compat', true],
  ['loaded and built in, or stored elsewhere', 'nfnetlink', false],
  ['built in without a trace', 'xfrm_user', false],
  ['the beginning of another name', 'nft', false],
])('%s', (_, name, asleep) => {
  expect(isAsleep(name, 'net/netfilter', folders)).toBe(asleep);
});

test('a machine without a folder of modules has none asleep', () => {
  const nowhere = { ...folders, stored: join(root, 'nowhere') };
  expect(isAsleep('nf_nat', 'net/netfilter', nowhere)).toBe(false);
});
