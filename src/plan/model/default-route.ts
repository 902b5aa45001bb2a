/** Default routes: those to everything, which is a length of 0 and never the absence of a destination. */
import { RT_TABLE } from './kernel-names/route.js';
import { type Family, type Prefix, trusted } from './scalars.js';
import type { Route } from './state.js';

/** The destination of a default route. */
export const EVERYTHING: Readonly<Record<Family, Prefix>> = {
  inet: trusted.prefix('0.0.0.0/0'),
  inet6: trusted.prefix('::/0'),
};

/** Whether a prefix is that of all addresses of its family. */
export const isEverything = (prefix: Prefix): boolean => prefix.endsWith('/0');

/** Whether the main table sends what no other route of it takes to somebody. */
export const isUnicastDefault = ({ table, type, dst }: Route): boolean =>
  table === RT_TABLE.main && type === 'unicast' && isEverything(dst);
