/** A fact about the kernel, as data. */
import type { NetlinkChange } from '../../../src/plan/model/netlink-change.js';
import type { NexthopObject } from '../../../src/plan/model/state.js';

export const ETH0 = 2;
export const ETH1 = 3;

/** To a change; of a refusal the errno. */
export type Answer = 'done' | 'alreadyDone' | number;

export interface KernelFact {
  readonly fact: string;
  /** net.ipv4.conf.*.promote_secondaries; off unless it is said */
  readonly promote?: true;
  readonly nexthops?: ReadonlyArray<NexthopObject>;
  readonly given: ReadonlyArray<NetlinkChange>;
  readonly act: NetlinkChange;
  /** done unless it is said */
  readonly answer?: Answer;
  /** the lines that went and that came, as lines.ts has them */
  readonly lines?: ReadonlyArray<string>;
  /** the addresses of eth0 afterwards, in their order */
  readonly order?: ReadonlyArray<string>;
}
