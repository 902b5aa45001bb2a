/** Which of two routes to one prefix the kernel takes. */
import type { Route } from '../model/state.js';

/** Router preference of IPv6 routes, RFC 4191; the kernel takes the highest of those of one metric. */
const PREFERENCE: Readonly<Record<string, number>> = { high: 0, medium: 1, low: 2 };
const preference = ({ pref }: Route): number => PREFERENCE[pref ?? 'medium'] ?? 1;

/** For a stable sort: the lowest metric first, then the router preference, and dump order among equals. */
export const byPreference = (a: Route, b: Route): number =>
  (a.metric ?? 0) - (b.metric ?? 0) || preference(a) - preference(b);
