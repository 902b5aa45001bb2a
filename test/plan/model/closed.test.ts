import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { closed } from '../../../src/plan/model/closed.js';

const Pair = closed('Pair', { left: t.number }, { right: t.string });

const messages = (input: unknown, codec: t.Mixed = Pair) => {
  const result = codec.decode(input);
  return E.isLeft(result)
    ? result.left.map(({ context, message }) => [
        context.map(({ key }) => key).join('.'),
        message ?? context.at(-1)?.type.name,
      ])
    : [];
};

describe('closed', () => {
  test('takes the required keys and leaves absent optional ones absent', () => {
    expect(Pair.decode({ left: 1 })).toStrictEqual(E.right({ left: 1 }));
  });

  test('refuses unknown keys at the key, naming the known ones', () => {
    expect(messages({ left: 1, rihgt: 'x' })).toStrictEqual([
      ['.rihgt', 'no key "rihgt"; the keys are left, right'],
    ]);
  });

  test('refuses keys that every object inherits', () => {
    expect(messages({ left: 1, constructor: 2, toString: 3 }).map(([path]) => path)).toStrictEqual([
      '.constructor',
      '.toString',
    ]);
    expect(messages(JSON.parse('{"left":1,"__proto__":{"right":"x"}}'))).toHaveLength(1);
  });

  test('a required key that only the prototype has is missing', () => {
    expect(messages(Object.create({ left: 1 }))).toStrictEqual([['.left', 'number']]);
    expect(Pair.is(Object.create({ left: 1 }))).toBe(false);
  });

  test('reports every mistake of a record together', () => {
    expect(messages({ left: 'x', right: 2, more: 3 }).map(([path]) => path)).toStrictEqual([
      '.left',
      '.right',
      '.more',
    ]);
  });

  test.each([[null], [undefined], [[]], ['text'], [1]])('refuses %j as a record', (input) => {
    expect(messages(input)).toStrictEqual([['', 'Pair']]);
  });

  test('decodes and encodes in the order of the codec, required keys first', () => {
    const decoded = Pair.decode({ right: 'x', left: 1 });
    expect(E.isRight(decoded) && Object.keys(decoded.right)).toStrictEqual(['left', 'right']);
    expect(Object.keys(Pair.encode({ right: 'x', left: 1 }) as object)).toStrictEqual([
      'left',
      'right',
    ]);
  });

  test('an optional key that is undefined is not encoded', () => {
    const value = { left: 1, right: undefined } as unknown as t.TypeOf<typeof Pair>;
    expect(Pair.encode(value)).toStrictEqual({ left: 1 });
  });

  test('shows its keys', () => {
    expect(Object.keys(Pair.required)).toStrictEqual(['left']);
    expect(Object.keys(Pair.optional)).toStrictEqual(['right']);
  });

  test('stops collecting after a thousand errors of one list', () => {
    const List = closed('List', { items: t.readonlyArray(t.number) });
    expect(messages({ items: Array.from({ length: 5000 }, () => 'x') }, List)).toHaveLength(1000);
    expect(messages({ items: Array.from({ length: 999 }, () => 'x') }, List)).toHaveLength(999);
  });
});
