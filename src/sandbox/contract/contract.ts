/** The network set-up call as the sentry checks it: what it refuses, with its words, and what it makes of the rest. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import { parseAddress, prefixLenOf } from '../../plan/model/address.js';
import { formatLinkAddress } from '../../plan/model/link-address.js';
import { LATEST, type Target } from '../../plan/model/target.js';
import { acceptRoute } from './accept-route.js';
import type { AcceptedNetwork, AcceptedNic, AcceptedRoute } from './accepted.js';
import type { AddressArg, FdLinkArg, LoopbackArg, NetworkArgs, RouteArg } from './args.js';
import { goQuoted } from './go-quote.js';

/** Loopback's MTU: 65536 less the Ethernet header that it has had since 2021-08. Source: pkg/tcpip/link/loopback, ethernet. */
const LOOPBACK_MTU = 65_522;

/** The server's answer to an interface whose name it has already, as at every second call. */
export const duplicateNic = (id: number, name: string): string =>
  `CreateNICWithOptions(${id}, _, {Name:${name} Disabled:false Context:<nil> QDisc:<nil> GROTimeout:0s}) failed: duplicate nic id`;

type Checked<A> = E.Either<string, A>;

/** Channels of a link: before 2019-06 there was no field for it and one socket each. */
const channelsOf = (target: Target, link: FdLinkArg): number =>
  target.multiChannel ? link.channels : 1;

const checkFiles = (args: NetworkArgs, files: number, target: Target): Checked<void> => {
  if (args.fdLinks.length > 0 && args.xdpLinks > 0)
    return E.left('received both fdbased and XDP links, but only one can be used at a time');
  if (args.xdpLinks > 0) return E.left('XDP links are not served here');
  if (!target.multiChannel)
    return files === args.fdLinks.length
      ? E.right(undefined)
      : E.left('FilePayload must be same length at FDBasedLinks');
  const sockets = args.fdLinks.reduce((sum, link) => sum + link.channels, 0);
  const wanted = sockets + Number(args.pcap) + Number(args.natBlob);
  return files === wanted
    ? E.right(undefined)
    : E.left(
        `args.FilePayload.Files has ${files} FDs but we need ${wanted} entries based on FDBasedLinks, XDPLinks, and PCAP`,
      );
};

const acceptRoutes = (
  nic: string,
  routes: ReadonlyArray<RouteArg>,
): Checked<ReadonlyArray<AcceptedRoute>> =>
  pipe(
    routes,
    E.traverseArray((route) => acceptRoute(nic, route)),
    E.map(RA.filter((route) => route !== null)),
  );

/** Ethernet protocol numbers, which the sentry's message has. Source: pkg/tcpip/header. */
const ETHERTYPE = { inet: 0x0800, inet6: 0x86dd } as const;

/** Addresses with a length; one without an address is taken by a sentry and used for nothing. */
const acceptAddresses = (
  id: number,
  args: ReadonlyArray<AddressArg>,
): Checked<AcceptedNic['addresses']> => {
  const out: Array<AcceptedNic['addresses'][number]> = [];
  for (const { address, prefixLen } of args) {
    const bytes = address === null ? null : parseAddress(address);
    if (address === null || bytes === null) continue;
    const bits = prefixLen ?? bytes.length * 8;
    if (out.some((other) => other.address === address)) {
      const protocol = bytes.length === 4 ? ETHERTYPE.inet : ETHERTYPE.inet6;
      return E.left(
        `AddProtocolAddress(${id}, {Protocol:${protocol} AddressWithPrefix:${address}/${bits}}, {}) failed: duplicate address`,
      );
    }
    out.push({ address, prefixLen: bits });
  }
  return E.right(out);
};

const macText = (bytes: Uint8Array | null): string | null =>
  bytes === null || bytes.length === 0 ? null : formatLinkAddress(bytes);

const gsoTakenFrom = ({ gsoMaxSize, gvisorGso }: FdLinkArg): AcceptedNic['gso'] => {
  if (gsoMaxSize === 0) return 'off';
  return gvisorGso ? 'gvisor' : 'host';
};

/** Static neighbors; errors about single ones are ignored by the sentry. */
const neighborsOf = (link: FdLinkArg): AcceptedNic['neighbors'] =>
  link.neighbors.flatMap(({ address, linkAddress }) => {
    const text = macText(linkAddress);
    return address === null || text === null ? [] : [{ address, linkAddress: text }];
  });

/**
 * The address that frames carry. Until 2021-09 every FD link had MAC headers, with a random address where
 * none came; here that is a fixed one, by the link's number.
 */
