/** Numbers of the Linux ABI that sockets, namespaces and files need, in the kernel's spelling and radix. */

// linux/socket.h, asm-generic
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

/** recv(2) returns the length of the whole datagram, also where it was cut */
export const MSG_TRUNC = 0x20;
/** set in what recvmsg(2) returns: the control buffer was too small, descriptors were dropped */
export const MSG_CTRUNC = 0x8;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_CMSG_CLOEXEC = 0x40000000;
export const SCM_RIGHTS = 1;

// asm-generic/socket.h
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
/** struct ucred {pid, uid, gid} of the process that called listen(2), unix(7) */
export const SO_PEERCRED = 17;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_DOMAIN = 39;
/** u64, linux 5.14 */
export const SO_NETNS_COOKIE = 71;

// linux/netlink.h
export const NETLINK_ROUTE = 0;
export const NETLINK_XFRM = 6;
export const NETLINK_NETFILTER = 12;
export const SOL_NETLINK = 270;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_GET_STRICT_CHK = 12;

// linux/in.h, linux/in6.h
export const SOL_IP = 0;
export const SOL_IPV6 = 41;

// linux/if_packet.h, linux/if_ether.h
export const SOL_PACKET = 263;
export const PACKET_ADD_MEMBERSHIP = 1;
export const PACKET_VNET_HDR = 15;
export const PACKET_FANOUT = 18;
/** in the low 16 bits the group, above them the kind and the flags; by flow hash */
export const PACKET_FANOUT_HASH = 0;
/** the kernel chooses the group, linux 4.12 */
export const PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
export const PACKET_MR_MULTICAST = 0;
export const ETH_P_ALL = 0x0003;

// asm-generic/fcntl.h, sys/file.h
export const O_RDONLY = 0;
/** @internal tests write to a tun device */
export const O_RDWR = 2;
/** @internal a test makes a file */
export const O_CREAT = 0o100;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
/** @internal a test takes a lock */
export const LOCK_EX = 2;
/** @internal a test takes a lock */
export const LOCK_NB = 4;

// asm-generic/poll.h
/** @internal tests and scripts wait */
export const POLLIN = 0x1;
/** @internal a test waits */
export const POLLOUT = 0x4;
/** @internal a test sees what poll(2) found */
export const POLLERR = 0x8;

// linux/sched.h, linux/nsfs.h, linux/if_tun.h, linux/sockios.h, linux/ethtool.h
export const CLONE_NEWNET = 0x40000000;
export const NS_GET_NSTYPE = 0xb703;
/** @internal tests make a tun device */
export const TUNSETIFF = 0x400454ca;
/** @internal tests make a tap device */
export const IFF_TAP = 0x2;
/** @internal tests make a tun device */
export const IFF_NO_PI = 0x1000;
export const SIOCETHTOOL = 0x8946;
export const ETHTOOL_GGSO = 0x23;
