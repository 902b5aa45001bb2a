import { expect, test } from 'vitest';
import { isMerged } from '../../../src/executor/linux/merged-tables.js';

const stats = (leaves: number) =>
  `\tAver depth:     2.66\n\tLeaves:         ${leaves}\n\t  1: 1  2: 4\nNull ptrs: 8\nTotal size: 1  kB\n`;
const INFO = 'Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n';

test.each([
  ['one trie, shown twice', `${INFO}Main:\n${stats(6)}Local:\n${stats(6)}`, true],
  ['two tries', `${INFO}Main:\n${stats(1)}Local:\n${stats(5)}`, false],
  [
    'one among others',
    `${INFO}Id 100:\n${stats(1)}Main:\n${stats(6)}Local:\n${stats(6)}Id 511:\n${stats(2)}`,
    true,
  ],
  ['no local table yet', `${INFO}Main:\n${stats(1)}`, undefined],
  ['no table', INFO, undefined],
  ['no such file', '', undefined],
])('%s', (_, triestat, merged) => {
  expect(isMerged(triestat)).toBe(merged);
});
