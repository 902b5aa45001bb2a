/** One rtnetlink change as text: the object that it puts or removes. */
import { type LinkNames, linkName } from '../model/link-names.js';
import type { NetlinkChange } from '../model/netlink-change.js';
import { addressText, neighborText, routeText } from './object-text.js';

/** The object in iproute2's words, its links by name where `names` has them and else by index. */
export const changeText = (change: NetlinkChange, names: LinkNames = new Map()): string => {
  switch (change._tag) {
    case 'PutAddress':
      return addressText(names)(change.address);
    case 'RemoveAddress': {
      const { local, prefixLen } = change.address;
      return `address ${local}/${prefixLen} dev ${linkName(names, change.ifindex)}`;
    }
    case 'PutRoute':
    case 'RemoveRoute':
      return routeText(names)(change.route);
    case 'PutNeighbor':
      return neighborText(names)(change.neighbor);
  }
};
