/** Two macvlans in bridge mode on one link: mv0 in the container's namespace, mv1 and the link in the peer's. */
import type { TestPair } from './netns.js';

/** mv0 has 10.0.0.2, fd00::2 and MAC 02:00:00:00:00:a0; mv1 has 10.0.0.1, fd00::1 and ...:a1. */
export const macvlans = ({ netns, peer, recipe }: TestPair): void => {
  const noDad =
    'sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; ip link set lo up';
  netns.sh(noDad);
  peer.sh(`${noDad}
    ip link add low type veth peer name wire; ip link set low up; ip link set wire up
    ip link add mv0 link low address 02:00:00:00:00:a0 netns ${netns.name} type macvlan mode bridge
    ip link add mv1 link low address 02:00:00:00:00:a1 type macvlan mode bridge
    ip link set mv1 up; ip addr add 10.0.0.1/24 dev mv1; ip addr add fd00::1/64 dev mv1 nodad`);
  netns.sh(
    'ip link set mv0 up; ip addr add 10.0.0.2/24 dev mv0; ip addr add fd00::2/64 dev mv0 nodad',
  );
  recipe('settle');
};
