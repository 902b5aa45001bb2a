/** What the kernel knows of links and no state says in so many words. */
import type { Link, NamespaceState } from '../../../src/plan/model/state.js';

/** Whether IPv6 asks on a link if somebody else has a new address. Source: addrconf_dad_begin. */
export const checksDuplicates = ({ flags }: Link): boolean =>
  !flags.includes('NOARP') && !flags.includes('LOOPBACK');

/** The table of each VRF, which no state tells: the one that its ports' own addresses are local in. */
export const vrfTablesOf = ({ links, routes }: NamespaceState): ReadonlyMap<number, number> =>
  new Map(
    links.flatMap(({ ifindex, master, masterKind }) => {
      const local = routes.find((r) => r.type === 'local' && r.oif === ifindex);
      return master === undefined || masterKind !== 'vrf' || local === undefined
        ? []
        : [[master, local.table] as const];
    }),
  );
