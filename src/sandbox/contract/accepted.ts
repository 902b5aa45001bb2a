/** AcceptedNetwork: the network that a sandbox has after the call. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';

const textOrNull = t.union([t.string, t.null]);

/** One interface of the sandbox, numbered from 1 in the order of the call. */
export const AcceptedNic = closed('AcceptedNic', {
  name: t.string,
  kind: t.keyof({ loopback: null, fd: null }),
  /** bytes, without the link header */
  mtu: t.number,
  /** `02:42:0a:01:02:03`; null: no MAC header on its frames */
  mac: textOrNull,
  addresses: t.readonlyArray(closed('AcceptedAddress', { address: t.string, prefixLen: t.number })),
  neighbors: t.readonlyArray(
    closed('AcceptedNeighbor', { address: t.string, linkAddress: t.string }),
  ),
  /** descriptors, taken from the call's in order; 0 for loopback */
  channels: t.number,
  /** host: every frame has a virtio_net_hdr of 10 bytes before it */
  gso: t.keyof({ host: null, gvisor: null, off: null }),
});
export type AcceptedNic = t.TypeOf<typeof AcceptedNic>;

export const AcceptedRoute = closed('AcceptedRoute', {
  destination: t.string,
  gateway: textOrNull,
  /** name of the interface */
  nic: t.string,
  /** bytes; 0 means the interface's own */
  mtu: t.number,
});
export type AcceptedRoute = t.TypeOf<typeof AcceptedRoute>;

export const AcceptedNetwork = closed('AcceptedNetwork', {
  nics: t.readonlyArray(AcceptedNic),
  /** in lookup order: the first that matches decides */
  routeTable: t.readonlyArray(AcceptedRoute),
});
export type AcceptedNetwork = t.TypeOf<typeof AcceptedNetwork>;
