/** Observing a network namespace: one dump per kind of object, all of one moment. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { IfName } from '../../plan/model/scalars.js';
import type { NamespaceState, NetnsIdentity } from '../../plan/model/state.js';
import { EOPNOTSUPP } from '../linux/errno.js';
import { addressDump } from '../netlink/address.js';
import type { Connection } from '../netlink/connection.js';
import type { DumpError } from '../netlink/failure.js';
import { linkDump } from '../netlink/link.js';
import { neighborDump, proxyNeighborDump } from '../netlink/neighbor.js';
import { nexthopDump } from '../netlink/nexthop.js';
import { routeDump } from '../netlink/route.js';
import { ruleDump } from '../netlink/rule.js';

/** What belongs to a state and rtnetlink does not say. */
export interface Extras {
  readonly netns: NetnsIdentity;
  /** ETHTOOL_GGSO of a link of the namespace; undefined where it cannot be asked */
  readonly gso: (name: IfName) => boolean | undefined;
}

type Lists = Pick<
  NamespaceState,
  'links' | 'addresses' | 'routes' | 'rules' | 'neighbors' | 'nexthops'
>;

/** A kernel without policy routing, or older than nexthop objects (5.3), has none of them. */
const orNone = <A>(
  dumped: TE.TaskEither<DumpError, ReadonlyArray<A>>,
): TE.TaskEither<DumpError, ReadonlyArray<A>> =>
  pipe(
    dumped,
    TE.orElse((error) =>
      error._tag === 'NetlinkError' && error.errno === EOPNOTSUPP ? TE.right([]) : TE.left(error),
    ),
  );

/** One dump per kind for the whole namespace, never one per link. Proxy neighbors follow the others. */
const scan = ({ dump }: Connection): TE.TaskEither<DumpError, Lists> =>
  pipe(
    TE.Do,
    TE.bind('links', () => dump(linkDump)),
    TE.bind('addresses', () => dump(addressDump)),
    TE.bind('routes', () => dump(routeDump)),
    TE.bind('rules', () => orNone(dump(ruleDump))),
    TE.bind('learnt', () => dump(neighborDump)),
    TE.bind('proxies', () => dump(proxyNeighborDump)),
    TE.bind('nexthops', () => orNone(dump(nexthopDump))),
    TE.map(({ learnt, proxies, ...lists }) => ({ ...lists, neighbors: [...learnt, ...proxies] })),
  );

/** How often a namespace is scanned before it counts as never at rest. */
const SCANS = 10;

/** 1, 2, 4 ... milliseconds: about a second before the last scan, time enough for a link to be set up. */
const pause = (scans: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 2 ** (scans - 1)));

/** A scan that nothing changed under; null where something did. */
const undisturbedScan =
  (connection: Connection): TE.TaskEither<DumpError, Lists | null> =>
  async () => {
    const before = connection.changed(); // what is queued is in the scan already
    if (E.isLeft(before)) return before;
    const lists = await scan(connection)();
    if (E.isLeft(lists)) return lists.left._tag === 'DumpInterrupted' ? E.right(null) : lists;
    const during = connection.changed();
    if (E.isLeft(during)) return during;
    return E.right(during.right ? null : lists.right);
  };

/**
 * The namespace's state: every object of it, lists in the kernel's dump order.
 *
 * A dump is of one moment and the kernel says when it is not, but nothing spans two dumps: an address
 * deleted between them would be there and its routes gone. So a second socket listens from before the
 * first dump, and if it has heard of any change after the last one, the scan is started over: ten times
 * at most, then DumpInterrupted. The kernel notifies before it goes on to what follows from a change
 * (__inet_insert_ifa, inet_del_ifa), so no effect is seen whose cause was not heard.
 */
export const observe = (
  connection: Connection,
  { netns, gso }: Extras,
): TE.TaskEither<DumpError, NamespaceState> =>
  connection.exclusive(async () => {
    for (let scans = 1; scans <= SCANS; scans++) {
      const lists = await undisturbedScan(connection)();
      if (E.isLeft(lists)) return lists;
      if (lists.right !== null) return E.right(withExtras(lists.right, netns, gso));
      await pause(scans);
    }
    return E.left({ _tag: 'DumpInterrupted', request: 'scan', attempts: SCANS });
  });

const withExtras = (lists: Lists, netns: NetnsIdentity, gso: Extras['gso']): NamespaceState => ({
  kind: 'NamespaceState',
  formatVersion: 1,
  ...lists,
  links: lists.links.map((link) => {
    const segments = gso(link.name);
    return segments === undefined ? link : { ...link, gso: segments };
  }),
  netns,
});
