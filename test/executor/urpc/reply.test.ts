import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { type Reply, replyScanner } from '../../../src/executor/urpc/reply.js';

const LIMIT = 1 << 20;

/** Feeds `bytes` cut at `cuts`: the first outcome that is not null, and how many bytes it took. */
const scan = (bytes: Uint8Array, cuts: ReadonlyArray<number> = [], limit = LIMIT) => {
  const scanner = replyScanner(limit);
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  let start = 0;
  for (const end of ends.sort((a, b) => a - b)) {
    const outcome = scanner(bytes.subarray(start, end));
    if (E.isLeft(outcome) || outcome.right !== null) return outcome;
    start = end;
  }
  return E.right(null);
};
const scanText = (text: string, cuts?: ReadonlyArray<number>, limit?: number) =>
  scan(Buffer.from(text), cuts, limit);

const success = (result: unknown): Reply => ({ success: true, result });

describe('the reply to a urpc call', () => {
  test('is what gVisor sends for success, for no result, and for failure', () => {
    expect(scanText('{"success":true,"err":"","result":{}}')).toStrictEqual(E.right(success({})));
    expect(scanText('{"success":true}')).toStrictEqual(E.right(success(null)));
    expect(scanText('{"success":false,"err":"unknown method","result":null}')).toStrictEqual(
      E.right({ success: false, message: 'unknown method' }),
    );
  });

  test('ends where its value ends, however it is cut, whatever follows', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 20 });
    const blanks = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    fc.assert(
      fc.property(fc.jsonValue(), cuts, blanks, fc.string(), (result, where, before, after) => {
        const text = `${before}${JSON.stringify({ success: true, err: '', result })}${after}`;
        expect(scanText(text, where)).toStrictEqual(
          E.right(success(JSON.parse(JSON.stringify(result)))),
        );
      }),
    );
  });

  test('is not there before its last byte', () => {
    const text = JSON.stringify({ success: true, result: ['}"\\', { a: '\\"}' }] });
    for (let end = 0; end < text.length; end += 1)
      expect(scanText(text.slice(0, end))).toStrictEqual(E.right(null));
  });

  test.each([
    'HTTP/1.1 400 Bad Request',
    '[]',
    '"success"',
    'true',
    '}',
    '{]',
    '{"success":"yes"}',
    '{"success":false,"err":7}',
    '{"succ":true}',
    '{"success":true,}',
  ])('%s is garbage', (text) => {
    expect(scanText(text)).toMatchObject(E.left({ why: 'garbage' }));
  });

  test('is cut off where it is longer than allowed, complete or not', () => {
    const text = JSON.stringify({ success: true, result: 'x'.repeat(100) });
    expect(E.isRight(scanText(text, [], text.length))).toBe(true);
    for (const cut of [[], [10, 20, 99]])
      expect(scanText(text, cut, text.length - 1)).toMatchObject(E.left({ why: 'too-large' }));
    expect(scanText('{'.repeat(50), [], 49)).toMatchObject(E.left({ why: 'too-large' }));
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, cuts) => {
        scan(Buffer.concat([Buffer.from('{'), bytes]), cuts);
      }),
    );
  });

  test('may be nested deep', () => {
    const deep = 100_000;
    const text = `{"success":true,"result":${'['.repeat(deep)}${']'.repeat(deep)}}`;
    expect(scanText(text)).toSatisfy(E.isRight);
  });
});
