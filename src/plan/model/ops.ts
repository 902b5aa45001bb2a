/** Ops: a plan as the ordered list of effects that apply has, from harmless to irrevocable. */

import type { NetworkPlan } from './network-plan.js';
import type { Family, IfIndex, IfName, IpAddress, LinkAddress } from './scalars.js';
import { targetOf } from './target.js';

export interface BindPacketSocket {
  readonly _tag: 'BindPacketSocket';
  readonly link: IfName;
  readonly ifindex: IfIndex;
  /** 0 to channels - 1 */
  readonly channel: number;
  /** PACKET_VNET_HDR: must agree with the plan's host GSO, or the NIC is dead while every call succeeds */
  readonly vnetHeader: boolean;
  readonly memberships: ReadonlyArray<LinkAddress>;
}

export interface DeleteAddress {
  readonly _tag: 'DeleteAddress';
  readonly link: IfName;
  readonly ifindex: IfIndex;
  readonly family: Family;
  readonly local: IpAddress;
  /** IFA_ADDRESS: the peer of a point-to-point address, else equal to `local` */
  readonly address: IpAddress;
  /** bits */
  readonly prefixLen: number;
}

export interface CallSandbox {
  readonly _tag: 'CallSandbox';
  /** urpc method, `Network.CreateLinksAndRoutes` */
  readonly method: string;
  /** descriptors that ride on its first byte */
  readonly files: number;
}

export type Op = BindPacketSocket | DeleteAddress | CallSandbox;

/** Sockets first (undone by closing), addresses next (undone by adding), the urpc call last (never undone). */
export const linearise = (plan: NetworkPlan): ReadonlyArray<Op> => {
  if (plan.network === 'host') return [];
  const binds = plan.fdLinks.flatMap((link) =>
    Array.from(
      { length: link.channels },
      (_, channel): BindPacketSocket => ({
        _tag: 'BindPacketSocket',
        link: link.name,
        ifindex: link.ifindex,
        channel,
        vnetHeader: link.gso.mode === 'host',
        memberships: link.memberships,
      }),
    ),
  );
  const deletes = plan.fdLinks.flatMap((link) =>
    link.hostAddresses.map(
      ({ family, local, peer, prefixLen }): DeleteAddress => ({
        _tag: 'DeleteAddress',
        link: link.name,
        ifindex: link.ifindex,
        family,
        local,
        address: peer ?? local,
        prefixLen,
      }),
    ),
  );
  const method = targetOf(plan.target).method;
  return [...binds, ...deletes, { _tag: 'CallSandbox', method, files: binds.length }];
};
