/** probePeer: asks a segment from a namespace at its other end who has the planned addresses. */
import { pipe } from 'fp-ts/lib/function.js';
import * as IO from 'fp-ts/lib/IO.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import { parseAddress } from '../../../plan/model/address.js';
import { linkAddressBytes } from '../../../plan/model/link-address.js';
import type { NetworkPlan } from '../../../plan/model/network-plan.js';
import { type IfIndex, type IfName, trusted } from '../../../plan/model/scalars.js';
import type { Address, Link, NamespaceState } from '../../../plan/model/state.js';
import type { Netns } from '../../effects/capabilities.js';
import { type Exec, type Needs, nothing } from '../../effects/exec.js';
import { closeFd, openFramePort } from '../../effects/kernel.js';
import { sleep } from '../../effects/machine.js';
import type { WrongAnswer } from '../../failures/amiss.js';
import type { Fd } from '../../linux/fd.js';
import type { FramePort } from '../../linux/frame-port.js';
import { type Answer, allAnswered, type Expected, expectedOf, judgeAnswers } from './answers.js';
import { type Asker, type Claim, claimOf, probeFrame } from './frames.js';

/** Milliseconds between two looks at what has come. */
const LOOK = 20;
/** Looks before who has not answered is taken to be silent: one second. */
const LOOKS = 50;
/** Milliseconds for a second answerer, after everybody expected has answered. */
const GRACE = 200;
/** All IPv6 nodes, whom the answer to a question from `::` goes to. Source: RFC 2464 section 7. */
const ALL_NODES_MAC = trusted.linkAddress('33:33:00:00:00:01');

interface PeerLink extends Asker {
  readonly name: IfName;
  readonly ifindex: IfIndex;
  /** the peer's own addresses on it: it answers others, and never itself */
  readonly claims: ReadonlyArray<Claim>;
}

/** A link of the peer that is listened on, and asked through. */
interface Asking {
  readonly link: PeerLink;
  readonly port: FramePort;
}

type Hear = (on: IfName, claim: Claim) => IO.IO<void>;

const usable = ({ type, flags, address }: Link): boolean =>
  type === 'ether' && flags.includes('UP') && address !== undefined;

/** Neither tentative nor a duplicate: the kernel answers for it. */
const answered = ({ flags }: Address): boolean =>
  !flags.includes('tentative') && !flags.includes('dadfailed');

const peerLinks = ({ links, addresses }: NamespaceState): ReadonlyArray<PeerLink> =>
  links.filter(usable).map(({ name, ifindex, address = '' }) => {
    const own = addresses.filter((a) => a.ifindex === ifindex && answered(a));
    const linkLocal = own.find((a) => a.family === 'inet6' && a.scope === 'link');
    return {
      name,
      ifindex,
      mac: linkAddressBytes(address),
      linkLocal: linkLocal === undefined ? null : parseAddress(linkLocal.local),
      claims: own.map(({ local }) => ({ address: local, mac: address })),
    };
  });

const targetsOf = (expected: ReadonlyArray<Expected>): ReadonlyArray<Uint8Array> =>
  [...new Set(expected.map(({ address }) => address))].flatMap((address) => {
    const bytes = parseAddress(address);
    return bytes === null ? [] : [bytes];
  });

const bound = ({ bindPacketSocket }: Netns, { name, ifindex }: PeerLink): Exec<unknown, Fd> =>
  pipe(
    RTE.fromTaskEither(
      bindPacketSocket({
        _tag: 'BindPacketSocket',
        link: name,
        ifindex,
        channel: 0,
        vnetHeader: false,
        memberships: [ALL_NODES_MAC],
      }),
    ),
    RTE.map(({ fd }) => fd),
  );

const hearOn = (fd: Fd, { name }: PeerLink, hear: Hear): Exec<Needs<'kernel'>, FramePort> =>
  openFramePort(fd, (frame) => {
    const claim = claimOf(frame);
    if (claim !== null) hear(name, claim)();
  });

