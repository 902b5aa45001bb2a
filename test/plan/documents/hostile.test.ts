import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test, vi } from 'vitest';
import { Composer } from 'yaml';
import {
  type DocumentError,
  readDocument,
  writeDocument,
} from '../../../src/plan/documents/read.js';
import { MAX_TEXT } from '../../../src/plan/documents/text.js';
import { MAX_YAML, readYaml } from '../../../src/plan/documents/yaml.js';
import { NamespaceState } from '../../../src/plan/model/state.js';
import { anyText } from '../../support/any-text.js';
import { cases } from '../../support/cases.js';

const first = (text: string, codec: t.Mixed = t.unknown) => {
  const result = readDocument(codec, text);
  return E.isLeft(result) ? result.left[0] : null;
};
const refusedAs = (text: string) => {
  const error = first(text);
  if (error === null) return 'read';
  const place = `${error.code} ${error.line}:${error.column}`;
  return error.code === 'document/syntax' ? place : `${place} ${error.expected}`; // its words are the package's
};

describe('refused by name, at its place', () => {
  const syntax = 'document/syntax';
  const unsupported = 'document/unsupported';
  test.each([
    ['an empty text', '', `${syntax} 1:1`],
    ['blanks and comments only', '\n  # nothing\n', `${syntax} 1:1`],
    ['only a marker', '---\n', `${syntax} 1:1`],
    ['an anchor', 'a: &x [ 1 ]', `${unsupported} 1:4 a value; anchors are not read`],
    ['an alias', 'a: 1\nb: *x', `${unsupported} 2:4 a value; aliases are not read`],
    ['an alias as a key', '*x : 1', `${unsupported} 1:1 a value; aliases are not read`],
    ['a merge key', 'a:\n  <<: { b: 1 }', `${unsupported} 2:3 a key; merge keys are not read`],
    ['a tag', 'a: !!js/function x', `${unsupported} 1:4 a value; tags are not read`],
    ['a directive', '%YAML 1.1\n---\na: 1', `${unsupported} 1:1 a value; directives are not read`],
    [
      'two documents',
      'a: 1\n---\nb: 2',
      `${unsupported} 2:1 one document, not a stream of several`,
    ],
    [
      'text after the end',
      'a: 1\n...\nb',
      `${unsupported} 3:1 one document, not a stream of several`,
    ],
    ['a key twice', 'a: 1\nb: 2\na: 3', 'document/duplicate-key 3:1 the key "a" once'],
    ['a key twice in JSON', '{"a":1,"\\u0061":2}', 'document/duplicate-key 1:8 the key "a" once'],
    [
      'a key twice in YAML between brackets',
      '{ a: 1, "a": 2 }',
      'document/duplicate-key 1:9 the key "a" once',
    ],
    [
      'a key twice in a record of a list',
      '[{"a":1},{"b":":","b":"\\":"}]',
      'document/duplicate-key 1:19 the key "b" once',
    ],
    [
      'a number past 2^53 in JSON',
      '{"a":9007199254740993}',
      'document/number 1:6 a number that has one reading',
    ],
    ['minus zero', '[-0]', 'document/number 1:2 a number that has one reading'],
    ['a prototype', '{"__proto__":{"x":1}}', `${unsupported} 1:2 a key other than "__proto__"`],
    [
      'a prototype in a block',
      '__proto__:\n  x: 1',
      `${unsupported} 1:1 a key other than "__proto__"`,
    ],
    ['a NUL', 'a: \0', 'document/characters 1:4 text in UTF-8 without controls'],
    ['an escape sequence', 'a: \x1b[31m', 'document/characters 1:4 text in UTF-8 without controls'],
    [
      'half a surrogate pair',
      'a: \ud83d',
      'document/characters 1:4 text in UTF-8 without controls',
    ],
    [
      'bytes that are not UTF-8',
      Buffer.from('a: \xff', 'latin1').toString('utf8'),
      'document/characters 1:4 text in UTF-8 without controls',
    ],
    [
      'UTF-16',
      Buffer.from('a: 1', 'utf16le').toString('utf8'),
      'document/characters 1:2 text in UTF-8 without controls',
    ],
    ['a leading zero', 'a: 010', 'document/number 1:4 a number that has one reading'],
    [
      'a number past 2^53',
      'a: 9007199254740993',
      'document/number 1:4 a number that has one reading',
    ],
    ['a huge exponent', '[ 1e999 ]', 'document/number 1:3 a number that has one reading'],
    ['not a number', 'a: .nan', 'document/number 1:4 a number that has one reading'],
    ['a bad escape', '"\\q"', `${syntax} 1:2`],
    ['a character past Unicode', '"\\UFFFFFFFF"', `${syntax} 1:2`],
    ['an open list', 'a: [ 1,\n', `${syntax} 2:1`],
    ['an open mapping', '{ a: 1', `${syntax} 1:7`],
    ['a closing bracket too many', '[ 1 ] ]', `${syntax} 1:7`],
    ['a mapping as a key', '{ a: 1 }: 2', `${syntax} 1:1`],
    ['a second key on a line', 'a: b: c', `${syntax} 1:4`],
    ['a tab as indentation', 'a:\n\tb: 1', `${syntax} 2:1`],
    ['less indentation than the siblings', '  a: 1\n b: 2', `${syntax} 2:2`],
    ['more indentation than the siblings', 'a: 1\n b: 2', `${syntax} 1:4`],
    ['brackets less indented than their block', 'a: [\n1 ]', `${syntax} 2:1`],
  ])('%s', (_, text, expected) => {
    expect(refusedAs(text)).toBe(expected);
  });
});

