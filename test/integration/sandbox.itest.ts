/** The reference sandbox on real packet sockets: Linux itself asks, over a veth pair. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { expect, onTestFinished } from 'vitest';
import {
  AF_PACKET,
  IFF_NO_PI,
  O_NONBLOCK,
  O_RDWR,
  SOCK_RAW,
  TUNSETIFF,
} from '../../src/executor/linux/abi.js';
import { HOST_LE } from '../../src/executor/linux/byte-order.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { close, ioctl, open, read, socket, watch, write } from '../../src/executor/linux/libc.js';
import { inNetns } from '../../src/executor/linux/netns.js';
import { openPacketSocket } from '../../src/executor/linux/packet-socket.js';
import { trusted } from '../../src/plan/model/scalars.js';
import type { RunningSandbox } from '../../src/sandbox/server.js';
import { now, test as sandboxTest, type TestSandbox } from '../sandbox/client.js';
import { makePair, type TestNetns, type TestPair } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const test = sandboxTest.extend<{ pair: TestPair }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest wants a destructured first parameter
  pair: async ({}, use) => {
    const pair = makePair();
    try {
      await use(pair);
    } finally {
      pair.remove();
    }
  },
});

const IFF_TUN = 1; // linux/if_tun.h
const MAC = '02:00:00:00:00:02';
const V4 = { Address: '10.0.0.2', PrefixLen: 24 };
const V6 = { Address: 'fd00::2', PrefixLen: 64 };
/** 10.0.0.0/24 and fd00::/64 */
const ON_LINK = [
  { Destination: { IP: '10.0.0.0', Mask: '////AA==' }, Gateway: '' },
  { Destination: { IP: 'fd00::', Mask: '//////////8AAAAAAAAAAA==' }, Gateway: '' },
];

/** eth0 in the container's namespace, up and without an address; h0 with .1 in the peer's. */
const connect = ({ netns, peer }: TestPair): void => {
  netns.sh(`ip link add eth0 address ${MAC} type veth peer name h0 netns ${peer.name}
    ip link set eth0 up`);
  peer.sh(`ip link set h0 up
    ip addr add 10.0.0.1/24 dev h0
    ip addr add fd00::1/64 dev h0 nodad`);
};

interface Handover {
  readonly vnetHeader?: boolean;
  readonly channels?: number;
  readonly link?: object;
}

const ifindexOf = (netns: TestNetns): number => Number(netns.sh('cat /sys/class/net/eth0/ifindex'));

const packetSockets = (netns: TestNetns, count: number, vnetHeader: boolean): ReadonlyArray<Fd> => {
  const ifindex = trusted.ifIndex(ifindexOf(netns));
  const link = trusted.ifName('eth0');
  return Array.from({ length: count }, (_, channel) => {
    const tag = 'BindPacketSocket' as const;
    const op = { _tag: tag, link, ifindex, channel, vnetHeader, memberships: [] };
    return now(inNetns(netns.path, openPacketSocket(op))).fd;
  });
};

/** A sandbox that was handed eth0; what it answered with. */
const handOver = async (
  { netns }: TestPair,
  sandbox: TestSandbox,
  { vnetHeader = false, channels = 1, link = {} }: Handover = {},
): Promise<{ readonly running: RunningSandbox; readonly reply: string }> => {
  const running = await sandbox.start();
  const files = packetSockets(netns, channels, vnetHeader);
  const eth0 = {
    Name: 'eth0',
    MTU: 1500,
    Addresses: [V4, V6],
    Routes: ON_LINK,
    GSOMaxSize: vnetHeader ? 65_536 : 0,
    LinkAddress: Buffer.from(MAC.replaceAll(':', ''), 'hex').toString('base64'),
    NumChannels: channels,
    ...link,
  };
  const request = { method: 'Network.CreateLinksAndRoutes', arg: { FDBasedLinks: [eth0] } };
  const client = sandbox.client(running.address);
  const reply = await client.call(JSON.stringify(request), files);
  for (const file of files) close(file)();
  return { running, reply };
};

/** struct ifreq: the name, then ifr_flags. Source: linux/if.h. */
const ifreq = (name: string, flags: number): Uint8Array => {
  const bytes = new Uint8Array(40);
  bytes.set(new TextEncoder().encode(name), 0);
  new DataView(bytes.buffer).setInt16(16, flags, HOST_LE);
  return bytes;
};

/** A tun device named eth0 in the namespace, which carries bare IP packets. */
const openTun = (netns: TestNetns): Fd => {
  const fd = now(inNetns(netns.path, open('/dev/net/tun', O_RDWR | O_NONBLOCK)));
  now(inNetns(netns.path, ioctl(fd, TUNSETIFF, ifreq('eth0', IFF_TUN | IFF_NO_PI))));
  return fd;
};

