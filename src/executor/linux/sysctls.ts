/** Settings of the calling thread's network namespace that are not as the kernel compiles them in. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import type { Sysctl } from '../../plan/model/filters.js';
import type { LibcError } from './failure.js';
import { readProcFile } from './proc-file.js';

/**
 * What steers packets or is set by engines for users, with the value that the kernel compiles in. That is
 * the reference, and not what a new namespace has on this machine: the settings of IPv4 links are inherited
 * from the machine's own namespace (net.core.devconf_inherit_init_net), so there it is the sandbox that
 * differs, whoever set it. The TCP settings are those that Kubernetes calls safe.
 * Source: Documentation/networking/ip-sysctl.rst; inet_init_net() in net/ipv4/af_inet.c.
 */
const COMPILED_IN: ReadonlyArray<readonly [key: string, value: string]> = [
  ['net.ipv4.ip_forward', '0'],
  ['net.ipv4.conf.all.rp_filter', '0'],
  ['net.ipv4.conf.all.accept_local', '0'],
  ['net.ipv4.conf.all.route_localnet', '0'],
  ['net.ipv4.conf.all.src_valid_mark', '0'],
  ['net.ipv4.conf.all.ignore_routes_with_linkdown', '0'],
  ['net.ipv4.conf.all.proxy_arp', '0'],
  ['net.ipv4.conf.all.arp_filter', '0'],
  ['net.ipv4.conf.all.arp_announce', '0'],
  ['net.ipv4.conf.all.arp_ignore', '0'],
  ['net.ipv4.conf.all.drop_gratuitous_arp', '0'],
  ['net.ipv4.fib_multipath_use_neigh', '0'],
  ['net.ipv4.ip_local_port_range', '32768 60999'],
  ['net.ipv4.ip_local_reserved_ports', ''],
  ['net.ipv4.ip_unprivileged_port_start', '1024'],
  ['net.ipv4.ping_group_range', '1 0'],
  ['net.ipv4.ip_nonlocal_bind', '0'],
  ['net.ipv4.ip_default_ttl', '64'],
  ['net.ipv4.icmp_echo_ignore_all', '0'],
  ['net.ipv4.tcp_syncookies', '1'],
  ['net.ipv4.tcp_keepalive_time', '7200'],
  ['net.ipv4.tcp_keepalive_intvl', '75'],
  ['net.ipv4.tcp_keepalive_probes', '9'],
  ['net.ipv4.tcp_fin_timeout', '60'],
  ['net.ipv6.conf.all.forwarding', '0'],
  ['net.ipv6.conf.all.disable_ipv6', '0'],
  ['net.ipv6.conf.all.optimistic_dad', '0'],
  ['net.ipv6.conf.all.use_optimistic', '0'],
  ['net.ipv6.bindv6only', '0'],
  ['net.ipv6.ip_nonlocal_bind', '0'],
  ['net.ipv6.icmp.echo_ignore_all', '0'],
];

/** To be run inside the namespace: /proc/sys/net shows the reader's. */
export const readSysctls: IOE.IOEither<LibcError, ReadonlyArray<Sysctl>> = () => {
  const found: Sysctl[] = [];
  for (const [key, compiledIn] of COMPILED_IN) {
    const text = readProcFile(`/proc/sys/${key.replaceAll('.', '/')}`)();
    if (E.isLeft(text)) return text;
    const value = text.right?.trim().replaceAll(/\s+/g, ' ');
    if (value !== undefined && value !== compiledIn) found.push({ key, value });
  }
  return E.right(found);
};
