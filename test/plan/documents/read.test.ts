import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { PlanOrState } from '../../../src/plan/documents/plan-or-state.js';
import {
  describeDocumentError,
  readDocument,
  writeDocument,
} from '../../../src/plan/documents/read.js';
import { NetworkPlan } from '../../../src/plan/model/network-plan.js';
import { PlanOptions } from '../../../src/plan/model/options.js';
import { trusted } from '../../../src/plan/model/scalars.js';
import { NamespaceState } from '../../../src/plan/model/state.js';

const STATE = `kind: NamespaceState
formatVersion: 1
links:
  - ifindex: 1
    name: lo
    flags: [ LOOPBACK, UP ]
    type: loopback
    mtu: 65536
  - { ifindex: 2, name: eth0, flags: [], type: ether, mtu: 1500 }
addresses: []
routes: []
rules: []
neighbors: []
nexthops: []
`;

const state: NamespaceState = {
  kind: 'NamespaceState',
  formatVersion: 1,
  links: [
    {
      ifindex: trusted.ifIndex(1),
      name: trusted.ifName('lo'),
      flags: ['LOOPBACK', 'UP'],
      type: 'loopback',
      mtu: 65536,
    },
    {
      ifindex: trusted.ifIndex(2),
      name: trusted.ifName('eth0'),
      flags: [],
      type: 'ether',
      mtu: 1500,
    },
  ],
  addresses: [],
  routes: [],
  rules: [],
  neighbors: [],
  nexthops: [],
};

/** Each error as `code path: summary`. */
const refusal = (text: string, codec: t.Mixed = NamespaceState) => {
  const result = readDocument(codec, text);
  return E.isLeft(result)
    ? result.left.map(describeDocumentError).map((d) => `${d.code} ${d.path}: ${d.summary}`)
    : [];
};