/** Joins a tun device in each namespace: what one sends the other receives. */
const tunnelBetween = ({ netns, peer }: TestPair): { readonly close: () => void } => {
  const ends = [openTun(netns), openTun(peer)] as const;
  const buffer = new Uint8Array(65_536);
  const pump = (from: Fd, to: Fd) =>
    now(
      watch(from, 'readable', () => {
        const got = read(from, buffer)();
        if (E.isRight(got)) write(to, buffer.subarray(0, got.right))();
      }),
    );
  const stops = [pump(ends[0], ends[1]), pump(ends[1], ends[0])];
  return {
    close: () => {
      for (const stop of stops) stop();
      for (const end of ends) close(end)();
    },
  };
};

const SUCCESS = '{"success":true,"err":"","result":{}}';
const run = promisify(execFile);

/** Runs ping in `netns` while this process answers: its summary line. */
const ping = async (netns: TestNetns, ...args: ReadonlyArray<string>): Promise<string> => {
  const pings = run('ip', ['netns', 'exec', netns.name, 'ping', '-n', '-W60', ...args]);
  const { stdout } = await pings.catch((error: { stdout: string }) => error);
  return /\d+ packets transmitted, .* packet loss/.exec(stdout)?.[0] ?? stdout;
};
const ALL = '3 packets transmitted, 3 received, 0% packet loss';

const openFiles = (): number => readdirSync('/proc/self/fd').length;

