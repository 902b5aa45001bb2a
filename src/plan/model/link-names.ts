/** LinkNames: what the links of a state are called, and which of them a name means. */
import type { LastingObject } from './lasting-object.js';
import type { Link, NamespaceState } from './state.js';

/** Names of interfaces by ifindex. */
export type LinkNames = ReadonlyMap<number, string>;

export const linkNames = (state: NamespaceState): LinkNames =>
  new Map(state.links.map(({ ifindex, name }) => [ifindex, name]));

/** The same of the objects of a plan's account. */
export const namesAmong = (objects: ReadonlyArray<LastingObject>): LinkNames =>
  new Map(
    objects.flatMap((one) => ('link' in one ? [[one.link.ifindex, one.link.name] as const] : [])),
  );

/** For texts in which links are told by their index. */
export const NO_NAMES: LinkNames = new Map();

/** `eth0`, or `if7` for an index that no link of the state has. */
export const linkName = (names: LinkNames, ifindex: number): string =>
  names.get(ifindex) ?? `if${ifindex}`;

/** The link that is called `name`, or has it as an alternative name. The kernel never gives a name to two. */
export const linkCalled = (links: ReadonlyArray<Link>, name: string): Link | undefined =>
  links.find((link) => link.name === name) ??
  links.find(({ altnames }) => altnames?.includes(name) === true);
