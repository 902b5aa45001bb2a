import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDocument } from '../../../src/plan/documents/read.js';
import { writeYaml } from '../../../src/plan/documents/write.js';
import { anyText } from '../../support/any-text.js';
import { cases } from '../../support/cases.js';

const read = (text: string) => readDocument(t.unknown, text);

/** Text that YAML readers have been known to take for something else, among any other. */
const odd = fc.constantFrom(
  ...[
    '',
    ' ',
    'null',
    '~',
    'true',
    'No',
    'off',
    'y',
    '1e3',
    '0x10',
    '010',
    '0o7',
    '1_000',
    '1.5',
    '.5',
  ],
  ...[
    '.inf',
    '-.INF',
    '.nan',
    '-',
    '--',
    '---',
    '...',
    '?',
    ':',
    '::',
    '::1',
    'fe80::',
    'a: b',
    'a #b',
  ],
  ...[
    '#',
    '- a',
    '[',
    ']',
    '{a}',
    'a,b',
    '&a',
    '*a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
    '`a',
    '<<',
    '=',
    '"',
    "'",
  ],
  ...[
    '02:42:0a:00:00:01',
    '10:20:30:40:50:59',
    '12:30',
    '2001-01-01',
    'we.ird~é',
    'eth0 ',
    ' eth0',
    'a\tb',
  ],
  ...[
    'a\nb',
    'a\r\nb',
    '\u2028',
    '\u0085',
    '\ufeff',
    '\ufffd',
    '\x00',
    '\x7f',
    '\x1b[0m',
    '\ud83d\ude00',
  ],
  ...[
    'routes[0]',
    '192.0.2.0/24',
    'default via 10.0.0.1 dev eth0',
    'constructor',
    'toString',
    '1',
    '-1',
  ],
);
const awkwardText = fc.oneof(
  odd,
  anyText(),
  fc.string(),
  fc.array(odd).map((a) => a.join(' ')),
);

const valueWith = (text: fc.Arbitrary<string>) =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((n) => n + 0),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value;

describe('what writeYaml writes', () => {
  const value = valueWith(awkwardText);

  test('readDocument reads back', () => {
    fc.assert(
      fc.property(value, (v) => {
        expect(read(writeYaml(v))).toEqual(E.right(v));
      }),
      cases(1000),
    );
  });

  test('any YAML 1.2 and 1.1 reader takes for the same', () => {
    fc.assert(
      fc.property(value, (v) => {
        const text = writeYaml(v);
        expect(parse(text, { stringKeys: true })).toEqual(v);
        expect(parse(text, { version: '1.1', stringKeys: true })).toEqual(v);
      }),
      cases(1000),
    );
  });

  test('has no line that wraps: one line per short record', () => {
    expect(writeYaml({ a: [{ b: 'x y'.repeat(40) }], c: { d: [1] }, e: 'long '.repeat(60) })).toBe(
      `a:\n  - { b: ${'x y'.repeat(40)} }\nc: { d: [ 1 ] }\ne: "${'long '.repeat(60)}"\n`,
    );
  });

  test('keeps long text with line breaks on one line', () => {
    const text = 'a line\n'.repeat(30);
    expect(writeYaml({ a: text })).toBe(`a: ${JSON.stringify(text)}\n`);
  });

  test('escapes what reorders or hides text on a terminal', () => {
    const hidden = '\u202e\u200b\u2066\ufeff\u{e0041}\x9b';
    const text = writeYaml({ [`k${hidden}`]: [hidden, { a: `x ${hidden}` }] });
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(read(text)).toStrictEqual(E.right({ [`k${hidden}`]: [hidden, { a: `x ${hidden}` }] }));
  });

  test('breaks records that are too long for a line', () => {
    const long = 'x'.repeat(150);
    expect(
      writeYaml([{ a: long, b: { c: long, d: [long, long] } }, [[{ a: long, b: long }]]]),
    ).toBe(
      [
        `- a: ${long}`,
        '  b:',
        `    c: ${long}`,
        '    d:',
        `      - ${long}`,
        `      - ${long}`,
        `- - - a: ${long}`,
        `      b: ${long}`,
        '',
      ].join('\n'),
    );
  });
});

describe('readDocument', () => {
  test('reads all JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(valueWith(awkwardText), fc.constantFrom(undefined, 1, '\t'), (v, indent) => {
        const text = JSON.stringify(v, null, indent);
        const result = read(text);
        const raw = /[\x7f-\x9f\ufeff\ufffd-\uffff]/.test(text); // in a file these are mistakes
        if (!raw) expect(result).toEqual(E.right(JSON.parse(text)));
        else if (E.isLeft(result)) expect(result.left[0].code).toBe('document/characters');
      }),
    );
  });

  test('finds every value of JSON that YAML readers take for the same, at its line and column', () => {
    fc.assert(
      fc.property(awkwardText, fc.constantFrom(undefined, 1, '\t'), (s, indent) => {
        const text = JSON.stringify({ a: [s, { b: null }] }, null, indent);
        fc.pre(!/[\x7f-\x9f\ufeff\ufffd-\uffff]/.test(text));
        const found = readDocument(
          t.type({ a: t.tuple([t.string, t.type({ b: t.string })]) }),
          text,
        );
        const at = text.lastIndexOf('null');
        const lines = text.slice(0, at).split('\n');
        expect(E.isLeft(found) && found.left).toMatchObject([
          { path: 'a[1].b', line: lines.length, column: (lines.at(-1) ?? '').length + 1 },
        ]);
      }),
    );
  });

  test.each([
    ['decimal', '[ 0, 10, -3, +4, 1.5, 1e3, .5 ]', [0, 10, -3, 4, 1.5, 1000, 0.5]],
    ['hex and octal', '[ 0x1F, 0o17 ]', [31, 15]],
    ['words', '[ null, ~, true, False, yes, on ]', [null, null, true, false, 'yes', 'on']],
    [
      'text with digits',
      '[ 1_000, 12:30, 0b1, 0x, 1.2.3.4, 1e, - ]'.replace(', - ]', ' ]'),
      ['1_000', '12:30', '0b1', '0x', '1.2.3.4', '1e'],
    ],
    ['keys as they are', '{ 1: a, null: b, 0x10: c }', { 1: 'a', null: 'b', '0x10': 'c' }],
    ['a missing value as null', 'a:\nb: { c: , d: ~ }', { a: null, b: { c: null, d: null } }],
    ['a list in the column of its key', 'a:\n- 1\n- 2\nb: 3', { a: [1, 2], b: 3 }],
    ['lists in lists', '- - 1\n  - 2\n-\n  - 3', [[1, 2], [3]]],
    ['records in lists', '- a: 1\n  b: 2\n- c:\n    d: 3', [{ a: 1, b: 2 }, { c: { d: 3 } }]],
    ['text over several lines', 'a: "x\n  y"\nb: |\n  z\n', { a: 'x y', b: 'z\n' }],
    ['comments', '# x\na: 1 # y\nb: "#" # z\nc: a#b', { a: 1, b: '#', c: 'a#b' }],
    ['quotes', `a: 'it''s'\nb: "\\x41\\u00e9\\U0001F600\\/\\e"`, { a: "it's", b: 'Aé😀/\x1b' }],
    [
      'own keys named as inherited ones',
      '{ constructor: 1, toString: 2 }',
      { constructor: 1, toString: 2 },
    ],
  ])('reads %s', (_, text, value) => {
    expect(read(text)).toStrictEqual(E.right(value));
  });
});
