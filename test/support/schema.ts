/** JSON Schemas of schemas/, as a second reader of what netplan writes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROOT } from './run-cli.js';

/** What the schema file `name` says against a value: nothing, or every misfit. */
export const misfits = (name: string, value: unknown): ReadonlyArray<string> => {
  const ajv = new Ajv2020({ allErrors: true, formats: { ipv4: true, ipv6: true } });
  const schema: unknown = JSON.parse(
    readFileSync(join(ROOT, 'schemas', `${name}.schema.json`), 'utf8'),
  );
  const validate = ajv.compile(schema as object);
  validate(value);
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
};
