/** What the kernel does with a packet that a process sends, and which rule and route say so. */
import type { IpAddress } from '../../model/scalars.js';
import type { ObjectPath } from '../../model/state.js';

/** One way out. */
export interface KernelLeg {
  readonly link: string;
  readonly ifindex: number;
  /** null: the destination itself is asked for on the link */
  readonly gateway: IpAddress | null;
  /** the address that the packet is sent from; null where the kernel finds none */
  readonly source: IpAddress | null;
}

/** Where a decision comes from; null for a rule that is not looked at, or a route that none was needed for. */
export interface Origin {
  readonly rule: ObjectPath | null;
  readonly route: ObjectPath | null;
}

/**
 * Why a packet is not sent. `blackhole`, `unreachable` and `prohibit` are of a route or of a rule; `no-route`:
 * nothing matches; `invalid`: the kernel sends no packet from this source or to this destination.
 */
export type WhyUnsent = 'blackhole' | 'unreachable' | 'prohibit' | 'no-route' | 'invalid';

export type KernelDecision =
  | (Origin & {
      readonly _tag: 'Sent';
      /** RTN_*: `local` does not leave the namespace */
      readonly type: string;
      /**
       * one, or those among which a hash over the flow or what the kernel remembers chooses: the same way
       * twice, with two sources, where it is its memory that decides between them
       */
      readonly legs: ReadonlyArray<KernelLeg>;
    })
  | (Origin & { readonly _tag: 'Refused'; readonly why: WhyUnsent })
  /** `rule` may or may not be for the packet: it has a selector that is not understood, or is of a vrf */
  | (Origin & { readonly _tag: 'Unknown' });
