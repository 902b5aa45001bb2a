/** Ops: a plan as the ordered list of effects that apply has, from harmless to irrevocable. */
import * as t from 'io-ts';
import { closed } from './closed.js';
import type { NetworkPlan } from './network-plan.js';
import { Family, IfIndex, IfName, IpAddress, LinkAddress } from './scalars.js';
import { targetOf } from './target.js';

export const BindPacketSocket = closed('BindPacketSocket', {
  _tag: t.literal('BindPacketSocket'),
  link: IfName,
  ifindex: IfIndex,
  /** 0 to channels - 1 */
  channel: t.number,
  /** PACKET_VNET_HDR: must agree with the plan's host GSO, or the NIC is dead while every call succeeds */
  vnetHeader: t.boolean,
  memberships: t.readonlyArray(LinkAddress),
});
export type BindPacketSocket = t.TypeOf<typeof BindPacketSocket>;

export const DeleteAddress = closed(
  'DeleteAddress',
  {
    _tag: t.literal('DeleteAddress'),
    link: IfName,
    ifindex: IfIndex,
    family: Family,
    local: IpAddress,
    /** bits */
    prefixLen: t.number,
  },
  /** of a point-to-point address */
  { peer: IpAddress },
);
export type DeleteAddress = t.TypeOf<typeof DeleteAddress>;

export const CallSandbox = closed('CallSandbox', {
  _tag: t.literal('CallSandbox'),
  /** urpc method, `Network.CreateLinksAndRoutes` */
  method: t.string,
  /** descriptors that ride on its first byte */
  files: t.number,
});
export type CallSandbox = t.TypeOf<typeof CallSandbox>;

export const Op = t.union([BindPacketSocket, DeleteAddress, CallSandbox], 'Op');
export type Op = t.TypeOf<typeof Op>;

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
      ({ from: _, ...address }): DeleteAddress => ({
        _tag: 'DeleteAddress',
        link: link.name,
        ifindex: link.ifindex,
        ...address,
      }),
    ),
  );
  const method = targetOf(plan.target).method;
  return [...binds, ...deletes, { _tag: 'CallSandbox', method, files: binds.length }];
};
