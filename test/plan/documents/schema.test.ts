import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDocument, writeDocument } from '../../../src/plan/documents/read.js';
import { jsonSchema, SCHEMA_FILES, schemaText } from '../../../src/plan/documents/schema.js';
import { closed } from '../../../src/plan/model/closed.js';
import { NamespaceState } from '../../../src/plan/model/state.js';
import { arbitraryState } from '../../support/arbitrary-state.js';
import { someOf } from '../../support/cases.js';
import { samplePlan } from '../../support/sample-plan.js';

const validators = Object.fromEntries(
  Object.entries(SCHEMA_FILES).map(([file, codec]) => {
    const ajv = new Ajv2020({ allErrors: true, formats: { ipv4: true, ipv6: true } });
    return [file, ajv.compile(jsonSchema(codec))];
  }),
);
/** What the schema of `file` says against a value. */
const against = (file: string, value: unknown): ReadonlyArray<string> => {
  const validate = validators[file];
  if (validate === undefined) throw new Error(`no schema ${file}`);
  validate(value);
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
};

describe.each(Object.entries(SCHEMA_FILES))('%s', (file, codec) => {
  test('is what the codec says; `npm run schemas` writes it', () => {
    expect(readFileSync(`schemas/${file}`, 'utf8')).toBe(schemaText(codec));
  });
});

const state = 'namespace-state.schema.json';

describe('a schema and its codec', () => {
  test('agree on every state that can be written', () => {
    fc.assert(
      fc.property(arbitraryState, (s) => {
        expect(against(state, parse(writeDocument(NamespaceState, s)))).toStrictEqual([]);
      }),
    );
  });

  test('agree on a plan', () => {
    expect(against('network-plan.schema.json', samplePlan)).toStrictEqual([]);
  });

  test.each([
    ['nothing', {}],
    ['the smallest', { ifindex: 1, name: 'lo', flags: [], type: 'loopback', mtu: 0 }],
    ['an unknown key', { ifindex: 1, name: 'lo', flags: [], type: 'loopback', mtu: 0, MTU: 1 }],
    ['a value out of range', { ifindex: 0, name: 'lo', flags: [], type: 'loopback', mtu: 0 }],
    ['a fraction', { ifindex: 1, name: 'lo', flags: [], type: 'loopback', mtu: 1.5 }],
    ['a long name', { ifindex: 1, name: '0123456789abcdef', flags: [], type: 'ether', mtu: 0 }],
    ['a name of a path', { ifindex: 1, name: 'a/b', flags: [], type: 'ether', mtu: 0 }],
    ['an address', { ifindex: 1, name: 'a', flags: [], type: 'x', mtu: 0, address: '02:00' }],
    ['no address', { ifindex: 1, name: 'a', flags: [], type: 'x', mtu: 0, address: '02:0' }],
  ])('agree on a link: %s', (_, link) => {
    const lists = { addresses: [], routes: [], rules: [], neighbors: [], nexthops: [] };
    const document = { kind: 'NamespaceState', formatVersion: 1, links: [link], ...lists };
    const decoded = readDocument(NamespaceState, JSON.stringify(document));
    expect(against(state, document).length === 0).toBe(E.isRight(decoded));
  });

  test.each([
    [{}, true],
    [{ defaultRoute: 'error' }, true],
    [{ defaultRoute: { link: 'eth0' } }, true],
    [{ defaultRoute: { link: '' } }, false],
    [{ defaultRoute: 'first' }, false],
    [{ families: ['inet4'] }, false],
    [{ gro: 'yes' }, false],
  ])('agree on options %j', (options, good) => {
    expect(against('plan-options.schema.json', options).length === 0).toBe(good);
  });

  test('a codec of an unknown kind is a defect', () => {
    const Strange = closed('Strange', { x: t.union([t.number, t.bigint]) });
    expect(() => jsonSchema(Strange)).toThrow('no JSON Schema for the codec bigint');
  });
});

describe('every fixture fits its schema', () => {
  const files = ['state', 'plan'].flatMap((kind) =>
    readdirSync('fixtures')
      .map((name) => `fixtures/${name}/${kind}.yaml`)
      .filter((path) => existsSync(path))
      .map((path) => [path, kind === 'state' ? state : 'network-plan.schema.json'] as const),
  );
  test('one by one', () => {
    const misfits = someOf(files).flatMap(([path, file]) =>
      against(file, parse(readFileSync(path, 'utf8'))).map((text) => `${path}${text}`),
    );
    expect(misfits).toStrictEqual([]);
  });
});
