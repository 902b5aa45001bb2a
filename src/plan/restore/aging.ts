/** aged: the state that would have become of another one if nobody had touched it. */
import type { Address, NamespaceState, Route } from '../model/state.js';

/** An address `seconds` later: lifetimes run down, the preferred one ends in `deprecated`, the valid one in nothing. */
const agedAddress = (a: Address, seconds: number): ReadonlyArray<Address> => {
  if (a.validLft !== null && a.validLft <= seconds) return [];
  const validLft = a.validLft === null ? null : a.validLft - seconds;
  const preferredLft = a.preferredLft === null ? null : Math.max(0, a.preferredLft - seconds);
  const deprecated = preferredLft === 0 && !a.flags.includes('deprecated');
  const flags = deprecated ? [...a.flags, 'deprecated'] : a.flags;
  return [{ ...a, validLft, preferredLft, flags }];
};

const agedRoute = (r: Route, seconds: number): ReadonlyArray<Route> => {
  if (r.expires === undefined) return [r];
  return r.expires <= seconds ? [] : [{ ...r, expires: r.expires - seconds }];
};

/** The state that would have become of `before` in `seconds` (whole, 0 or more) if nobody had touched it. */
export const aged = (before: NamespaceState, seconds: number): NamespaceState =>
  seconds === 0
    ? before
    : {
        ...before,
        addresses: before.addresses.flatMap((a) => agedAddress(a, seconds)),
        routes: before.routes.flatMap((r) => agedRoute(r, seconds)),
      };
