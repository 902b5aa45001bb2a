/** Whole outputs of iproute2 of several versions: what they are, and what some of them should not be. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { readIproute2 } from '../../../src/plan/iproute2/document.js';
import { IPROUTE2_PARTS, PARTS } from '../../../src/plan/iproute2/parts.js';
import { repaired } from '../../../src/plan/iproute2/repair.js';
import { fileText } from '../../../src/plan/model/kernel-text.js';
import { compile } from '../../../src/plan/rules/compile.js';

const FOLDER = join(import.meta.dirname, '../../../fixtures/wire/iproute2');

/** The outputs in a folder, by part. */
const outputsOf = (version: string): Readonly<Record<string, string>> => {
  const files = new Set(readdirSync(join(FOLDER, version)));
  return Object.fromEntries(
    PARTS.filter((part) => files.has(IPROUTE2_PARTS[part].file)).map((part) => [
      part,
      fileText(readFileSync(join(FOLDER, version, IPROUTE2_PARTS[part].file))),
    ]),
  );
};

test.each(readdirSync(FOLDER))('iproute2 %s: one veth, both families', (version) => {
  const read = readIproute2(outputsOf(version));
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  const { state, notes } = read.right;
  expect(notes).toStrictEqual([]);
  expect(state.rules.map(({ priority }) => priority)).toStrictEqual([0, 32766, 32767, 0, 32766]);
  const plan = compile({ onLoss: 'error' })(state);
  expect(plan).toMatchObject({
    right: {
      fdLinks: [{ name: 'eth0', kind: 'veth', addresses: [{ address: '10.0.0.2' }, {}, {}] }],
      defaultGateways: [{ gateway: '10.0.0.1' }, { gateway: 'fd00::1' }],
    },
  });
});

describe('what is no JSON and was meant to be', () => {
  test.each([
    ['{"unicast","dst":"default"}', '{"type":"unicast","dst":"default"}'],
    [
      '[{ "local" , "dst":"x" },{"type":"a","b":1}]',
      '[{ "type":"local" , "dst":"x" },{"type":"a","b":1}]',
    ],
    ['{"a":["b","c"]}', '{"a":["b","c"]}'],
    ['{"a":"b{\\"c\\",","d":"}"}', '{"a":"b{\\"c\\",","d":"}"}'],
    ['{"a":"it\\\'s"}', '{"a":"it\'s"}'],
    ['{"a":"x\u0001y"}', '{"a":"x\\u0001y"}'],
    ['{"dst":1,"encap":"ip","dst":2}', '{"dst":1,"encap":"ip","encap dst":2}'],
    ['{"encap":"x","table":1,"table":2}', '{"encap":"x","encap table":1,"table":2}'],
    ['{"a":1,"a":2}', '{"a":1,"a":2}'],
    ['Error: argument "x" is wrong', 'Error: argument "x" is wrong'],
    ['[{"a":', '[{"a":'],
    ['["', '["'],
    ['["a\\', '["a\\'],
    ['{"a', '{"type":"a'],
  ])('%s', (text, expected) => {
    expect(repaired(text)).toBe(expected);
  });

  test.each([
    ['quotes that never end', `["${'\\"'.repeat(500_000)}`],
    ['brackets that never close', '['.repeat(1_000_000)],
    ['mappings in mappings', '{"a":'.repeat(200_000)],
    ['words without keys', `{${'"unicast",'.repeat(20_000)}`],
    ['more than is put right', `[${' '.repeat(17 * 1024 * 1024)}`],
  ])('%s are left or read in time', (_, text) => {
    expect(repaired(text).length).toBeGreaterThanOrEqual(text.length);
    const read = readIproute2({ ...outputsOf('4.20.0'), route: text });
    expect(read).toMatchObject({ left: [{ _tag: 'Text', part: 'route' }] });
  });
});
