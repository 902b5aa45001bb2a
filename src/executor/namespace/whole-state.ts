/** The whole state of a namespace: what rtnetlink has of it, and what else steers its packets. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Filters } from '../../plan/model/filters.js';
import type { NamespaceState } from '../../plan/model/state.js';
import type { Netns } from '../effects/capabilities.js';
import type { ExecError } from '../failures/failure.js';

/** What is of a link that has gone since is nothing any more. */
const ofLinks = <A extends { readonly ifindex?: number }>(
  { links }: NamespaceState,
  objects: ReadonlyArray<A>,
): ReadonlyArray<A> =>
  objects.filter(
    ({ ifindex }) => ifindex === undefined || links.some((link) => link.ifindex === ifindex),
  );

const joined = (state: NamespaceState, filters: Filters): NamespaceState => {
  const { linkFilters, sysctls, ...others } = filters;
  return {
    ...state,
    ...others,
    ...(linkFilters === undefined ? {} : { linkFilters: ofLinks(state, linkFilters) }),
    ...(sysctls === undefined ? {} : { sysctls: ofLinks(state, sysctls) }),
  };
};

/** `state` of `netns`, with its filters as they are now. */
export const withFilters =
  (netns: Pick<Netns, 'filters'>) =>
  (state: NamespaceState): TE.TaskEither<ExecError, NamespaceState> =>
    pipe(
      netns.filters,
      TE.map((filters) => joined(state, filters)),
    );

/** What plans are made from, and compared with before they are carried out. */
export const observeWhole = (
  netns: Pick<Netns, 'observe' | 'filters'>,
): TE.TaskEither<ExecError, NamespaceState> => pipe(netns.observe, TE.flatMap(withFilters(netns)));