const macOf = (id: number, { linkAddress }: FdLinkArg, target: Target): string | null => {
  const standIn = target.ipLinks ? null : formatLinkAddress(Uint8Array.of(2, 0, 0, 0, 0, id));
  return macText(linkAddress) ?? standIn;
};

/** What a link is apart from its addresses. */
const nicOf = (
  id: number,
  link: LoopbackArg | FdLinkArg,
  target: Target,
): Omit<AcceptedNic, 'addresses'> =>
  'channels' in link
    ? {
        name: link.name,
        kind: 'fd',
        mtu: link.mtu,
        mac: macOf(id, link, target),
        neighbors: neighborsOf(link),
        channels: channelsOf(target, link),
        gso: gsoTakenFrom(link),
      }
    : {
        name: link.name,
        kind: 'loopback',
        mtu: LOOPBACK_MTU,
        mac: null,
        neighbors: [],
        channels: 0,
        gso: 'off',
      };

interface AcceptedLink {
  readonly nic: AcceptedNic;
  readonly routes: ReadonlyArray<AcceptedRoute>;
}

/** Names are unique since loopback became one link, 2020-02. Source: Stack.CreateNICWithOptions. */
const checkNic = (
  nic: Omit<AcceptedNic, 'addresses'>,
  before: ReadonlyArray<{ readonly name: string }>,
  target: Target,
): Checked<void> => {
  if (nic.kind === 'fd' && nic.channels < 1)
    return E.left('opts.FD is empty, at least one FD must be specified');
  const repeated = nic.name !== '' && before.some(({ name }) => name === nic.name);
  return repeated && target.loopback === 'merged'
    ? E.left(duplicateNic(before.length + 1, nic.name))
    : E.right(undefined);
};

const acceptLink =
  (links: ReadonlyArray<LoopbackArg | FdLinkArg>, target: Target) =>
  (i: number, link: LoopbackArg | FdLinkArg): Checked<AcceptedLink> => {
    const nic = nicOf(i + 1, link, target);
    return pipe(
      checkNic(nic, links.slice(0, i), target),
      E.flatMap(() => acceptAddresses(i + 1, link.addresses)),
      E.flatMap((addresses) =>
        pipe(
          acceptRoutes(nic.name, link.routes),
          E.map((routes) => ({ nic: { ...nic, addresses }, routes })),
        ),
      ),
    );
  };

/** Default routes; one whose address, mask and gateway are all nil is none at all. */
const acceptGateways = (
  gateways: NetworkArgs['gateways'],
  names: ReadonlySet<string>,
): Checked<ReadonlyArray<AcceptedRoute>> =>
  pipe(
    gateways.filter(({ route: { ip, mask, gateway } }) => ip ?? mask ?? gateway),
    E.traverseArray(({ link, route }) =>
      names.has(link)
        ? acceptRoute(link, route)
        : E.left(`invalid interface name ${goQuoted(link)} for default route`),
    ),
    E.map(RA.filter((route) => route !== null)),
  );

/** Since 20240715.0 longer prefixes come first and equal ones keep their order; before, the call's order stands. */
const asLookedUp = (
  routes: ReadonlyArray<AcceptedRoute>,
  lookup: Target['lookup'],
): ReadonlyArray<AcceptedRoute> =>
  lookup === 'longest-prefix'
    ? routes.toSorted((a, b) => prefixLenOf(b.destination) - prefixLenOf(a.destination))
    : routes;

/**
 * The network that `args`, sent with `fileCount` descriptors, makes of a sandbox without any; or the
 * sentry's error text. `target`: the release to behave as, the newest unless given.
 * Source: Network.CreateLinksAndRoutes in runsc/boot/network.go; texts seen on 20221219.0.
 */
export const checkContract = (
  args: NetworkArgs,
  fileCount: number,
  target: Target = LATEST,
): E.Either<string, AcceptedNetwork> => {
  const links = [...args.loopbackLinks, ...args.fdLinks];
  const names = new Set(links.map(({ name }) => name));
  return pipe(
    checkFiles(args, fileCount, target),
    E.flatMap(() => pipe(links, E.traverseArrayWithIndex(acceptLink(links, target)))),
    E.flatMap((accepted) =>
      pipe(
        acceptGateways(args.gateways, names),
        E.map((gateways) => ({
          nics: accepted.map(({ nic }) => nic),
          routeTable: asLookedUp(
            [...accepted.flatMap(({ routes }) => routes), ...gateways],
            target.lookup,
          ),
        })),
      ),
    ),
  );
};
