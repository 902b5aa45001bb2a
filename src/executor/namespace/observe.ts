/** Observing a network namespace: one dump per kind of object, all of one moment. */
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
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
const pause = (scans: number): T.Task<void> => T.delay(2 ** (scans - 1))(T.of(undefined));

/** A scan that nothing changed under; null where something did. */
const undisturbedScan = (connection: Connection): TE.TaskEither<DumpError, Lists | null> =>
  pipe(
    TE.fromIOEither<DumpError, boolean>(connection.changed), // what is queued is in the scan already
    TE.flatMap(() => scan(connection)),
    TE.bindTo('lists'),
    TE.bindW('disturbed', () => TE.fromIOEither(connection.changed)),
    TE.map(({ lists, disturbed }) => (disturbed ? null : lists)),
    TE.orElse((error) =>
      error._tag === 'DumpInterrupted' ? TE.right<DumpError, null>(null) : TE.left(error),
    ),
  );

const scanAtRest = (connection: Connection, scans = 1): TE.TaskEither<DumpError, Lists> =>
  pipe(
    undisturbedScan(connection),
    TE.flatMap((lists): TE.TaskEither<DumpError, Lists> => {
      if (lists !== null) return TE.right(lists);
      if (scans === SCANS)
        return TE.left({ _tag: 'DumpInterrupted', request: 'scan', attempts: SCANS });
      return pipe(
        TE.fromTask<void, DumpError>(pause(scans)),
        TE.flatMap(() => scanAtRest(connection, scans + 1)),
      );
    }),
  );

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
  connection.exclusive(
    pipe(
      scanAtRest(connection),
      TE.map((lists) => withExtras(lists, netns, gso)),
    ),
  );
