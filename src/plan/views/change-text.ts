/** One rtnetlink change as text: the object that it puts or removes. */
import { lastingAddress, lastingNeighbor, lastingRoute } from '../model/lasting.js';
import { type LinkNames, linkName, NO_NAMES } from '../model/link-names.js';
import type { NetlinkChange } from '../model/netlink-change.js';
import { objectText } from './object-text.js';

/** The object in iproute2's words, its links by name where `names` has them and else by index. */
export const changeText = (change: NetlinkChange, names: LinkNames = NO_NAMES): string => {
  const text = objectText(names);
  switch (change._tag) {
    case 'PutAddress':
      return text({ address: lastingAddress(change.address) });
    case 'RemoveAddress': {
      const { local, prefixLen } = change.address;
      return `address ${local}/${prefixLen} dev ${linkName(names, change.ifindex)}`;
    }
    case 'PutRoute':
    case 'RemoveRoute':
      return text({ route: lastingRoute(change.route) });
    case 'PutNeighbor':
      return text({ neighbor: lastingNeighbor(change.neighbor) });
  }
};
