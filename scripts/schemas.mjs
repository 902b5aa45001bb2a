/** Writes schemas/*.schema.json from the codecs of the build in dist/. */
import { writeFileSync } from 'node:fs';
import { OUTPUT_SCHEMA_FILES } from '../dist/cli/work/outputs.js';
import { SCHEMA_FILES, schemaText } from '../dist/plan/documents/schema.js';

for (const [file, codec] of Object.entries({ ...SCHEMA_FILES, ...OUTPUT_SCHEMA_FILES }))
  writeFileSync(new URL(`../schemas/${file}`, import.meta.url), schemaText(codec));
