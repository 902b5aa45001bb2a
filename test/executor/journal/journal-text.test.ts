import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JournalHeader } from '../../../src/executor/journal/header.js';
import { headerPieces } from '../../../src/executor/journal/journal-text.js';
import type { NamespaceState } from '../../../src/plan/model/state.js';
import { arbitraryState } from '../../support/arbitrary-state.js';
import { route } from '../../support/states.js';

const headerOf = (before: NamespaceState): JournalHeader => ({
  kind: 'Journal',
  formatVersion: 2,
  bootId: 'boot',
  netns: { inode: '1', cookie: '2', root: false },
  path: '/run/netns/blüe\n',
  pid: 42,
  startTime: '7',
  at: '2026-01-02T03:04:05.000Z',
  uptime: 12.5,
  target: 'latest',
  stateHash: 'abc',
  sandbox: { address: '@box' },
  taken: ['addresses[0]'],
  before,
});

test('the pieces together are what the codec encodes, and one line', () => {
  fc.assert(
    fc.property(arbitraryState, (state) => {
      const header = headerOf(state);
      const text = [...headerPieces(header)].join('');
      expect(text.indexOf('\n')).toBe(text.length - 1);
      expect(JSON.parse(text)).toStrictEqual(
        JSON.parse(JSON.stringify(JournalHeader.encode(header))),
      );
    }),
  );
});

test('a large namespace comes in many pieces, none of them large', () => {
  const [state] = fc.sample(arbitraryState, 1);
  if (state === undefined) throw new TypeError('a sample of one');
  const routes = Array.from({ length: 20_001 }, (_, i) => route('192.0.2.0/24', { metric: i }));
  const header = headerOf({ ...state, routes });
  const pieces = [...headerPieces(header)];
  expect(pieces.length).toBeGreaterThan(5);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1024 * 1024);
  expect(JSON.parse(pieces.join(''))).toStrictEqual(
    JSON.parse(JSON.stringify(JournalHeader.encode(header))),
  );
});
