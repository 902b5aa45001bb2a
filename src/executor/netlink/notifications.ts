/** What the kernel says of its own accord: whether anything that a state holds has changed. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import {
  RTM_DELNEIGH,
  RTM_NEWNEIGH,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_IPV6_RULE,
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
  RTNLGRP_NEXTHOP,
} from './abi.js';
import type { RequestError } from './failure.js';
import type { NlMessage } from './message.js';
import { isSetNeighbor } from './neighbor.js';
import { receiveMessages } from './receive.js';
import type { Transport } from './transport.js';

/** The groups whose members are objects of a state. */
export const STATE_GROUPS: ReadonlyArray<number> = [
  RTNLGRP_LINK,
  RTNLGRP_NEIGH,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_IPV6_RULE,
  RTNLGRP_NEXTHOP,
];

/** Neighbors that the kernel learns and forgets come and go without end and decide nothing in a plan. */
const counts = ({ type, payload }: NlMessage): boolean =>
  (type !== RTM_NEWNEIGH && type !== RTM_DELNEIGH) || isSetNeighbor(payload);

/** Datagrams taken at most in one go: more than fit in the socket's 4 MiB, so only an endless flood has them. */
const FLOOD = 65_536;

/**
 * Takes everything that is queued on a socket that has joined `STATE_GROUPS`: whether any of it counts.
 * What the kernel had to drop counts too. Never waits.
 */
export const takeNotifications =
  (transport: Transport, buffer: Uint8Array): IOE.IOEither<RequestError, boolean> =>
  () => {
    let changed = false;
    for (let taken = 0; taken < FLOOD; taken++) {
      const received = receiveMessages(transport, buffer);
      if (E.isLeft(received)) return received;
      if (received.right === null) return E.right(changed);
      changed ||= received.right === 'lost' || received.right.some(counts);
    }
    return E.right(true);
  };
