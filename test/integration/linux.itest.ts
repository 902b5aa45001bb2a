/** The FFI on a real kernel: namespaces entered and left, packet sockets, what leaks and what does not. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import { expect } from 'vitest';
import {
  MSG_DONTWAIT,
  POLLIN,
  SIOCETHTOOL,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
} from '../../src/executor/linux/abi.js';
import { ENETDOWN, ENODEV } from '../../src/executor/linux/errno.js';
import { ethtoolGso } from '../../src/executor/linux/ethtool.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import {
  addressOf,
  close,
  getsockoptInt,
  ioctl,
  poll,
  recv,
  send,
} from '../../src/executor/linux/libc.js';
import { openNetlinkSocket } from '../../src/executor/linux/netlink-socket.js';
import { identityFromInside, inNetns, openNetnsFile } from '../../src/executor/linux/netns.js';
import { openPacketSocket, type PacketSocket } from '../../src/executor/linux/packet-socket.js';
import { netnsPath } from '../../src/plan/model/netns-path.js';
import type { BindPacketSocket } from '../../src/plan/model/ops.js';
import { trusted } from '../../src/plan/model/scalars.js';
import { type TestNetns, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';

const home = () => readlinkSync('/proc/thread-self/ns/net');
const openFiles = () => readdirSync('/proc/self/fd').length;
const DIST = join(import.meta.dirname, '../../dist/executor/linux');
const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

describeWith(['netns'], 'network namespaces', () => {
  test('runs inside and comes back', ({ pair }) => {
    const before = home();
    const inside = right(inNetns(pair.netns.path, () => E.right(home()))());
    expect(inside).toBe(`net:[${statSync(pair.netns.path).ino}]`);
    expect(inside).not.toBe(before);
    expect(home()).toBe(before);
  });

  test('comes back and keeps the error, or the exception, of what ran inside', ({ pair }) => {
    const before = home();
    expect(inNetns(pair.netns.path, IOE.left('failed inside'))()).toStrictEqual(
      E.left('failed inside'),
    );
    const defect = inNetns(pair.netns.path, () => {
      throw new Error('defect inside');
    });
    expect(defect).toThrow('defect inside');
    expect(home()).toBe(before);
  });

  test('a socket opened inside stays inside', ({ pair }) => {
    pair.recipe('c01');
    const linkDump = (path: string) => {
      const socket = right(inNetns(path, openNetlinkSocket())());
      // RTM_GETLINK, NLM_F_REQUEST|NLM_F_DUMP: 16 bytes of nlmsghdr, 16 of ifinfomsg
      right(send(socket, Uint8Array.from([32, 0, 0, 0, 18, 0, 1, 3, ...Array(24).fill(0)]), 0)());
      const reply = new Uint8Array(65536);
      const length = right(recv(socket, reply, MSG_DONTWAIT)());
      close(socket)();
      return Buffer.from(reply.subarray(0, length)).toString('latin1');
    };
    expect(linkDump(pair.netns.path)).toContain('eth0\0');
    expect(linkDump(pair.peer.path)).not.toContain('eth0\0');
  });

  test('leaks no descriptor over 1,000 rounds, failing ones too', ({ pair }) => {
    const round = () => {
      const socket = right(inNetns(pair.netns.path, openNetlinkSocket())());
      close(socket)();
      inNetns(pair.netns.path, IOE.left('no'))();
      inNetns('/proc/self/ns/mnt', IOE.right(null))();
    };
    round();
    const before = openFiles();
    for (let i = 0; i < 1000; i += 1) round();
    expect(openFiles()).toBe(before);
  });

  test('aborts rather than go on in the wrong namespace', ({ pair }) => {
    const script = `
      import { inNetns } from '${DIST}/netns.js';
      inNetns('${pair.netns.path}', () => { process.seteuid(65534); return { _tag: 'Right', right: 0 }; })();
      console.log('still here');`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(child.stdout.toString()).toBe('');
    expect(child.signal).toBe('SIGABRT');
  });

  test('tells apart what is not a namespace', ({ pair }) => {
    const dir = mkdtempSync(join(tmpdir(), 'npt-'));
    const stale = join(dir, 'stale');
    writeFileSync(stale, '');
    const fifo = join(dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const why = (path: string) =>
      pipe(
        openNetnsFile(path)(),
        E.match(
          (error) => (error._tag === 'NetnsNotFound' ? error.why : error._tag),
          (fd) => {
            close(fd)();
            return 'a netns';
          },
        ),
      );
    try {
      expect(why(pair.netns.path)).toBe('a netns');
      expect(why(netnsPath({ pid: process.pid }))).toBe('a netns');
      expect(why(netnsPath({ netns: pair.netns.name }))).toBe('a netns');
      expect(why(netnsPath({ netns: 'npt-none' }))).toBe('missing');
      expect(why(join(stale, 'below'))).toBe('missing');
      expect(why(netnsPath({ pid: 2 ** 22 + 1 }))).toBe('no-such-process');
      expect(why(stale)).toBe('unmounted');
      expect(why('/proc/self/ns/mnt')).toBe('not-a-netns');
      expect(why('/etc/passwd')).toBe('not-a-netns');
      expect(why(dir)).toBe('not-a-netns');
      expect(why(fifo)).toBe('not-a-netns');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('knows namespaces by inode and cookie, and the machine’s own', ({ pair }) => {
    const identity = (path: string) => {
      const file = right(openNetnsFile(path)());
      const socket = right(inNetns(file, openNetlinkSocket())());
      const found = right(inNetns(file, identityFromInside(file, socket))());
      close(socket)();
      close(file)();
      return found;
    };
    const one = identity(pair.netns.path);
    expect(one).toStrictEqual({
      inode: String(statSync(pair.netns.path).ino),
      cookie: expect.stringMatching(/^[1-9]\d*$/),
      root: false,
    });
    expect(identity(pair.netns.path)).toStrictEqual(one);
    expect(identity(pair.peer.path).cookie).not.toBe(one.cookie);
    const here = existsSync('/proc/sys/net/core/dev_weight');
    expect(identity('/proc/self/ns/net').root).toBe(here);
  });
});

describeWith(['netns'], 'packet sockets', () => {
  const op = (link: string, more: Partial<BindPacketSocket> = {}): BindPacketSocket => ({
    _tag: 'BindPacketSocket',
    link: trusted.ifName(link),
    ifindex: trusted.ifIndex(link === 'h0' ? 102 : 2),
    channel: 0,
    vnetHeader: false,
    memberships: [],
    ...more,
  });
  const bound = (netns: TestNetns, request: BindPacketSocket) =>
    right(inNetns(netns.path, openPacketSocket(request))());
  /** An Ethernet frame of a protocol that nothing else here sends (RFC 5342's experimental 0x88b5). */
  const frame = (to: string, text: string) =>
    Buffer.concat([
      Buffer.from(`${to}02000000000188b5`.replaceAll(':', ''), 'hex'),
      Buffer.from(text),
    ]);
  const EXPERIMENTAL = 0x88b5;
  /** The next such frame, its text. Null after `waitMs` without one. */
  const nextText = (fd: Fd, header = 0, waitMs = 60_000): string | null => {
    const buffer = new Uint8Array(2048);
    for (;;) {
      if (right(poll([{ fd, events: POLLIN }], waitMs)())[0] !== POLLIN) return null;
      const got = Buffer.from(buffer.subarray(0, right(recv(fd, buffer, 0)()))).subarray(header);
      if (got.readUInt16BE(12) === EXPERIMENTAL) return got.subarray(14).toString();
    }
  };

  /** In a process that may use packet sockets and enter namespaces, and no more. */
  const boundWithoutNetAdmin = (
    netns: TestNetns,
    request: BindPacketSocket,
    bytes: number,
  ): PacketSocket => {
    const script = `
      import { inNetns } from '${DIST}/netns.js';
      import { openPacketSocket } from '${DIST}/packet-socket.js';
      const opened = inNetns('${netns.path}', openPacketSocket(${JSON.stringify(request)}, ${bytes}))();
      console.log(JSON.stringify(opened));`;
    const node = [process.execPath, '--input-type=module', '-e', script];
    const output = execFileSync('setpriv', ['--bounding-set=-net_admin', ...node]);
    return right(JSON.parse(output.toString()));
  };

  test('frames go both ways over a veth', ({ pair }) => {
    pair.recipe('c01');
    const here = bound(pair.netns, op('eth0')).fd;
    const there = bound(pair.peer, op('h0')).fd;
    right(send(there, frame('02:00:00:00:00:02', 'to the container'), 0)());
    expect(nextText(here)).toBe('to the container');
    right(send(here, frame('02:00:00:00:00:01', 'to the peer'), 0)());
    expect(nextText(there)).toBe('to the peer');
    close(here)();
    close(there)();
  });

  test('has 10 bytes of virtio_net_hdr before each frame exactly where it is asked for', ({
    pair,
  }) => {
    pair.recipe('c01');
    const plain = bound(pair.netns, op('eth0')).fd;
    const withHeader = bound(pair.netns, op('eth0', { vnetHeader: true, channel: 1 })).fd;
    const there = bound(pair.peer, op('h0')).fd;
    right(send(there, frame('02:00:00:00:00:02', 'hello'), 0)());
    expect(nextText(plain)).toBe('hello');
    expect(nextText(withHeader, 10)).toBe('hello');
    for (const fd of [plain, withHeader, there]) close(fd)();
  });

  test('a macvlan takes in the multicast groups that it is told to, and no others', ({ pair }) => {
    pair.recipe('c01');
    pair.netns.sh(
      'ip link add mv0 link eth0 address 02:00:00:00:00:05 type macvlan mode bridge; ip link set mv0 up',
    );
    const ifindex = trusted.ifIndex(Number(pair.netns.sh('cat /sys/class/net/mv0/ifindex')));
    const group = trusted.linkAddress('33:33:ff:00:00:99');
    const there = bound(pair.peer, op('h0')).fd;
    const deaf = bound(pair.netns, op('mv0', { ifindex })).fd;
    right(send(there, frame(group, 'nobody listens'), 0)());
    expect(nextText(deaf, 0, 1000)).toBeNull();
    const member = bound(pair.netns, op('mv0', { ifindex, memberships: [group] })).fd;
    right(send(there, frame(group, 'to the group'), 0)());
    expect(nextText(member)).toBe('to the group');
    for (const fd of [there, deaf, member]) close(fd)();
  });

  test('has 4 MiB of buffer on both sides', ({ pair }) => {
    pair.recipe('c01');
    const { fd, warnings } = bound(pair.netns, op('eth0'));
    expect(warnings).toStrictEqual([]);
    for (const option of [SO_RCVBUF, SO_SNDBUF])
      expect(right(getsockoptInt(fd, SOL_SOCKET, option)())).toBe(2 * 4 * 1024 * 1024);
    close(fd)();
  });

  test('warns where it gets less buffer, and works', ({ pair }) => {
    pair.recipe('c01');
    const max = (file: string) => Number(readFileSync(`/proc/sys/net/core/${file}`, 'utf8'));
    const [receive, send] = [max('rmem_max'), max('wmem_max')];
    const asked = 2 * Math.max(receive, send);
    const poor = boundWithoutNetAdmin(pair.netns, op('eth0'), asked);
    expect(poor.warnings.map((warning) => warning.replace(/:.*/, ''))).toStrictEqual([
      `receive buffer of channel 0 of eth0 is ${receive} bytes instead of ${asked}`,
      `send buffer of channel 0 of eth0 is ${send} bytes instead of ${asked}`,
    ]);
  });

  test('says that the link is gone, or down', ({ pair }) => {
    pair.recipe('c20');
    const before = openFiles();
    const missing = op('eth7', { ifindex: trusted.ifIndex(77) });
    expect(inNetns(pair.netns.path, openPacketSocket(missing))()).toStrictEqual(
      E.left({ _tag: 'LinkGone', link: 'eth7' }),
    );
    const down = op('eth1', { ifindex: trusted.ifIndex(3) });
    expect(inNetns(pair.netns.path, openPacketSocket(down))()).toStrictEqual(
      E.left({ _tag: 'SyscallError', call: 'bind', errno: ENETDOWN, about: 'eth1' }),
    );
    expect(openFiles()).toBe(before);
  });
});

describeWith(['netns'], 'ethtool', () => {
  /** ETHTOOL_SGSO, which only this test needs: `ethtool -K eth0 gso on`. */
  const setGso = (socket: Fd, on: boolean) => {
    const value = new Uint8Array(Uint32Array.of(0x24, on ? 1 : 0).buffer);
    const ifreq = Buffer.alloc(40);
    ifreq.write('eth0');
    ifreq.writeBigUInt64LE(addressOf(value)(), 16);
    right(ioctl(socket, SIOCETHTOOL, ifreq)());
  };

  test('tells whether the host segments for a link', ({ pair }) => {
    pair.recipe('c01');
    const socket = right(inNetns(pair.netns.path, openNetlinkSocket())());
    const gso = (link: string) => ethtoolGso(socket, trusted.ifName(link))();
    for (const on of [false, true, false]) {
      setGso(socket, on);
      expect(gso('eth0')).toStrictEqual(E.right(on));
    }
    expect(gso('none')).toMatchObject(E.left({ errno: ENODEV, about: 'none' }));
    close(socket)();
  });
});
