/** What the kernel would do with packets of a container's namespace, and what a container did with them: link and destination MAC. */
import { spawnSync } from 'node:child_process';
import type { World } from './gvisor-world.js';
import type { TestNetns, TestPair } from './netns.js';
import type { RunscContainer } from './runsc-container.js';

/** By destination: `eth1 0a:00:00:00:00:02` or `nothing`. */
export type Wire = Readonly<Record<string, string>>;

/** The links' numbers: ethN of the container's namespace ends in hN of the peer's. */
const LINKS = [0, 1, 2] as const;

const marker = (n: number): string => `10.${n}.0.254`;

const NO_DAD =
  'sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; ip link set lo up';

const addLink =
  (peer: TestNetns) =>
  (n: number): string => {
    const [own, other] = [`02:00:00:00:0${n}:02`, `02:00:00:00:0${n}:01`];
    const far = `peer name h${n} address ${other} netns ${peer.name}`;
    return `ip link add eth${n} address ${own} type veth ${far}
      ip link set eth${n} up
      ip addr add 10.${n}.0.2/24 dev eth${n}
      ip addr add 2001:db8:${n}::2/64 dev eth${n} nodad
      ip neigh add ${marker(n)} lladdr ${other} dev eth${n}`;
  };

/** eth0 to eth2 with addresses of both families; the peer answers pings to 10.N.0.254 and to nothing else. */
export const threeLinks = ({ netns, peer, recipe }: TestPair): void => {
  peer.sh(NO_DAD);
  netns.sh([NO_DAD, ...LINKS.map(addLink(peer))].join('\n'));
  for (const n of LINKS) peer.sh(`ip link set h${n} up; ip addr add ${marker(n)}/24 dev h${n}`);
  recipe('settle');
};

interface Got {
  readonly type?: string;
  readonly dev: string;
  readonly gateway?: string;
}

/** Link and next hop by the kernel's own lookup; null where no packet would leave. */
const nextHop = ({ name }: TestNetns, destination: string): readonly [string, string] | null => {
  const asked = spawnSync('ip', ['-n', name, '-j', 'route', 'get', destination], {
    encoding: 'utf8',
  });
  if (asked.status !== 0) return null;
  const [{ type = 'unicast', dev, gateway = destination }] = JSON.parse(asked.stdout) as [Got];
  return type === 'unicast' && dev !== 'lo' ? [dev, gateway] : null;
};

const NEIGHBOR = /^(\S+) dev (\S+) lladdr (\S+) PERMANENT/gm;

/**
 * What the kernel does with a packet to each of `destinations`, by RTM_GETROUTE. Every next hop that has
 * no permanent neighbor gets one, with a MAC of its own: no frame waits for an answer, and each tells its
 * next hop.
 */
export const kernelWire = ({ netns }: TestPair, destinations: ReadonlyArray<string>): Wire => {
  const macs = new Map<string, string>();
  for (const [, address, dev, mac = ''] of netns.sh('ip neigh').matchAll(NEIGHBOR))
    macs.set(`${address} ${dev}`, mac);
  const wire: Record<string, string> = {};
  for (const destination of destinations) {
    const hop = nextHop(netns, destination);
    if (hop === null) {
      wire[destination] = 'nothing';
      continue;
    }
    const [dev, address] = hop;
    const key = `${address} ${dev}`;
    if (!macs.has(key)) {
      const mac = `0a:00:00:00:00:${macs.size.toString(16).padStart(2, '0')}`;
      macs.set(key, mac);
      netns.sh(`ip neigh replace ${address} lladdr ${mac} dev ${dev} nud permanent`);
    }
    wire[destination] = `${dev} ${macs.get(key)}`;
  }
  return wire;
};

/** All IPv4, ARP and IPv6 pings and solicitations; not what the sandbox says of itself: IGMP, MLD, DAD. */
const FILTER =
  '(ip and not igmp) or arp or (icmp6 and not src :: and (ip6[40] == 128 or ip6[40] == 135))';
const FRAME = /^\S+ > (\S+), ethertype IPv\S+ .* > ([\da-f.:]+): ICMP/;

/**
 * What left the container when it pinged each of `destinations`, and 10.N.0.254 after them: the answer to
 * that one, last on each wire, says that whatever would be sent has been. A frame that is none of these
 * pings stands there as tcpdump printed it.
 */
export const containerWire = async (
  world: World,
  { peer }: TestPair,
  container: RunscContainer,
  destinations: ReadonlyArray<string>,
): Promise<Wire> => {
  const recordings = await Promise.all(LINKS.map((n) => world.record(peer, `h${n}`, FILTER)));
  const said =
    container.exec(`for d in ${destinations.join(' ')}; do ping -c 1 -W 1 $d 2>/dev/null & done; wait
    ping -c 1 -W 60 ${LINKS.map(marker).join(' && ping -c 1 -W 60 ')}`);
  const unsent = destinations.filter((destination) => !said.includes(`PING ${destination} (`));
  if (unsent.length > 0) throw new Error(`never pinged: ${unsent.join(' ')}\n${said}`);
  const wire: Record<string, string> = Object.fromEntries(
    destinations.map((destination) => [destination, 'nothing']),
  );
  for (const n of LINKS) {
    const lines = await recordings[n]?.until(`> ${marker(n)}: ICMP echo request`);
    for (const line of lines?.slice(0, -1) ?? []) {
      const [, mac, destination = ''] = FRAME.exec(line) ?? [];
      const known = wire[destination];
      if (known === undefined) wire[line] = `eth${n}`;
      else wire[destination] = [known, `eth${n} ${mac}`].filter((w) => w !== 'nothing').join(', ');
    }
  }
  return wire;
};
