/** Real dumps decode to the records beside them: fixtures/wire/netlink/NAME.hex to NAME.json. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { describe, expect, test } from 'vitest';
import { addressDump } from '../../../src/executor/netlink/address.js';
import { addressLabelDump } from '../../../src/executor/netlink/address-label.js';
import { connectionOver } from '../../../src/executor/netlink/connection.js';
import type { Dump } from '../../../src/executor/netlink/dump.js';
import { linkDump } from '../../../src/executor/netlink/link.js';
import { neighborDump, proxyNeighborDump } from '../../../src/executor/netlink/neighbor.js';
import { nexthopDump } from '../../../src/executor/netlink/nexthop.js';
import { decodeRoute, encodeRoute, routeDump } from '../../../src/executor/netlink/route.js';
import { ruleDump } from '../../../src/executor/netlink/rule.js';
import { AddressLabel } from '../../../src/plan/model/address-label.js';
import {
  Address,
  Link,
  Neighbor,
  NexthopObject,
  Route,
  Rule,
} from '../../../src/plan/model/state.js';
import { replay, scripted } from './scripted-transport.js';

const kinds: ReadonlyArray<[name: string, dump: Dump<unknown>, codec: t.Mixed]> = [
  ['links', linkDump, Link],
  ['addresses', addressDump, Address],
  ['routes', routeDump, Route],
  ['rules', ruleDump, Rule],
  ['neighbors', neighborDump, Neighbor],
  ['proxy-neighbors', proxyNeighborDump, Neighbor],
  ['nexthops', nexthopDump, NexthopObject],
  ['rule-selectors', ruleDump, Rule],
  ['address-labels', addressLabelDump, AddressLabel],
];

const observed = async (name: string, dump: Dump<unknown>): Promise<ReadonlyArray<unknown>> => {
  const connection = connectionOver(
    scripted((request) => replay(name, request)),
    scripted(),
  );
  const objects = await connection.dump(dump)();
  if (E.isLeft(objects)) throw new Error(JSON.stringify(objects.left));
  return objects.right;
};

describe.each(kinds)('%s', (name, dump, codec) => {
  test('decode to the records beside the dump', async () => {
    const text = readFileSync(`fixtures/wire/netlink/${name}.json`, 'utf8');
    expect(await observed(name, dump)).toStrictEqual(JSON.parse(text));
  });

  test('are what a state document takes', async () => {
    const list = t.readonlyArray(codec);
    const objects = await observed(name, dump);
    expect(list.decode(list.encode(objects))).toStrictEqual(E.right(objects));
  });
});

test('every recorded route can be put back as it was', async () => {
  for (const object of await observed('routes', routeDump)) {
    const { expires: _, ...route } = object as Route;
    if (route.nhid !== undefined) continue; // names the nexthop object alone
    const encoded = encodeRoute(route);
    expect(E.flatMap(decodeRoute)(encoded)).toStrictEqual(E.right(route));
  }
});