const withAsking = <R, A>(
  peer: Netns,
  link: PeerLink,
  hear: Hear,
  use: (asking: Asking) => Exec<R, A>,
): Exec<R & Needs<'kernel'>, A> =>
  RTE.bracketW(
    bound(peer, link),
    (fd) =>
      RTE.bracketW(
        hearOn(fd, link, hear),
        (port) => use({ link, port }),
        ({ stop }) => RTE.fromIO(stop),
      ),
    closeFd,
  );

/** All of them open at the same time; a failure half-way closes those that are. */
const withAllAsking = <R, A>(
  peer: Netns,
  [link, ...others]: ReadonlyArray<PeerLink>,
  hear: Hear,
  use: (asking: ReadonlyArray<Asking>) => Exec<R, A>,
): Exec<R & Needs<'kernel'>, A> =>
  link === undefined
    ? use([])
    : withAsking(peer, link, hear, (first) =>
        withAllAsking(peer, others, hear, (rest) => use([first, ...rest])),
      );

const askAll = (
  asking: ReadonlyArray<Asking>,
  targets: ReadonlyArray<Uint8Array>,
): Exec<unknown, unknown> =>
  pipe(
    asking.flatMap(({ link, port }) =>
      targets.map((target) => port.send(probeFrame(link, target))),
    ),
    IO.sequenceArray,
    RTE.fromIO,
  );

/** Asks, asks again at half of the time, and ends early when all has been heard that should be. */
const askAndWait = (
  asking: ReadonlyArray<Asking>,
  expected: ReadonlyArray<Expected>,
  heard: IO.IO<ReadonlyArray<Answer>>,
  look = 0,
): Exec<Needs<'machine'>, unknown> =>
  pipe(
    RTE.fromIO(heard),
    RTE.flatMap((answers): Exec<Needs<'machine'>, unknown> => {
      if (allAnswered(expected, answers)) return sleep(GRACE);
      if (look === LOOKS) return nothing;
      return pipe(
        look % (LOOKS / 2) === 0 ? askAll(asking, targetsOf(expected)) : nothing,
        RTE.flatMap(() => sleep(LOOK)),
        RTE.flatMap(() => askAndWait(asking, expected, heard, look + 1)),
      );
    }),
  );

/** What is heard while frames come: each answerer of a planned address, once per link. */
interface Hearing {
  readonly hear: Hear;
  readonly heard: IO.IO<ReadonlyArray<Answer>>;
}

const hearing =
  (expected: ReadonlyArray<Expected>): IO.IO<Hearing> =>
  () => {
    const planned = new Set(expected.map(({ address }) => address));
    const known = new Map<string, Answer>();
    return {
      hear: (on, claim) => () => {
        if (planned.has(claim.address))
          known.set(`${claim.address} ${claim.mac} ${on}`, { ...claim, on });
      },
      heard: () => [...known.values()],
    };
  };

/** The peer answers others for its own addresses, and never itself. */
const hearOwn = (links: ReadonlyArray<PeerLink>, hear: Hear): Exec<unknown, unknown> =>
  pipe(
    links.flatMap(({ name, claims }) => claims.map((claim) => hear(name, claim))),
    IO.sequenceArray,
    RTE.fromIO,
  );

/**
 * Asks on every Ethernet link of `peer` that is UP for every planned address of a link with a MAC, by ARP
 * (RFC 5227) and neighbor discovery (RFC 4861), for about a second at most: what is not as planned. The
 * peer's own addresses count as answers. Nothing in `peer` is changed, and nobody's neighbor tables by ARP.
 */
export const probePeer = (
  plan: NetworkPlan,
  peer: Netns,
): Exec<Needs<'kernel' | 'machine'>, ReadonlyArray<WrongAnswer>> => {
  const expected = expectedOf(plan);
  return pipe(
    RTE.Do,
    RTE.apSW('links', pipe(RTE.fromTaskEither(peer.observe), RTE.map(peerLinks))),
    RTE.apSW('ears', RTE.fromIO(hearing(expected))),
    RTE.tap(({ links, ears: { hear } }) => hearOwn(links, hear)),
    RTE.tap(({ links, ears: { hear, heard } }) =>
      withAllAsking(peer, links, hear, (asking) => askAndWait(asking, expected, heard)),
    ),
    RTE.flatMapIO(({ ears: { heard } }) => heard),
    RTE.map((answers) => judgeAnswers(expected, answers)),
  );
};