describe('limits', () => {
  const depth = 100_000;
  test.each([
    ['100,000 opening brackets', '['.repeat(depth)],
    ['100,000 brackets', '['.repeat(depth) + ']'.repeat(depth)],
    ['100,000 braces', '{"a":'.repeat(depth)],
    ['100,000 dashes', '- '.repeat(depth)],
    ['deep indentation', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('%s are too deep', (_, text) => {
    expect(first(text)).toMatchObject({
      code: 'document/too-large',
      expected: 'at most 64 levels of lists and mappings',
    });
  });

  test('64 levels are not', () => {
    expect(first('['.repeat(64) + ']'.repeat(64))).toBeNull();
  });

  test('too many words and marks', () => {
    expect(E.isRight(readYaml('[ 1, 2 ]', 11))).toBe(true);
    expect(readYaml('[ 1, 2 ]', 10)).toMatchObject(
      E.left({ code: 'document/too-large', line: 1, column: 8 }),
    );
  });

  test('too long a text, the more so if it is not JSON', () => {
    const blanks = (length: number) => `[${' '.repeat(length - 2)}]`;
    expect(first(`${blanks(MAX_YAML)} `)).toBeNull();
    expect(first(`{ a: 1 }${' '.repeat(MAX_YAML)}`)).toMatchObject({
      code: 'document/too-large',
      line: null,
      expected: `at most ${MAX_YAML} characters of YAML`,
    });
    expect(first(`${blanks(MAX_TEXT)} `)).toMatchObject({
      code: 'document/too-large',
      line: null,
      expected: `at most ${MAX_TEXT} characters`,
    });
  });

  test('mistakes in JSON too long for YAML have a path, but no place', () => {
    const state = `{"kind":"NamespaceState","formatVersion":1,"links":5${' '.repeat(MAX_YAML)}}`;
    expect(first(state, NamespaceState)).toMatchObject({
      code: 'document/value',
      path: 'links',
      line: null,
      column: null,
    });
  });

  test('a million digits are no number', () => {
    expect(first('9'.repeat(1_000_000))).toMatchObject({
      code: 'document/number',
      actual: '9'.repeat(80),
    });
  });

  test('the last of many keys is still compared with the first', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `k${i}: 1\n`).join('');
    expect(first(keys)).toBeNull();
    expect(first(`${keys}k0: 2`)).toMatchObject({ code: 'document/duplicate-key', line: 5001 });
  });

  test('a text for which the stack is too small is refused, not thrown at', () => {
    const compose = vi.spyOn(Composer.prototype, 'compose').mockImplementation(() => {
      throw new RangeError('Maximum call stack size exceeded');
    });
    expect(first('a: 1')).toMatchObject({ code: 'document/too-large', line: 1, column: 1 });
    compose.mockRestore();
  });

  test('a billion laughs are refused at the first anchor', () => {
    const text = 'a: &a [ lol, lol ]\nb: &b [ *a, *a ]\nc: [ *b, *b ]\n';
    expect(first(text)).toMatchObject({ code: 'document/unsupported', line: 1 });
  });

  test('wrong records without number give a thousand errors', () => {
    const { numRuns: records } = cases(100_000);
    const result = readDocument(
      NamespaceState,
      `kind: NamespaceState\nformatVersion: 1\nlinks:\n${'- 1\n'.repeat(records)}`,
    );
    const errors = E.isLeft(result) ? result.left.filter(({ path }) => path !== '') : [];
    expect(errors.filter(({ path }) => path.startsWith('links['))).toHaveLength(1000);
  });
});

/** What holds for every text: a value or errors that can be shown, and no trace on any prototype. */
const behaves = (text: string): void => {
  const result = readDocument(NamespaceState, text);
  if (E.isLeft(result)) for (const error of result.left) expect(inText(text, error)).toBe(true);
  else
    expect(readDocument(NamespaceState, writeDocument(NamespaceState, result.right))).toEqual(
      result,
    );
  expect(Object.keys(Object.prototype)).toStrictEqual([]);
};

const inText = (text: string, { line, column }: DocumentError): boolean =>
  line !== null &&
  column !== null &&
  line >= 1 &&
  column >= 1 &&
  column <= (text.split('\n')[line - 1] ?? '').length + 1;

const VALID = [
  writeDocument(NamespaceState, {
    kind: 'NamespaceState',
    formatVersion: 1,
    links: [],
    addresses: [],
    routes: [
      {
        family: 'inet',
        table: 254,
        type: 'unicast',
        dst: '0.0.0.0/0',
        protocol: 'static',
        scope: 'global',
        flags: ['onlink'],
        metrics: { mtu: 1450 },
        other: { 30: 'ff' },
      },
    ],
    rules: [],
    neighbors: [],
    nexthops: [],
  } as unknown as NamespaceState),
  'kind: NamespaceState\nformatVersion: 1\nlinks:\n  - ifindex: 1\n    name: "lo"\n    flags:\n    - UP\n',
];

/** A cut, an insertion and a doubling anywhere in a valid text. */
const mutated = fc
  .record({
    text: fc.constantFrom(...VALID, ...VALID.map((text) => text.replaceAll('\n', '\r\n'))),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.nat(12),
        put: fc.oneof(
          fc.constantFrom(
            ...[
              '[',
              '{',
              '}',
              ']',
              '"',
              "'",
              ': ',
              '- ',
              '\n',
              '\n\n  ',
              '&a ',
              '*a',
              '!!x ',
              '| ',
            ],
            ...[
              '<<: ',
              '__proto__: ',
              'constructor: ',
              '#',
              ' #',
              '\t',
              '\r',
              '\0',
              '---\n',
              '...\n',
            ],
            ...['0x', '1e', '~', ',', ':', '\\', '\ud800', '\u2028', '%', '? '],
          ),
          anyText(4),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ text, edits }) =>
    edits.reduce((current, { at, cut, put }) => {
      const from = Math.floor(at * current.length);
      return current.slice(0, from) + put + current.slice(from + cut);
    }, text),
  );

describe('no text makes it throw, loop or touch a prototype', () => {
  test('any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(fc.property(bytes, (b) => behaves(Buffer.from(b).toString('utf8'))));
  });

  test('any run of the characters that mean something', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'{}[],:-?#&*!|>%@`\'"\\ \n\t\rab0.~<='.split('')),
      maxLength: 60,
    });
    fc.assert(fc.property(text, behaves), cases(2000));
  });

  test('a valid document with a few edits', () => {
    fc.assert(fc.property(mutated, behaves), cases(2000));
  });
});
