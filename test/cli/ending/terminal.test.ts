import { afterEach, describe, expect, test, vi } from 'vitest';
import { safeJson, styleFor } from '../../../src/cli/ending/terminal.js';
import { ansi, plain } from '../../../src/plan/views/style.js';

describe('styleFor', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('colours a terminal alone', () => {
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'xterm');
    expect(styleFor({ isTTY: true })).toBe(ansi);
    expect(styleFor({ isTTY: false })).toBe(plain);
    expect(styleFor({})).toBe(plain);
  });

  test.each([
    ['NO_COLOR', '1'],
    ['TERM', 'dumb'],
  ])('does not where %s is %s', (name, value) => {
    vi.stubEnv('TERM', 'xterm');
    vi.stubEnv(name, value);
    expect(styleFor({ isTTY: true })).toBe(plain);
  });
});

test('safeJson escapes what JSON.stringify leaves, and reads back as the same', () => {
  const value = { 'a\u202e': ['\u007f\u009b\u2028\ufeff\u{e0001}é', 1, null] };
  const text = safeJson(value);
  expect(text).not.toMatch(/[\u007f-\u009f\p{Cf}\u2028]/u);
  expect(text).toContain('é');
  expect(JSON.parse(text)).toStrictEqual(value);
});
