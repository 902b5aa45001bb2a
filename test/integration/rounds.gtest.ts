/** Three containers of the real runsc one after the other in the same namespace: handed over, given back, and again. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { captureText } from '../support/capture-text.js';
import { type TestPair, test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { netplan } from '../support/run-cli.js';
import { createContainer, type RunscContainer } from '../support/runsc-container.js';

const ROUNDS = 3;

interface Round {
  readonly name: string;
  readonly recipe: string;
  /** what the peer needs to answer */
  readonly peer: string;
  /** run in the container */
  readonly pings: string;
  /** an address that no link of the host may have while the sandbox has it */
  readonly taken: ReadonlyArray<string>;
}

const CASES: ReadonlyArray<Round> = [
  {
    name: 'c03: a /32 whose gateway is a permanent neighbor',
    recipe: 'c03',
    peer: `ip link set h0 address ee:ee:ee:ee:ee:ee; ip addr flush dev h0; ip addr add 169.254.1.1/32 dev h0
      ip route add 192.168.7.9 dev h0; ip link set lo up; ip addr add 203.0.113.7/32 dev lo`,
    pings: 'ping -c 1 -W 60 169.254.1.1; ping -c 1 -W 60 203.0.113.7',
    taken: ['192.168.7.9'],
  },
  {
    name: 'two links, IPv4 and IPv6, with all that goes with an address',
    recipe: 'f1; ip -n $N addr add fd01::2/64 dev eth1 nodad',
    peer: `ip addr add 10.1.0.1/24 dev h1; ip addr add fd00::1/64 dev h0 nodad; ip addr add fd01::1/64 dev h1 nodad
      ip link set lo up; ip addr add 203.0.113.7/32 dev lo; ip addr add 2001:db8::7/128 dev lo`,
    pings: `for a in 10.0.0.1 10.1.0.1 203.0.113.7; do ping -c 1 -W 60 $a; done
      for a in fd00::1 fd01::1 2001:db8::7; do ping6 -c 1 -W 60 $a; done`,
    taken: ['10.0.0.2', '10.1.0.2', 'fd00::2', 'fd01::2'],
  },
];

const released = (pair: TestPair, journal: string) =>
  netplan(['release', '--netns', pair.netns.name, '--journal', journal]);

const oneRound = (pair: TestPair, { pings, taken }: Round, folder: string): void => {
  const container: RunscContainer = createContainer(pair.netns.path);
  const sink = ['--container', container.id, '--root', container.root, '--journal', folder];
  try {
    const applied = netplan(['apply', ...sink, '--json']);
    expect(applied, applied.stderr).toMatchObject({ status: 0 });
    const { verification } = JSON.parse(applied.stdout);
    expect(verification).toStrictEqual({ outcome: 'verified', differences: [] });
    container.start();
    container.exec(`set -e; ${pings}`);
    const host = pair.netns.sh('ip -o addr show');
    expect(taken.filter((address) => host.includes(` ${address}/`))).toStrictEqual([]);

    const second = netplan(['apply', ...sink]);
    expect(second.status).not.toBe(0);
    expect(second.stderr).toMatch(
      new RegExp(`already handed over at .* by process \\d+ for sandbox ${container.id}`),
    );
    const early = released(pair, folder);
    expect(early.status).not.toBe(0);
    expect(early.stderr).toMatch(
      new RegExp(`sandbox ${container.id} still has the addresses: process \\d+ runs`),
    );
    container.exec(`set -e; ${pings}`);
  } finally {
    container.remove();
  }
};

describeWith(['netns', 'runsc', 'busybox'], 'a container that was started', () => {
  test('is refused, and goes on', ({ pair }) => {
    pair.recipe('c02');
    const before = captureText(pair.netns);
    const container = createContainer(pair.netns.path);
    try {
      container.start();
      const late = netplan(['apply', '--container', container.id, '--root', container.root]);
      expect(late).toMatchObject({ status: 65 });
      expect(late.stderr).toContain('preflight/sandbox-started');
      expect(container.exec('echo alive')).toBe('alive\n');
      expect(captureText(pair.netns)).toBe(before);
    } finally {
      container.remove();
    }
  });
});

describeWith(['netns', 'runsc', 'busybox'], 'rounds with a real gVisor container', () => {
  test.for(CASES)('$name: thrice in one namespace', (round, { pair }) => {
    pair.recipe(round.recipe);
    pair.peer.sh(round.peer);
    const before = captureText(pair.netns);
    const folder = mkdtempSync(join(tmpdir(), 'npt-journal-'));
    try {
      for (let i = 0; i < ROUNDS; i++) {
        oneRound(pair, round, folder);
        const given = released(pair, folder);
        expect(given, given.stderr).toMatchObject({ status: 0 });
        expect(captureText(pair.netns), `round ${i}`).toBe(before);
        expect(readdirSync(folder)).toStrictEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
