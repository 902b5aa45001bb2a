/** Decision: what a routing table does with a packet to one address. */
import type { IpAddress } from '../model/scalars.js';

/** One way out: a link by name, and the gateway or null for on-link. */
export interface Leg {
  readonly link: string;
  readonly gateway: IpAddress | null;
}

export type Decision =
  | ({ readonly _tag: 'Forward' } & Leg)
  /** a hash over the flow picks one of two or more legs */
  | { readonly _tag: 'Multipath'; readonly legs: ReadonlyArray<Leg> }
  /**
   * The packet does not leave. `loopback`: sent to a loopback link that has no such address; the kernel then
   * hands an IPv4 packet to the namespace's own sockets, which cannot answer from an address nobody has.
   */
  | {
      readonly _tag: 'Drop';
      readonly type: 'blackhole' | 'unreachable' | 'prohibit' | 'throw' | 'loopback';
    }
  /** a route type that does not forward: local, broadcast, anycast, multicast, nat */
  | { readonly _tag: 'Special'; readonly type: string }
  | { readonly _tag: 'NoRoute' };

export const NO_ROUTE: Decision = { _tag: 'NoRoute' };

const legText = ({ link, gateway }: Leg): string =>
  gateway === null ? `on-link on ${link}` : `via ${gateway} on ${link}`;

/** `via 192.0.2.1 on eth0`, `dropped (blackhole)`, `no route`. */
export const decisionText = (decision: Decision): string => {
  switch (decision._tag) {
    case 'Forward':
      return legText(decision);
    case 'Multipath':
      return `multipath ${decision.legs.map(legText).join(', ')}`;
    case 'Drop':
      return `dropped (${decision.type})`;
    case 'Special':
      return decision.type;
    case 'NoRoute':
      return 'no route';
  }
};

/**
 * Where the packet ends, equal for decisions that a comparison takes as the same. The ways of not sending
 * it are one: they differ in the error the sender sees, which is a property of the route's type and is
 * accounted for with the route.
 */
export const fateOf = (decision: Decision): string =>
  decision._tag === 'Drop' || decision._tag === 'NoRoute' ? 'nowhere' : decisionText(decision);

/** Whether two decisions have the same fate; most often both forward, and no text is made to see it. */
export const sameFate = (a: Decision, b: Decision): boolean =>
  a._tag === 'Forward' && b._tag === 'Forward'
    ? a.link === b.link && a.gateway === b.gateway
    : fateOf(a) === fateOf(b);
