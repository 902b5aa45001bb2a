/** The other end of a tun link: a process that reads the packets sent to it and answers pings. */
import * as E from 'fp-ts/lib/Either.js';
import { IFF_NO_PI, O_NONBLOCK, O_RDWR, TUNSETIFF } from '../../src/executor/linux/abi.js';
import { HOST_LE } from '../../src/executor/linux/byte-order.js';
import type { Fd } from '../../src/executor/linux/fd.js';
import { close, ioctl, open, read, watch, write } from '../../src/executor/linux/libc.js';
import { inNetns } from '../../src/executor/linux/netns.js';
import type { TestNetns } from './netns.js';

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

/** Packets without a MAC header. Source: linux/if_tun.h. */
const IFF_TUN = 0x1;

/** Opens the tun link `name` of a namespace, which has carrier from then on. */
const openTun = ({ path }: TestNetns, name: string): Fd =>
  right(
    inNetns(path, () => {
      const tun = open('/dev/net/tun', O_RDWR | O_NONBLOCK)();
      if (E.isLeft(tun)) return tun;
      const ifreq = new Uint8Array(40); // struct ifreq: name[16], flags; netdevice(7)
      ifreq.set(Buffer.from(name));
      new DataView(ifreq.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, HOST_LE);
      const attached = ioctl(tun.right, TUNSETIFF, ifreq)();
      return E.isLeft(attached) ? attached : tun;
    })(),
  );

interface Ping {
  /** where the addresses are, source first, and their length */
  readonly addresses: number;
  readonly addressBytes: 4 | 16;
  /** where the ICMP message starts: type, code, checksum */
  readonly icmp: number;
  readonly request: number;
  readonly reply: number;
}

/** Without IPv4 options or IPv6 extension headers, as ping sends it. Source: RFC 791, 792, 8200, 4443. */
const PING4: Ping = { addresses: 12, addressBytes: 4, icmp: 20, request: 8, reply: 0 };
const PING6: Ping = { addresses: 8, addressBytes: 16, icmp: 40, request: 128, reply: 129 };

const pingIn = (packet: Uint8Array): Ping | null => {
  const [first = 0] = packet;
  if (first === 0x45 && packet[9] === 1 && packet[20] === PING4.request) return PING4;
  return first >> 4 === 6 && packet[6] === 58 && packet[40] === PING6.request ? PING6 : null;
};

/** The answer: addresses swapped, which no checksum sees, and the type changed, which ICMP's does. */
const answerTo = (packet: Uint8Array, ping: Ping): Uint8Array => {
  const { addresses, addressBytes, icmp, request, reply } = ping;
  const answer = packet.slice();
  const middle = addresses + addressBytes;
  answer.set(packet.subarray(middle, middle + addressBytes), addresses);
  answer.set(packet.subarray(addresses, middle), middle);
  const view = new DataView(answer.buffer);
  view.setUint8(icmp, reply);
  // One's complement: what the sum loses, its complement gains. Source: RFC 1624.
  const sum = view.getUint16(icmp + 2) + ((request - reply) << 8);
  const folded = (sum & 0xffff) + (sum >> 16);
  view.setUint16(icmp + 2, folded & 0xffff);
  return answer;
};

export interface TunEnd {
  /** every packet so far that came out of the link */
  readonly received: ReadonlyArray<Uint8Array>;
  readonly close: () => void;
}

/** Answers every ping that the namespace, or the sandbox that has its link, sends through tun link `name`. */
export const answerPings = (netns: TestNetns, name: string): TunEnd => {
  const tun = openTun(netns, name);
  const received: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  const stop = right(
    watch(tun, 'readable', () => {
      const length = read(tun, buffer)();
      if (E.isLeft(length)) return; // EAGAIN: nothing more
      const packet = buffer.slice(0, length.right);
      received.push(packet);
      const ping = pingIn(packet);
      if (ping !== null) right(write(tun, answerTo(packet, ping))());
    })(),
  );
  return {
    received,
    close: () => {
      stop();
      close(tun)();
    },
  };
};
