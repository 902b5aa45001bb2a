/** The sandbox's route table of one family, as the fates of packets, in the order in which it is searched. */

import { familyOf } from '../model/address.js';
import { EVERYTHING } from '../model/default-route.js';
import type { NetworkPlan, PlannedAddress } from '../model/network-plan.js';
import type { Family } from '../model/scalars.js';
import type { Target } from '../model/target.js';
import type { Fate } from './fate.js';
import { type Steps, stepsOf, type TableEntry } from './intervals.js';
import { rangeOf } from './prefix-range.js';

/** A NIC without an address of the family has no source for a packet: its routes are passed over. */
export const speaks = (
  family: Family,
  { addresses }: { readonly addresses: ReadonlyArray<PlannedAddress> },
): boolean => addresses.some(({ address }) => familyOf(address) === family);

const DROPPED: Fate = { _tag: 'Drop', type: 'loopback' };

/** Routes of loopback links, then of FD links, then the default gateway: the order of boot.Network. */
export const sandboxTable = (
  plan: NetworkPlan,
  family: Family,
): ReadonlyArray<TableEntry<Fate>> => {
  const fdLinks = plan.fdLinks.filter((link) => speaks(family, link));
  const dropped = plan.loopbackLinks
    .filter((link) => speaks(family, link))
    .flatMap(({ routes }) => routes)
    .filter(({ destination }) => familyOf(destination) === family)
    .map(({ destination }) => ({ range: rangeOf(destination), value: DROPPED }));
  const forwarded = fdLinks.flatMap(({ name, routes }) =>
    routes
      .filter(({ destination }) => familyOf(destination) === family)
      .map(
        ({ destination, gateway }): TableEntry<Fate> => ({
          range: rangeOf(destination),
          value: { _tag: 'Forward', link: name, gateway },
        }),
      ),
  );
  const defaults = plan.defaultGateways
    .filter((at) => at.family === family && fdLinks.some(({ name }) => name === at.link))
    .map(
      ({ link, gateway }): TableEntry<Fate> => ({
        range: rangeOf(EVERYTHING[family]),
        value: { _tag: 'Forward', link, gateway },
      }),
    );
  return [...dropped, ...forwarded, ...defaults];
};

/**
 * What a sandbox of `target` decides for every address of `family`; null is no route. A route on a
 * loopback link drops: the stack looks for the address on itself and does not find it.
 * Source: Stack.FindRoute in pkg/tcpip/stack/stack.go: first match until release-20240715.0, since then
 * the longest prefix.
 */
export const sandboxFates = (
  plan: NetworkPlan,
  target: Pick<Target, 'lookup'>,
  family: Family,
): Steps<Fate> => stepsOf(sandboxTable(plan, family), target.lookup);
