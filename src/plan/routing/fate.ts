/** Fate: what a routing table does with a packet to one address. */
import type { IpAddress } from '../model/scalars.js';

/** One way out: a link by name, and the gateway or null for on-link. */
export interface Leg {
  readonly link: string;
  readonly gateway: IpAddress | null;
}

export type Fate =
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
  | { readonly _tag: 'NoRoute' }
  /** a rule that may be for the packet has a selector that is not understood */
  | { readonly _tag: 'Unknown' };

export const NO_ROUTE: Fate = { _tag: 'NoRoute' };

const legText = ({ link, gateway }: Leg): string =>
  gateway === null ? `on-link on ${link}` : `via ${gateway} on ${link}`;

/** `via 192.0.2.1 on eth0`, `dropped (blackhole)`, `no route`. */
export const fateText = (fate: Fate): string => {
  switch (fate._tag) {
    case 'Forward':
      return legText(fate);
    case 'Multipath':
      return `multipath ${fate.legs.map(legText).join(', ')}`;
    case 'Drop':
      return `dropped (${fate.type})`;
    case 'Special':
      return fate.type;
    case 'NoRoute':
      return 'no route';
    case 'Unknown':
      return 'not known, as a rule is not understood';
  }
};

/**
 * Where the packet ends, equal for fates that a comparison takes as the same. The ways of not sending
 * it are one: they differ in the error the sender sees, which is a property of the route's type and is
 * accounted for with the route.
 */
export const endOf = (fate: Fate): string =>
  fate._tag === 'Drop' || fate._tag === 'NoRoute' ? 'nowhere' : fateText(fate);

/** Whether two fates end alike; most often both forward, and no text is made to see it. */
export const sameEnd = (a: Fate, b: Fate): boolean =>
  a._tag === 'Forward' && b._tag === 'Forward'
    ? a.link === b.link && a.gateway === b.gateway
    : endOf(a) === endOf(b);