describe('readDocument', () => {
  test('reads YAML', () => {
    expect(readDocument(NamespaceState, STATE)).toStrictEqual(E.right(state));
  });

  test('reads the same from JSON, on one line or indented, by spaces or tabs', () => {
    for (const indent of [undefined, 2, '\t'])
      expect(readDocument(NamespaceState, JSON.stringify(state, null, indent))).toStrictEqual(
        E.right(state),
      );
  });

  test.each([
    ['Windows line ends', STATE.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${STATE}`],
    ['no newline at the end', STATE.trimEnd()],
    ['a start and an end marker', `# a\n---\n${STATE}...\n# end\n`],
    ['comments and empty lines', STATE.replaceAll('\n', ' # why\n\n  # more\n')],
  ])('reads it with %s', (_, text) => {
    expect(readDocument(NamespaceState, text)).toStrictEqual(E.right(state));
  });

  test('reports every mistake together, each at its line and column', () => {
    const text = STATE.replace('mtu: 65536', 'mtu: -1')
      .replace('name: eth0', 'nmae: eth0')
      .replace('rules: []', 'rules: 5');
    expect(refusal(text)).toStrictEqual([
      'document/value links[0].mtu: line 8, column 10: expected Mtu (0..4294967295), got -1',
      'document/missing-key links[1].name: line 9, column 5: expected IfName, got nothing',
      expect.stringContaining(
        'document/unknown-key links[1].nmae: line 9, column 19: no key "nmae"',
      ),
      'document/value rules: line 12, column 8: expected a list of Rule, got 5',
    ]);
  });

  test('finds the places in JSON on one line, too', () => {
    const text = JSON.stringify({ ...state, rules: [{ family: 'inet' }] });
    const column = text.indexOf('{"family":"inet"}') + 1;
    expect(refusal(text)).toStrictEqual([
      `document/missing-key rules[0].priority: line 1, column ${column}: expected U32 (0..4294967295), got nothing`,
      `document/missing-key rules[0].action: line 1, column ${column}: expected string, got nothing`,
    ]);
  });

  test('a missing top-level key is at the start', () => {
    expect(refusal('{}', PlanOptions)).toStrictEqual([]);
    expect(refusal(STATE.replace('rules: []\n', ''))).toStrictEqual([
      'document/missing-key rules: line 1, column 1: expected a list of Rule, got nothing',
    ]);
  });

  test('says which document it got', () => {
    expect(refusal(STATE, NetworkPlan)).toStrictEqual([
      'document/wrong-kind kind: line 1, column 7: expected NetworkPlan, got "NamespaceState"',
    ]);
  });

  test('says that a format is newer, and nothing else', () => {
    const text = STATE.replace('formatVersion: 1', 'formatVersion: 2').replace('rules', 'ruels');
    expect(refusal(text)).toStrictEqual([
      'document/newer-format formatVersion: line 2, column 16: expected formatVersion 1, got 2',
    ]);
    expect(refusal(STATE.replace('formatVersion: 1', 'formatVersion: 0'))).toStrictEqual([
      'document/value formatVersion: line 2, column 16: expected 1, got 0',
    ]);
  });

  test.each<t.Mixed>([NetworkPlan, PlanOrState])(
    'says that a plan of format 1 has to be made again: %#',
    (codec) => {
      const text =
        'kind: NetworkPlan\nformatVersion: 1\nobjects: [{ object: "links[0]", what: link 1 lo }]\n';
      const result = readDocument(codec, text);
      expect(E.isLeft(result) && result.left.map(describeDocumentError)).toStrictEqual([
        {
          code: 'document/older-format',
          path: 'formatVersion',
          summary: 'line 2, column 16: expected formatVersion 2, got 1',
          remedy: 'plan again: netplan plan SOURCE -o FILE',
        },
      ]);
    },
  );

  test('reads either document by its kind, and says which kinds there are', () => {
    const newer = STATE.replace('formatVersion: 1', 'formatVersion: 2');
    const codes = (text: string) => {
      const result = readDocument(PlanOrState, text);
      return E.isLeft(result) ? result.left.map(({ code, path }) => [code, path]) : 'read';
    };
    expect(codes(STATE)).toBe('read');
    expect(codes(newer)).toStrictEqual([['document/newer-format', 'formatVersion']]);
    expect(codes('kind: Other')).toStrictEqual([['document/value', 'kind']]);
  });

  test('tells a number that should have been text to be quoted', () => {
    const result = readDocument(NamespaceState, STATE.replace('name: eth0', 'name: 1e5'));
    const [error] = E.isLeft(result) ? result.left : [];
    expect(error && describeDocumentError(error)).toStrictEqual({
      code: 'document/value',
      path: 'links[1].name',
      summary: 'line 9, column 25: expected IfName, got 100000',
      remedy: 'correct links[1].name; if it is text, put it in quotes',
    });
  });
});

describe('a link address without quotes', () => {
  const read = (address: string) =>
    readDocument(NamespaceState, STATE.replace('mtu: 1500', `mtu: 1500, address: ${address}`));

  test.each(['02:42:0a:01:02:03', '10:20:30:40:50:59', '00:00:00:00:00:00'])('%s', (address) => {
    const result = read(address);
    expect(E.isRight(result) && result.right.links[1]?.address).toBe(address);
  });

  test.each(['0e5', '1e5', '12', '0x02', '02:42'.slice(0, 2)])('%s is refused', (address) => {
    expect(E.isLeft(read(address))).toBe(true);
  });
});

describe('writeDocument', () => {
  test('is what readDocument reads', () => {
    expect(writeDocument(NamespaceState, state)).toBe(`kind: NamespaceState
formatVersion: 1
links:
  - { ifindex: 1, name: lo, flags: [ LOOPBACK, UP ], type: loopback, mtu: 65536 }
  - { ifindex: 2, name: eth0, flags: [], type: ether, mtu: 1500 }
addresses: []
routes: []
rules: []
neighbors: []
nexthops: []
`);
    expect(readDocument(NamespaceState, writeDocument(NamespaceState, state))).toStrictEqual(
      E.right(state),
    );
  });

  test('writes one line per planned route, and the same for any order of keys', () => {
    const PlannedRoutes = NetworkPlan.required.fdLinks.type.required.routes;
    const route = PlannedRoutes.decode([
      { from: ['routes[0]'], mtu: 1450, gateway: null, destination: '10.0.0.0/24' },
    ]);
    expect(E.isRight(route) && writeDocument(PlannedRoutes, route.right)).toBe(
      '- { destination: 10.0.0.0/24, gateway: null, from: [ "routes[0]" ], mtu: 1450 }\n',
    );
  });

  test('an empty document is one that can be read', () => {
    expect(writeDocument(PlanOptions, {})).toBe('{}\n');
    expect(readDocument(PlanOptions, '{}\n')).toStrictEqual(E.right({}));
  });
});
