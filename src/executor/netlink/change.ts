/** Changes: a NetlinkChange as the rtnetlink request that makes it, and what the kernel answers. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { NetlinkChange } from '../../plan/model/netlink-change.js';
import { EADDRNOTAVAIL, EEXIST, ESRCH } from '../linux/errno.js';
import {
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RTM_DELADDR,
  RTM_DELROUTE,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
} from './abi.js';
import { encodeAddress, encodeAddressKey } from './address.js';
import type { ChangeRequest, Connection } from './connection.js';
import type { RequestError, WireError } from './failure.js';
import { encodeNeighbor } from './neighbor.js';
import { encodeRoute } from './route.js';

/** A change as its request. */
interface Encoded {
  readonly request: ChangeRequest;
  /** the errno that says that nothing is left to do; null where the kernel has no such answer */
  readonly alreadyDone: number | null;
}

const encoded = (
  payload: E.Either<WireError, Uint8Array>,
  request: Omit<ChangeRequest, 'payload'>,
  alreadyDone: number | null,
): E.Either<WireError, Encoded> =>
  E.isLeft(payload)
    ? payload
    : E.right({ request: { ...request, payload: payload.right }, alreadyDone });

/** What there is already refuses NLM_F_EXCL, and an exact copy refuses NLM_F_APPEND, with EEXIST. */
const ADDRESS_MODES = {
  add: { flags: NLM_F_CREATE | NLM_F_EXCL, alreadyDone: EEXIST },
  replace: { flags: NLM_F_REPLACE, alreadyDone: null },
} as const;
const ROUTE_MODES = {
  add: { flags: NLM_F_CREATE | NLM_F_EXCL, alreadyDone: EEXIST },
  append: { flags: NLM_F_CREATE | NLM_F_APPEND, alreadyDone: EEXIST },
  replace: { flags: NLM_F_CREATE | NLM_F_REPLACE, alreadyDone: null },
} as const;

const encodeChange = (change: NetlinkChange): E.Either<WireError, Encoded> => {
  switch (change._tag) {
    case 'PutAddress': {
      const { flags, alreadyDone } = ADDRESS_MODES[change.replace ? 'replace' : 'add'];
      const request = { name: 'RTM_NEWADDR', type: RTM_NEWADDR, flags, change };
      return encoded(encodeAddress(change.address), request, alreadyDone);
    }
    case 'RemoveAddress': {
      const key = { ...change.address, ifindex: change.ifindex };
      const request = { name: 'RTM_DELADDR', type: RTM_DELADDR, flags: 0, change };
      return encoded(encodeAddressKey(key), request, EADDRNOTAVAIL);
    }
    case 'PutRoute': {
      const { flags, alreadyDone } = ROUTE_MODES[change.mode];
      const request = { name: 'RTM_NEWROUTE', type: RTM_NEWROUTE, flags, change };
      return encoded(encodeRoute(change.route), request, alreadyDone);
    }
    case 'RemoveRoute': {
      const request = { name: 'RTM_DELROUTE', type: RTM_DELROUTE, flags: 0, change };
      return encoded(encodeRoute(change.route), request, ESRCH);
    }
    case 'PutNeighbor': {
      const flags = NLM_F_CREATE | NLM_F_REPLACE;
      const request = { name: 'RTM_NEWNEIGH', type: RTM_NEWNEIGH, flags, change };
      return encoded(encodeNeighbor(change.neighbor), request, null);
    }
  }
};

type Made = 'done' | 'alreadyDone';

const sendChange =
  (connection: Connection) =>
  ({ request, alreadyDone }: Encoded): IOE.IOEither<RequestError, Made> =>
    pipe(
      connection.request(request),
      IOE.map((): Made => 'done'),
      IOE.orElse((error) =>
        error._tag === 'NetlinkError' && error.errno === alreadyDone
          ? IOE.right('alreadyDone')
          : IOE.left(error),
      ),
    );

/**
 * Makes one change: `alreadyDone` for an address, route or neighbor that is already there when it is to be
 * put, or gone when it is to be removed. A name that the kernel does not have (a scope, a protocol) is a
 * WireError, before anything is sent.
 */
export const change =
  (connection: Connection) =>
  (wanted: NetlinkChange): TE.TaskEither<RequestError, Made> =>
    pipe(
      IOE.fromEither<RequestError, Encoded>(encodeChange(wanted)),
      IOE.flatMap(sendChange(connection)),
      TE.fromIOEither,
      connection.exclusive,
    );
