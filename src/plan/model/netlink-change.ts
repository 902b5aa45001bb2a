/** NetlinkChange: one rtnetlink change as data. */
import type { IfIndex } from './scalars.js';
import type { Address, Neighbor, Route } from './state.js';

/** One rtnetlink request that changes something, whole or not at all. */
export type NetlinkChange =
  /** RTM_NEWADDR with every attribute of `address`; `replace` is NLM_F_REPLACE, else NLM_F_CREATE|NLM_F_EXCL */
  | { readonly _tag: 'PutAddress'; readonly address: Address; readonly replace: boolean }
  /** RTM_DELADDR by IFA_LOCAL, IFA_ADDRESS and prefix length */
  | {
      readonly _tag: 'RemoveAddress';
      readonly ifindex: IfIndex;
      readonly address: Pick<Address, 'family' | 'local' | 'peer' | 'prefixLen'>;
    }
  /** RTM_NEWROUTE; add is NLM_F_CREATE|NLM_F_EXCL, append NLM_F_CREATE|NLM_F_APPEND, replace NLM_F_CREATE|NLM_F_REPLACE */
  | {
      readonly _tag: 'PutRoute';
      readonly route: Route;
      readonly mode: 'add' | 'append' | 'replace';
    }
  | { readonly _tag: 'RemoveRoute'; readonly route: Route }
  /** RTM_NEWNEIGH with NLM_F_CREATE|NLM_F_REPLACE */
  | { readonly _tag: 'PutNeighbor'; readonly neighbor: Neighbor };
