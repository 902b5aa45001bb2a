/** What is kept of one netfilter rule, whichever framework it is from. */
import type { Translation } from '../../plan/model/filters.js';

export interface RuleFacts {
  /** what becomes of a packet, in nft's words; matching, counting and going to other chains is nothing */
  readonly actions: ReadonlySet<string>;
  /** the chains it goes to */
  readonly leadsTo: ReadonlySet<string>;
  /** it goes to chains that a map names, which netplan does not read: any of its table */
  readonly leadsAnywhere: boolean;
  readonly translations: ReadonlyArray<Translation>;
  /** FNV-1a over its content without counters */
  readonly digest: string;
}

/** Values that a rule matches, as far as it asks for exactly one. */
export type Matched = {
  -readonly [K in
    | 'protocol'
    | 'source'
    | 'sourcePort'
    | 'destination'
    | 'destinationPort']?: Translation[K];
};

/** IPPROTO_* by name; linux/in.h. */
const IP_PROTOCOL: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmpv6'],
  [132, 'sctp'],
]);
export const ipProtocol = (number: number): string => IP_PROTOCOL.get(number) ?? String(number);
