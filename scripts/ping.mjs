#!/usr/bin/env node
import {
  encodeIcmp,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
} from '../dist/executor/frames/icmp.js';
import { HOST_LE } from '../dist/executor/linux/byte-order.js';
import * as libc from '../dist/executor/linux/libc.js';
/**
 * Pings an address from inside a network namespace, for machines without ping(8): the kernel of that
 * namespace resolves the neighbor and sends, through netplan's own system calls (needs `npm run build`).
 *
 * Usage: ping.mjs NETNS ADDRESS [COUNT]. Exit code 1 when a reply is missing.
 */
import { inNetns } from '../dist/executor/linux/netns.js';
import { parseAddress } from '../dist/plan/model/address.js';
import { netnsPath } from '../dist/plan/model/netns-path.js';

const AF_INET = 2; // linux/socket.h
const AF_INET6 = 10; // linux/socket.h
const SOCK_RAW = 3; // linux/net.h
const IPPROTO_ICMP = 1; // linux/in.h
const IPPROTO_ICMPV6 = 58; // linux/in6.h
const POLLIN = 1; // asm-generic/poll.h
const REPLY_TIMEOUT_MS = 2000;

/** struct sockaddr_in (16 bytes) or sockaddr_in6 (28), port 0. */
const sockaddrOf = (address) => {
  const v4 = address.length === 4;
  const bytes = new Uint8Array(v4 ? 16 : 28);
  new DataView(bytes.buffer).setUint16(0, v4 ? AF_INET : AF_INET6, HOST_LE);
  bytes.set(address, v4 ? 4 : 8);
  return bytes;
};

/** The value of a call, or the end of the script. */
const must = (call) => {
  const result = call();
  if (result._tag === 'Right') return result.right;
  process.stderr.write(`ping: ${JSON.stringify(result.left)}\n`);
  process.exit(1);
};

/** For IPv6 the kernel computes the checksum, which covers addresses that only it knows. */
const request = (v4, id, sequence) => {
  const body = new Uint8Array(4 + 56);
  const view = new DataView(body.buffer);
  view.setUint16(0, id);
  view.setUint16(2, sequence);
  return encodeIcmp({ type: v4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST, code: 0, body });
};

/** Whether `bytes`, as a raw socket gives them (with the IP header for IPv4 alone), answer the request. */
const answers = (v4, bytes, id, sequence) => {
  const icmp = bytes.subarray(v4 ? ((bytes[0] ?? 0) & 15) * 4 : 0);
  const view = new DataView(icmp.buffer, icmp.byteOffset, icmp.length);
  return (
    icmp.length >= 8 &&
    icmp[0] === (v4 ? ICMP_ECHOREPLY : ICMPV6_ECHO_REPLY) &&
    view.getUint16(4) === id &&
    view.getUint16(6) === sequence
  );
};

const echo = (fd, v4, id, sequence) => {
  const started = performance.now();
  must(libc.send(fd, request(v4, id, sequence), 0));
  const buffer = new Uint8Array(2048);
  for (;;) {
    const left = Math.ceil(REPLY_TIMEOUT_MS - (performance.now() - started));
    const [events = 0] = left > 0 ? must(libc.poll([{ fd, events: POLLIN }], left)) : [];
    if (events === 0) return null;
    const length = must(libc.recv(fd, buffer, 0));
    if (answers(v4, buffer.subarray(0, length), id, sequence)) return performance.now() - started;
  }
};

const [netns, address, count = '3'] = process.argv.slice(2);
const bytes = parseAddress(address ?? '');
if (netns === undefined || bytes === null) {
  process.stderr.write('usage: ping.mjs NETNS ADDRESS [COUNT]\n');
  process.exit(2);
}
const v4 = bytes.length === 4;
const [family, protocol] = v4 ? [AF_INET, IPPROTO_ICMP] : [AF_INET6, IPPROTO_ICMPV6];
const fd = must(inNetns(netnsPath({ netns }), libc.socket(family, SOCK_RAW, protocol)));
must(libc.connect(fd, sockaddrOf(bytes)));
let lost = 0;
for (let sequence = 1; sequence <= Number(count); sequence++) {
  const took = echo(fd, v4, process.pid & 0xffff, sequence);
  if (took === null) lost++;
  const outcome = took === null ? 'no reply' : `reply in ${took.toFixed(2)} ms`;
  process.stdout.write(`${address} icmp_seq=${sequence}: ${outcome}\n`);
}
process.exit(lost === 0 ? 0 : 1);
