/** The schemas of what --json prints are those of the codecs, and no file is left over. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OUTPUT_SCHEMA_FILES } from '../../src/cli/work/outputs.js';
import { SCHEMA_FILES, schemaText } from '../../src/plan/documents/schema.js';

describe.each(Object.entries(OUTPUT_SCHEMA_FILES))('%s', (name, codec) => {
  test('is what the codec says; `npm run schemas` writes it', () => {
    expect(readFileSync(`schemas/${name}`, 'utf8')).toBe(schemaText(codec));
  });
});

test('there is no other schema', () => {
  const made = [...Object.keys(SCHEMA_FILES), ...Object.keys(OUTPUT_SCHEMA_FILES)];
  expect(readdirSync('schemas').sort()).toStrictEqual(made.sort());
});