describeWith(['netns', 'ping'], 'a sandbox with real packet sockets', () => {
  test.for([
    { vnetHeader: false, channels: 1 },
    { vnetHeader: true, channels: 1 },
    { vnetHeader: false, channels: 2 },
    { vnetHeader: true, channels: 2 },
  ])('answers ping and ping6, small and large: %o', async (how, { pair, sandbox }) => {
    connect(pair);
    const { running, reply } = await handOver(pair, sandbox, how);
    expect(reply).toBe(SUCCESS);
    expect(await ping(pair.peer, '-c3', '-i0.01', '10.0.0.2')).toBe(ALL);
    expect(await ping(pair.peer, '-c3', '-i0.01', 'fd00::2')).toBe(ALL);
    expect(await ping(pair.peer, '-c3', '-i0.01', '-s1400', '10.0.0.2')).toBe(ALL);
    expect(await ping(pair.peer, '-c3', '-i0.01', '-s1400', 'fd00::2')).toBe(ALL);
    expect(running.counters().echo).toBe(12); // twice as many if each channel saw every frame
    expect(running.counters().arp).toBeGreaterThan(0);
    expect(running.counters().ndp).toBeGreaterThan(0);
    expect(pair.peer.sh('ip neigh show 10.0.0.2 dev h0')).toContain(MAC);
    expect(pair.peer.sh('ip neigh show fd00::2 dev h0')).toContain(MAC);
  });

  test('is dead when the virtio_net_hdr is not what the call says', async ({ pair, sandbox }) => {
    connect(pair);
    const { reply } = await handOver(pair, sandbox, { link: { GSOMaxSize: 65_536 } });
    expect(reply).toBe(SUCCESS);
    expect(await ping(pair.peer, '-c1', '-W1', '10.0.0.2')).toContain('100% packet loss');
  });

  test('answers a reachability probe, so that the neighbor stays', async ({ pair, sandbox }) => {
    connect(pair);
    const { running } = await handOver(pair, sandbox);
    const { peer } = pair;
    peer.sh(`ip neigh add 10.0.0.2 lladdr ${MAC} nud probe dev h0
      ip neigh add fd00::2 lladdr ${MAC} nud probe dev h0`);
    await expect
      .poll(() => peer.sh('ip neigh show dev h0 nud reachable'), { timeout: 20_000 })
      .toMatch(/10\.0\.0\.2 [\s\S]*fd00::2 |fd00::2 [\s\S]*10\.0\.0\.2 /);
    expect(running.counters()).toMatchObject({ arp: 1, ndp: 1, echo: 0 });
  });

  test('sends by the default gateway, whose permanent neighbor is on the wire', async ({
    pair,
    sandbox,
  }) => {
    connect(pair);
    const { peer } = pair;
    // The peer asks from an address that only the gateway route reaches, and listens for the gateway's MAC.
    peer.sh(`ip addr add 198.51.100.1/32 dev lo
      ip link add gw0 link h0 address 02:00:00:00:00:fe type macvlan mode bridge
      ip link set gw0 up
      sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.gw0.rp_filter=0`);
    const { reply } = await handOver(pair, sandbox, {
      link: {
        Routes: [
          { Destination: { IP: '0.0.0.0', Mask: 'AAAAAA==' }, Gateway: '10.0.0.254' },
          ...ON_LINK,
        ],
        Neighbors: [{ IP: '10.0.0.254', HardwareAddr: 'AgAAAAD+' }],
      },
    });
    expect(reply).toBe(SUCCESS);
    const before = Number(peer.sh('cat /sys/class/net/gw0/statistics/rx_packets'));
    expect(await ping(peer, '-c3', '-i0.01', '-I198.51.100.1', '10.0.0.2')).toBe(ALL);
    const after = Number(peer.sh('cat /sys/class/net/gw0/statistics/rx_packets'));
    expect(after - before).toBeGreaterThanOrEqual(3);
  });

  test('finds the gateway itself when nobody named its MAC', async ({ pair, sandbox }) => {
    connect(pair);
    pair.peer.sh(`ip addr add 198.51.100.1/32 dev lo
      ip addr add 2001:db8:1::1/128 dev lo nodad`);
    await handOver(pair, sandbox, {
      link: {
        Routes: [
          { Destination: { IP: '198.51.100.0', Mask: '////AA==' }, Gateway: '10.0.0.1' },
          {
            Destination: { IP: '2001:db8:1::', Mask: '//////////8AAAAAAAAAAA==' },
            Gateway: 'fd00::1',
          },
        ],
      },
    });
    // A permanent neighbor here: the peer does not ask, so the sandbox does not learn, and has to ask.
    pair.peer.sh(`ip neigh add 10.0.0.2 lladdr ${MAC} nud permanent dev h0
      ip neigh add fd00::2 lladdr ${MAC} nud permanent dev h0`);
    expect(await ping(pair.peer, '-c3', '-i0.2', '-I198.51.100.1', '10.0.0.2')).toBe(ALL);
    expect(await ping(pair.peer, '-c3', '-i0.2', '-I2001:db8:1::1', 'fd00::2')).toBe(ALL);
  });

  test('answers on a link without MAC headers', async ({ pair, sandbox }) => {
    const tunnel = tunnelBetween(pair);
    onTestFinished(tunnel.close);
    pair.netns.sh('ip link set eth0 up');
    pair.peer.sh(`ip link set eth0 up
      ip addr add 10.0.0.1/24 dev eth0
      ip addr add fd00::1/64 dev eth0 nodad`);
    const { running, reply } = await handOver(pair, sandbox, { link: { LinkAddress: null } });
    expect(reply).toBe(SUCCESS);
    expect(await ping(pair.peer, '-c3', '-i0.01', '10.0.0.2')).toBe(ALL);
    expect(await ping(pair.peer, '-c3', '-i0.01', 'fd00::2')).toBe(ALL);
    expect(running.counters()).toStrictEqual({ arp: 0, ndp: 0, echo: 6 });
  });

  test('goes on after the link was down and up again', async ({ pair, sandbox }) => {
    connect(pair);
    await handOver(pair, sandbox);
    pair.netns.sh('ip link set eth0 down; ip link set eth0 up');
    expect(await ping(pair.peer, '-c3', '-i0.2', '10.0.0.2')).toBe(ALL);
  });

  test('refuses a packet socket that is not bound, as the sentry does', async ({ sandbox }) => {
    const running = await sandbox.start();
    const unbound = now(socket(AF_PACKET, SOCK_RAW, 0));
    onTestFinished(close(unbound));
    const request = {
      method: 'Network.CreateLinksAndRoutes',
      arg: { FDBasedLinks: [{ Name: 'eth0', MTU: 1500, NumChannels: 1 }] },
    };
    const reply = await sandbox.client(running.address).call(JSON.stringify(request), [unbound]);
    expect(JSON.parse(reply)).toMatchObject({
      success: false,
      err: 'failed to enable PACKET_FANOUT option: invalid argument',
    });
    expect(running.accepted().nics).toStrictEqual([]);
  });

  test('leaves no descriptor open, over many sandboxes', async ({ pair, sandbox }) => {
    connect(pair);
    const once = async (): Promise<void> => {
      const { running } = await handOver(pair, sandbox, { channels: 2 });
      running.stop();
      await running.closed();
    };
    await once(); // the event loop's own descriptors
    const before = openFiles();
    for (let i = 0; i < 5; i++) await once();
    expect(openFiles() - before).toBe(5); // the five clients, closed after the test
  });
});
