/** What the kernel makes of a destination before it looks for a route: the rules that translate it. */
import type { FilterChain, Translation } from '../model/filters.js';
import type { NamespaceState } from '../model/state.js';
import { translationText } from './filter-text.js';

const isSwitchedOn = ({ dormant, hook }: FilterChain): boolean =>
  dormant !== true && hook === 'output';

const changesDestination = ({ kind }: Translation): boolean =>
  kind !== 'snat' && kind !== 'masquerade';

/** What becomes of packets to `address` that applications of the namespace send; empty: nothing that is plain. */
export const translationsOf = (
  { netfilter = [] }: NamespaceState,
  address: string,
): ReadonlyArray<string> =>
  netfilter
    .filter(isSwitchedOn)
    .flatMap(({ translations = [] }) => translations)
    .filter((one) => one.destination === address && changesDestination(one))
    .map(translationText);

/** Whether a chain has to do with `address`: translates what goes to it or comes from it. */
export const isAbout =
  (address: string) =>
  ({ translations = [] }: FilterChain): boolean =>
    translations.some(({ source, destination, to }) =>
      [source, destination, to].some((one) => one === address),
    );
