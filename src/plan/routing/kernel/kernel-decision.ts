/** The kernel's decision: what it does with a packet that a process of a namespace sends. */
import type { NamespaceState } from '../../model/state.js';
import type { KernelDecision } from './decision.js';
import { kernelNamespace } from './namespace.js';
import { inetOutput } from './output-inet.js';
import { inet6Output } from './output-inet6.js';
import { type Flow, flowOf, type Packet } from './packet.js';

/** The decision for packets in numbers. Each table is read once, when a packet first asks it. */
export const flowDecision = (state: NamespaceState): ((flow: Flow) => KernelDecision) => {
  const ns = kernelNamespace(state);
  const [inet, inet6] = [inetOutput(state, ns), inet6Output(state, ns)];
  return (flow) => (flow.family === 'inet' ? inet(flow) : inet6(flow));
};

/**
 * What the kernel does with a packet: through all rules and tables, and the source address that it gives it.
 *
 * One lookup, as RTM_GETROUTE makes it. A connecting IPv4 socket makes two: the second has the source that the
 * first has found, and rules of that source apply (ip_route_connect). Not modelled: netfilter, XFRM, what the
 * kernel has learnt of a destination (redirects, path MTUs), and rules about a vrf for packets that are bound
 * to one of its links, for which the decision is Unknown.
 */
export const kernelDecision = (state: NamespaceState): ((packet: Packet) => KernelDecision) => {
  const ns = kernelNamespace(state);
  const decide = flowDecision(state);
  const toFlow = flowOf(ns.indexOf);
  return (packet) => decide(toFlow(packet));
};
