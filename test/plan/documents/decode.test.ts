import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { decodeWith, pathText } from '../../../src/plan/documents/decode.js';
import { closed } from '../../../src/plan/model/closed.js';
import { PlanOptions } from '../../../src/plan/model/options.js';
import { IfIndex, IfName, IpAddress, Mtu } from '../../../src/plan/model/scalars.js';
import { Link, Route } from '../../../src/plan/model/state.js';

const errors = (codec: t.Mixed, input: unknown) => {
  const result = decodeWith(codec)(input);
  return E.isLeft(result)
    ? result.left.map(({ reason, path, expected, actual }) => [reason, path, expected, actual])
    : [];
};

const Links = closed('Links', { links: t.readonlyArray(closed('L', { name: IfName, mtu: Mtu })) });
const link = { name: 'eth0', mtu: 1500 };

describe('decodeWith', () => {
  test('gives the path as the author types it', () => {
    expect(errors(Links, { links: [link, { name: 'eth1', mtu: -1 }] })).toStrictEqual([
      ['value', 'links[1].mtu', 'Mtu (0..4294967295)', -1],
    ]);
  });

  test('says that a key is missing', () => {
    expect(errors(Links, { links: [{ name: 'eth1' }] })).toStrictEqual([
      ['missing-key', 'links[0].mtu', 'Mtu (0..4294967295)', undefined],
    ]);
  });

  test('says that a key is unknown', () => {
    expect(errors(Links, { links: [{ ...link, mut: 1 }] })).toStrictEqual([
      ['unknown-key', 'links[0].mut', 'no key "mut"; the keys are name, mtu', 1],
    ]);
  });

  test('reports all mistakes together', () => {
    const input = { links: [{ name: 'a/b', mtu: 1.5 }, 7], extra: true };
    expect(errors(Links, input).map(([, path]) => path)).toStrictEqual([
      'links[0].name',
      'links[0].mtu',
      'links[1]',
      'extra',
    ]);
  });

  test('names what a brand, a list, a mapping and a choice take', () => {
    const Record = closed('Record', {
      index: IfIndex,
      names: t.readonlyArray(IfName),
      sizes: t.readonly(t.record(t.string, Mtu)),
      side: t.keyof({ left: null, right: null }),
    });
    expect(errors(Record, { index: 0, names: 1, sizes: 2, side: 'up' })).toStrictEqual([
      ['value', 'index', 'IfIndex (1..2147483647)', 0],
      ['value', 'names', 'a list of IfName', 1],
      ['value', 'sizes', 'a mapping to Mtu (0..4294967295)', 2],
      ['value', 'side', '"left" or "right"', 'up'],
    ]);
  });

  test('points inside a mapping of raw attributes', () => {
    const route = { family: 'inet', table: 254, type: 'unicast', dst: '0.0.0.0/0' };
    const rest = { protocol: 'static', scope: 'global', flags: [] };
    expect(errors(Route, { ...route, ...rest, other: { 30: 5 } })).toStrictEqual([
      ['value', 'other[30]', 'string', 5],
    ]);
  });
});

describe('the alternatives of a union', () => {
  test('become one error when none takes this kind of value', () => {
    const Gateway = closed('Gateway', { gateway: t.union([IpAddress, t.null]) });
    expect(errors(Gateway, { gateway: '10.0.0' })).toStrictEqual([
      ['value', 'gateway', 'IpAddress or null', '10.0.0'],
    ]);
    expect(errors(Gateway, {})).toStrictEqual([
      ['missing-key', 'gateway', 'IpAddress or null', undefined],
    ]);
  });

  test('become the errors of the one that was meant', () => {
    expect(errors(PlanOptions, { defaultRoute: { link: '', lnk: 1 } })).toStrictEqual([
      ['value', 'defaultRoute.link', 'LinkName', ''],
      ['unknown-key', 'defaultRoute.lnk', 'no key "lnk"; the keys are link', 1],
    ]);
    expect(errors(PlanOptions, { defaultRoute: 'first' })).toStrictEqual([
      ['value', 'defaultRoute', '"error" or "metric" or DefaultRouteLink', 'first'],
    ]);
  });

  test('are merged at every depth and leave no index in the path', () => {
    const Inner = closed('Inner', { value: t.union([t.number, t.null]) });
    const Outer = closed('Outer', { list: t.readonlyArray(t.union([t.boolean, Inner])) });
    expect(errors(Outer, { list: [true, { value: 'x' }, 'y'] })).toStrictEqual([
      ['value', 'list[1].value', 'number or null', 'x'],
      ['value', 'list[2]', 'boolean or Inner', 'y'],
    ]);
  });

  test('of two that could be meant stay one error', () => {
    const Either = t.union([closed('A', { a: t.number }), closed('B', { b: t.number })]);
    expect(errors(closed('Holder', { x: Either }), { x: { c: 1 } })).toStrictEqual([
      ['value', 'x', 'A or B', { c: 1 }],
    ]);
  });
});

test('the whole has an empty path', () => {
  expect(errors(Link, 5)).toStrictEqual([['value', '', 'Link', 5]]);
});

test('keys that are no names are quoted in brackets', () => {
  expect(pathText(['a', '0', 'b c', 'd-e'])).toBe('a[0]["b c"].d-e');
});
