/** LinkNames: what the links of a state are called. */
import type { NamespaceState } from './state.js';

/** Names of interfaces by ifindex. */
export type LinkNames = ReadonlyMap<number, string>;

export const linkNames = (state: NamespaceState): LinkNames =>
  new Map(state.links.map(({ ifindex, name }) => [ifindex, name]));

/** `eth0`, or `if7` for an index that no link of the state has. */
export const linkName = (names: LinkNames, ifindex: number): string =>
  names.get(ifindex) ?? `if${ifindex}`;
