/** Conditions: what a namespace is waited for to have before it is planned, as a predicate over its state. */

import * as E from 'fp-ts/lib/Either.js';
import { isUnicastDefault } from '../model/default-route.js';
import { linkCalled } from '../model/link-names.js';
import type { Diagnostic } from '../model/network-plan.js';
import { type Family, LinkName, NO_LINK_NAME } from '../model/scalars.js';
import type { Address, Link, NamespaceState, Route } from '../model/state.js';

export type Condition =
  /** the link exists and is UP */
  | { readonly _tag: 'Link'; readonly link: string }
  /** a link other than loopback that is UP has an address of the family that reaches beyond that link */
  | { readonly _tag: 'Address'; readonly family: Family }
  /** the main table has a default route of the family */
  | { readonly _tag: 'Default'; readonly family: Family }
  /** duplicate address detection has ended on every link that is UP; with success or without */
  | { readonly _tag: 'Detection' };

const WORDS: ReadonlyMap<string, Condition> = new Map<string, Condition>([
  ['addr4', { _tag: 'Address', family: 'inet' }],
  ['addr6', { _tag: 'Address', family: 'inet6' }],
  ['default4', { _tag: 'Default', family: 'inet' }],
  ['default6', { _tag: 'Default', family: 'inet6' }],
  ['dad', { _tag: 'Detection' }],
]);

const LINK = 'link=';

/** `link=eth0`, `addr4`, `dad`: the condition as it is written. */
export const conditionText = (condition: Condition): string => {
  switch (condition._tag) {
    case 'Link':
      return `${LINK}${condition.link}`;
    case 'Address':
      return condition.family === 'inet' ? 'addr4' : 'addr6';
    case 'Default':
      return condition.family === 'inet' ? 'default4' : 'default6';
    case 'Detection':
      return 'dad';
  }
};

const parseOne = (word: string): E.Either<string, Condition> => {
  const known = WORDS.get(word);
  if (known !== undefined) return E.right(known);
  if (!word.startsWith(LINK))
    return E.left(`"${word}" is none of link=NAME, ${[...WORDS.keys()].join(', ')}`);
  const link = word.slice(LINK.length);
  return LinkName.is(link)
    ? E.right({ _tag: 'Link', link })
    : E.left(`"${link}" is ${NO_LINK_NAME}`);
};

/** The conditions in a list such as `link=eth0,addr4,dad`, or what is wrong with its first wrong word. */
export const parseConditions = (text: string): E.Either<string, ReadonlyArray<Condition>> =>
  E.traverseArray(parseOne)(text.split(','));

const isUp = ({ flags }: Link): boolean => flags.includes('UP');

/** Indices of the links whose addresses are planned, as far as links decide it. */
const upLinks = ({ links }: NamespaceState): ReadonlySet<number> =>
  new Set(
    links.filter((l) => isUp(l) && !l.flags.includes('LOOPBACK')).map(({ ifindex }) => ifindex),
  );

/** A failed detection leaves both flags. Source: addrconf_dad_stop in net/ipv6/addrconf.c. */
const isTentative = ({ flags }: Address): boolean =>
  flags.includes('tentative') && !flags.includes('dadfailed');

const tentative = (state: NamespaceState): ReadonlyArray<Address> => {
  const up = upLinks(state);
  return state.addresses.filter((a) => up.has(a.ifindex) && isTentative(a));
};

const NARROW_SCOPES = ['link', 'host', 'nowhere'];

/** Why an address is not one to wait for, or null. */
const shortcoming = (address: Address, up: ReadonlySet<number>): string | null => {
  if (address.flags.includes('dadfailed')) return 'dadfailed';
  if (address.flags.includes('tentative')) return 'tentative';
  if (NARROW_SCOPES.includes(address.scope)) return `scope ${address.scope}`;
  return up.has(address.ifindex) ? null : 'on a link that is down or loopback';
};

const isLiveDefault = (route: Route, family: Family): boolean =>
  route.family === family && isUnicastDefault(route) && !route.flags.includes('dead');

const FAMILY_NAMES: Readonly<Record<Family, string>> = { inet: 'IPv4', inet6: 'IPv6' };

const listed = (words: ReadonlyArray<string>): string =>
  words.length === 0 ? 'none' : words.join(', ');

const linkUnmet = ({ links }: NamespaceState, name: string): string | null => {
  const link = linkCalled(links, name);
  if (link === undefined)
    return `there is no link ${name}, but ${listed(links.map((one) => one.name))}`;
  return isUp(link) ? null : `link ${name} is down`;
};

const addressUnmet = (state: NamespaceState, family: Family): string | null => {
  const up = upLinks(state);
  const found = state.addresses
    .filter((address) => address.family === family)
    .map((address) => ({ address, why: shortcoming(address, up) }));
  if (found.some(({ why }) => why === null)) return null;
  const texts = found.map(({ address, why }) => `${address.local} (${why})`);
  return `of the ${FAMILY_NAMES[family]} addresses none can be used: ${listed(texts)}`;
};

const detectionUnmet = (state: NamespaceState): string | null => {
  const left = tentative(state);
  return left.length === 0
    ? null
    : `still being checked for duplicates: ${left.map(({ local }) => local).join(', ')}`;
};

/** Why `condition` does not hold of `state`, or null where it does. */
export const whyUnmet = (state: NamespaceState, condition: Condition): string | null => {
  switch (condition._tag) {
    case 'Link':
      return linkUnmet(state, condition.link);
    case 'Address':
      return addressUnmet(state, condition.family);
    case 'Default':
      return state.routes.some((route) => isLiveDefault(route, condition.family))
        ? null
        : `the main table has no ${FAMILY_NAMES[condition.family]} default route`;
    case 'Detection':
      return detectionUnmet(state);
  }
};

export const allHold =
  (conditions: ReadonlyArray<Condition>) =>
  (state: NamespaceState): boolean =>
    conditions.every((condition) => whyUnmet(state, condition) === null);

const unmetDiagnostic = (condition: Condition, why: string): Diagnostic => ({
  code: 'wait/unmet',
  path: conditionText(condition),
  summary: `waited in vain: ${why}`,
  remedy: 'see why it does not come; give it more time with --timeout, or do not wait for it',
});

/** The conditions that do not hold of the last state seen; all of them where it was never at rest (null). */
export const describeUnmet = (
  conditions: ReadonlyArray<Condition>,
  state: NamespaceState | null,
): ReadonlyArray<Diagnostic> =>
  conditions.flatMap((condition) => {
    const why =
      state === null
        ? 'the namespace changed without pause and could not be read'
        : whyUnmet(state, condition);
    return why === null ? [] : [unmetDiagnostic(condition, why)];
  });
