/** probePeer: asks a segment from a namespace at its other end who has the planned addresses. */

import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseAddress } from '../../../plan/model/address.js';
import { linkAddressBytes } from '../../../plan/model/link-address.js';
import type { NetworkPlan } from '../../../plan/model/network-plan.js';
import { type IfIndex, type IfName, trusted } from '../../../plan/model/scalars.js';
import type { Address, Link, NamespaceState } from '../../../plan/model/state.js';
import type { Capabilities, Exec, Netns } from '../../effects/capabilities.js';
import type { ExecError } from '../../failures/failure.js';
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

/** What is open at any time, so that a failure half-way closes it too. */
interface Opened {
  readonly fds: Fd[];
  readonly ports: { readonly link: PeerLink; readonly port: FramePort }[];
}

type Effects = Pick<Capabilities, 'kernel' | 'machine'>;

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

const openOne = (
  { bindPacketSocket }: Netns,
  link: PeerLink,
  hear: (on: IfName, claim: Claim) => void,
  { fds, ports }: Opened,
  { kernel }: Effects,
): TE.TaskEither<ExecError, void> =>
  pipe(
    bindPacketSocket({
      _tag: 'BindPacketSocket',
      link: link.name,
      ifindex: link.ifindex,
      channel: 0,
      vnetHeader: false,
      memberships: [ALL_NODES_MAC],
    }),
    TE.flatMap(({ fd }) => {
      fds.push(fd);
      for (const claim of link.claims) hear(link.name, claim);
      return kernel.openFramePort(fd, (frame) => {
        const claim = claimOf(frame);
        if (claim !== null) hear(link.name, claim);
      });
    }),
    TE.tapIO((port) => () => {
      ports.push({ link, port });
    }),
    TE.asUnit,
  );

const closeAll =
  ({ fds, ports }: Opened, { kernel }: Effects): T.Task<void> =>
  async () => {
    for (const { port } of ports) port.stop();
    await T.traverseArray(kernel.closeFd)(fds)();
  };

const ask = ({ ports }: Opened, targets: ReadonlyArray<Uint8Array>): void => {
  for (const { link, port } of ports)
    for (const target of targets) port.send(probeFrame(link, target))();
};

/** Asks, asks again at half of the time, and ends early when all has been heard that should be. */
const askAndWait =
  (
    opened: Opened,
    expected: ReadonlyArray<Expected>,
    answers: ReadonlyArray<Answer>,
    { machine }: Effects,
  ): T.Task<void> =>
  async () => {
    const targets = targetsOf(expected);
    for (let look = 0; look < LOOKS && !allAnswered(expected, answers); look++) {
      if (look % (LOOKS / 2) === 0) ask(opened, targets);
      await machine.sleep(LOOK)();
    }
    if (allAnswered(expected, answers)) await machine.sleep(GRACE)();
  };

/** Remembers each answerer of a planned address once per link. */
const rememberIn = (expected: ReadonlyArray<Expected>, answers: Answer[]) => {
  const planned = new Set(expected.map(({ address }) => address));
  const known = new Set<string>();
  return (on: IfName, claim: Claim): void => {
    const key = `${claim.address} ${claim.mac} ${on}`;
    if (!planned.has(claim.address) || known.has(key)) return;
    known.add(key);
    answers.push({ ...claim, on });
  };
};

/**
 * Asks on every Ethernet link of `peer` that is UP for every planned address of a link with a MAC, by ARP
 * (RFC 5227) and neighbor discovery (RFC 4861), for about a second at most: lines of what is not as planned. The
 * peer's own addresses count as answers. Nothing in `peer` is changed, and nobody's neighbor tables by ARP.
 */
export const probePeer =
  (plan: NetworkPlan, peer: Netns): Exec<Effects, ReadonlyArray<string>> =>
  (c) => {
    const expected = expectedOf(plan);
    const answers: Answer[] = [];
    const hear = rememberIn(expected, answers);
    return TE.bracket(
      TE.fromIO<Opened, ExecError>(() => ({ fds: [], ports: [] })),
      (opened) =>
        pipe(
          peer.observe,
          TE.flatMap((state) =>
            pipe(
              peerLinks(state),
              TE.traverseSeqArray((link) => openOne(peer, link, hear, opened, c)),
            ),
          ),
          TE.flatMap(() => TE.fromTask(askAndWait(opened, expected, answers, c))),
          TE.map(() => judgeAnswers(expected, answers)),
        ),
      (opened) => TE.fromTask(closeAll(opened, c)),
    );
  };
