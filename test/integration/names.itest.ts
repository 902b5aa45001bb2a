/** Names that are not UTF-8, which the kernel takes: nothing on the way from it and back to it changes a byte. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { release } from '../../src/executor/giveback/release.js';
import { liveCapabilities as live } from '../../src/executor/live/live.js';
import { readDocument, writeDocument } from '../../src/plan/documents/read.js';
import { IPROUTE2_PARTS } from '../../src/plan/iproute2/parts.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { applyWorld, leftOf } from '../support/apply-world.js';
import { type TestNetns, type TestPair, test } from '../support/netns.js';
import { observeNetns } from '../support/observe.js';
import { describeWith } from '../support/requires.js';
import { netplan } from '../support/run-cli.js';
import { FAILURE, SUCCESS } from '../support/scripted-sandbox.js';

/** As ip(8) prints it, each byte as a character. */
const printed = ({ name }: TestNetns, ...args: ReadonlyArray<string>): string =>
  execFileSync('ip', ['-n', name, ...args]).toString('latin1');

const everything = (netns: TestNetns): string =>
  [['addr'], ['-4', '-d', 'route', 'show', 'table', 'all'], ['rule'], ['-6', 'route']]
    .map((args) => printed(netns, ...args))
    .join('');

/** A link and an alternative name of Latin-1, a label and a rule with them, and a name with a backslash. */
const SCRIPT = `
n=$(printf 'caf\\351')
ip link add "$n" type veth peer name pq netns PEER; ip link set "$n" up
ip link property add dev "$n" altname "$(printf 'fen\\352tre')"
ip addr add 10.9.9.9/24 dev "$n"; ip addr add 10.9.8.9/24 dev "$n" label "$n:\\\\x"
ip rule add iif "$n" lookup 100 prio 77
ip link add 'a\\b' type veth peer name pb netns PEER; ip link set 'a\\b' up; ip addr add 10.9.7.9/24 dev 'a\\b'
`;

const make = (pair: TestPair): void => {
  pair.recipe('base');
  pair.netns.sh(SCRIPT.replaceAll('PEER', pair.peer.name));
  pair.peer.sh('ip link set pq up; ip link set pb up');
};

/** Whatever has a name in a captured state. */
const namesIn = (json: string) => {
  const { links, addresses, rules } = JSON.parse(json) as NamespaceState;
  return [
    links.map(({ name, altnames }) => [name, altnames]),
    addresses.map(({ label }) => label),
    rules.map(({ iif }) => iif),
  ];
};

describeWith(['netns'], 'names that are not UTF-8', () => {
  const { answering, applying, journalFolder } = applyWorld();

  test('are in the state, the plan and every document of them', async ({ pair }) => {
    make(pair);
    const state = await observeNetns(pair.netns.path);
    const link = state.links.find(({ name }) => name === 'caf\\xe9');
    expect(link).toMatchObject({ altnames: ['fen\\xeatre'], gso: expect.any(Boolean) });
    expect(state.links.map(({ name }) => name)).toContain('a\\\\b');
    expect(state.addresses.map(({ label }) => label)).toContain('caf\\xe9:\\\\x');
    expect(state.rules.find(({ priority }) => priority === 77)?.iif).toBe('caf\\xe9');
    const yaml = writeDocument(NamespaceState, state);
    expect(readDocument(NamespaceState, yaml)).toStrictEqual(E.right(state));
  });

  test('survive a refused apply, and an apply and a release', async ({ pair }) => {
    make(pair);
    const before = everything(pair.netns);
    expect(before).toContain('scope global caf\xe9:\\x');
    answering(FAILURE);
    expect(leftOf(await applying(pair))).toMatchObject({ _tag: 'RolledBack' });
    expect(everything(pair.netns)).toBe(before);
    answering(SUCCESS);
    expect(await applying(pair)).toMatchObject({
      right: { verification: { outcome: 'verified' } },
    });
    expect(printed(pair.netns, '-4', 'addr')).not.toContain('10.9.9.9');
    const options = { journalFolder: journalFolder(), force: true };
    expect(await release(pair.netns.path, options)(live)()).toMatchObject({
      right: { outcome: 'given-back' },
    });
    expect(everything(pair.netns)).toBe(before);
  });

  test('are captured and planned the same from either document', ({ pair }) => {
    make(pair);
    const folder = mkdtempSync(join(tmpdir(), 'npt-names-'));
    try {
      const planned = (...source: ReadonlyArray<string>) => {
        const { status, stdout, stderr } = netplan(['plan', ...source, '-o', '-']);
        expect(stderr).toBe('');
        expect(status).toBe(0);
        return stdout;
      };
      const live = planned('--netns', pair.netns.name);
      for (const [file, ...flags] of [['state.yaml'], ['state.json', '--json']] as const) {
        const captured = netplan(['capture', '--netns', pair.netns.name, ...flags]).stdout;
        writeFileSync(join(folder, file), captured);
        expect(planned('--state', join(folder, file))).toBe(live);
      }
      for (const { command, file } of Object.values(IPROUTE2_PARTS))
        writeFileSync(
          join(folder, file),
          execFileSync('ip', ['-n', pair.netns.name, ...command.split(' ').slice(1)]),
        );
      const shown = netplan(['capture', '--state', folder, '--json']);
      expect(shown.stderr).toBe('');
      expect(namesIn(shown.stdout)).toStrictEqual(
        namesIn(readFileSync(join(folder, 'state.json'), 'utf8')),
      );
      const explained = netplan(['explain', 'caf\\xe9', '--netns', pair.netns.name]);
      expect(explained.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
