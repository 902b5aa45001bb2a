/** Frames as Linux 6.18 put them on a veth pair, and networks to answer them with. */
import type { AcceptedNetwork, AcceptedNic } from '../../src/sandbox/contract/accepted.js';

export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/**
 * `ping -c1 -s8 192.0.2.2` and `ping -6 -c1 -s9 2001:db8::2` from 02:00:00:00:00:01 to 02:00:00:00:00:02,
 * both ends Linux 6.18, by tcpdump -xx.
 */
export const captured = {
  arpRequest: hex(`ffff ffff ffff 0200 0000 0001 0806 0001 0800 0604 0001 0200 0000 0001 c000 0201
    0000 0000 0000 c000 0202`),
  arpReply: hex(`0200 0000 0001 0200 0000 0002 0806 0001 0800 0604 0002 0200 0000 0002 c000 0202
    0200 0000 0001 c000 0201`),
  echo: hex(`0200 0000 0002 0200 0000 0001 0800 4500 0024 b47a 4000 4001 025b c000 0201 c000
    0202 0800 c5eb 2603 0001 0001 0203 0405 0607`),
  echoReply: hex(`0200 0000 0001 0200 0000 0002 0800 4500 0024 91e3 0000 4001 64f2 c000 0202 c000
    0201 0000 cdeb 2603 0001 0001 0203 0405 0607`),
  solicitation: hex(`3333 ff00 0002 0200 0000 0001 86dd 6000 0000 0020 3aff 2001 0db8 0000 0000 0000
    0000 0000 0001 ff02 0000 0000 0000 0000 0001 ff00 0002 8700 1c27 0000 0000 2001
    0db8 0000 0000 0000 0000 0000 0002 0101 0200 0000 0001`),
  advertisement:
    hex(`0200 0000 0001 0200 0000 0002 86dd 6000 0000 0020 3aff 2001 0db8 0000 0000 0000
    0000 0000 0002 2001 0db8 0000 0000 0000 0000 0000 0001 8800 8a71 6000 0000 2001
    0db8 0000 0000 0000 0000 0000 0002 0201 0200 0000 0002`),
  echo6: hex(`0200 0000 0002 0200 0000 0001 86dd 600e 0eae 0011 3a40 2001 0db8 0000 0000 0000
    0000 0000 0001 2001 0db8 0000 0000 0000 0000 0000 0002 8000 ea29 2604 0001 0001
    0203 0405 0607 08`),
  echoReply6: hex(`0200 0000 0001 0200 0000 0002 86dd 6002 265e 0011 3a40 2001 0db8 0000 0000 0000
    0000 0000 0002 2001 0db8 0000 0000 0000 0000 0000 0001 8100 e929 2604 0001 0001
    0203 0405 0607 08`),
} as const;

export const PEER_MAC = hex('0200 0000 0001');
export const OWN_MAC = hex('0200 0000 0002');

/** eth0 with the captured addresses and their on-link routes, changed by `nic`. */
export const networkOf = (
  nic: Partial<AcceptedNic> = {},
  routeTable: AcceptedNetwork['routeTable'] = [
    { destination: '192.0.2.0/24', gateway: null, nic: 'eth0', mtu: 0 },
    { destination: '2001:db8::/64', gateway: null, nic: 'eth0', mtu: 0 },
  ],
): AcceptedNetwork => ({
  nics: [
    {
      name: 'eth0',
      kind: 'fd',
      mtu: 1500,
      mac: '02:00:00:00:00:02',
      addresses: [
        { address: '192.0.2.2', prefixLen: 24 },
        { address: '2001:db8::2', prefixLen: 64 },
      ],
      neighbors: [],
      channels: 1,
      gso: 'off',
      ...nic,
    },
  ],
  routeTable,
});
