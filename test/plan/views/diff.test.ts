import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { Change, diffPlans } from '../../../src/plan/views/diff.js';
import { diffText } from '../../../src/plan/views/plan-text.js';
import { ansi, plain } from '../../../src/plan/views/style.js';
import { editedPlan, samplePlan } from '../../support/sample-plan.js';

type Edit = Parameters<typeof editedPlan>[0];

/** What the sample becomes with `edit`, as text. */
const changed = (edit: Edit): string => diffText(diffPlans(samplePlan, editedPlan(edit)), plain);

const eth0: (edit: (link: Parameters<Edit>[0]['fdLinks'][number]) => void) => Edit =
  (edit) => (plan) => {
    for (const link of plan.fdLinks) edit(link);
  };

test('a plan does not differ from itself', () => {
  expect(diffPlans(samplePlan, samplePlan)).toStrictEqual([]);
});

test('where a plan came from is no difference', () => {
  const elsewhere = editedPlan((plan) => {
    plan.basis = {
      stateHash: 'f',
      scanned: 1,
      netns: { inode: '1', cookie: '1', root: false },
    };
    for (const one of plan.objects) one.object = one.object.replace('[0]', '[7]');
    for (const link of plan.fdLinks) for (const address of link.addresses) address.from = [];
    for (const loss of plan.losses) {
      loss.path = 'routes[7]';
      loss.objects = loss.objects.map((path) => path.replace('[0]', '[7]'));
    }
  });
  expect(diffPlans(samplePlan, elsewhere)).toStrictEqual([]);
});

describe('a change of one thing is one line', () => {
  test.each<readonly [string, string, Edit]>([
    ['target', '~  target  latest -> 2022-12\n', (plan) => (plan.target = '2022-12')],
    ['network', '~  network  sandbox -> none\n', (plan) => (plan.network = 'none')],
    ['ifindex', '~  fdLinks.eth0.ifindex  2 -> 3\n', eth0((link) => (link.ifindex = 3))],
    ['mtu', '~  fdLinks.eth0.mtu  1450 -> 1500\n', eth0((link) => (link.mtu = 1500))],
    ['layer', '~  fdLinks.eth0.layer  ethernet -> ip\n', eth0((link) => (link.layer = 'ip'))],
    [
      'link address',
      '~  fdLinks.eth0.linkAddress  02:42:0a:01:02:03 -> 02:42:0a:01:02:04\n',
      eth0((link) => (link.linkAddress = '02:42:0a:01:02:04')),
    ],
    ['channels', '~  fdLinks.eth0.channels  2 -> 1\n', eth0((link) => (link.channels = 1))],
    [
      'gso',
      '~  fdLinks.eth0.gso  host 65536 -> off 0\n',
      eth0((link) => (link.gso = { mode: 'off', maxSize: 0 })),
    ],
    ['gro', '~  fdLinks.eth0.gro  false -> true\n', eth0((link) => (link.gro = true))],
    [
      'tx checksum offload',
      '~  fdLinks.eth0.txChecksumOffload  false -> true\n',
      eth0((link) => (link.txChecksumOffload = true)),
    ],
    [
      'rx checksum offload',
      '~  fdLinks.eth0.rxChecksumOffload  true -> false\n',
      eth0((link) => (link.rxChecksumOffload = false)),
    ],
    ['qdisc', '~  fdLinks.eth0.qdisc  fifo -> none\n', eth0((link) => (link.qdisc = 'none'))],
    [
      'a prefix length',
      '~  fdLinks.eth0.addresses 192.0.2.2  /24 -> /25\n',
      eth0((link) => Object.assign(link.addresses[0] ?? {}, { prefixLen: 25 })),
    ],
    [
      'a removed address',
      '-  fdLinks.eth0.addresses 2001:db8::2  /64\n',
      eth0((link) => link.addresses.pop()),
    ],
    [
      "a route's gateway",
      '~  fdLinks.eth0.routes 203.0.113.0/24  via 192.0.2.9 mtu 1400 -> via 192.0.2.8 mtu 1400\n',
      eth0((link) => Object.assign(link.routes[1] ?? {}, { gateway: '192.0.2.8' })),
    ],
    [
      'an added route',
      '+  fdLinks.eth0.routes 198.18.0.0/15  on-link\n',
      eth0((link) =>
        link.routes.push({ destination: '198.18.0.0/15', gateway: null, from: [] } as never),
      ),
    ],
    [
      'a second route to one destination',
      '+  fdLinks.eth0.routes 192.0.2.0/24 #2  via 192.0.2.7\n',
      eth0((link) =>
        link.routes.push({ destination: '192.0.2.0/24', gateway: '192.0.2.7', from: [] } as never),
      ),
    ],
    [
      'the order of routes',
      '~  fdLinks.eth0.routes order  192.0.2.0/24, 203.0.113.0/24 -> 203.0.113.0/24, 192.0.2.0/24\n',
      eth0((link) => link.routes.reverse()),
    ],
    [
      'a neighbor',
      '~  fdLinks.eth0.neighbors 192.0.2.1  02:00:00:00:00:01 -> 02:00:00:00:00:02\n',
      eth0((link) => Object.assign(link.neighbors[0] ?? {}, { linkAddress: '02:00:00:00:00:02' })),
    ],
    [
      'a membership',
      '-  fdLinks.eth0.memberships 33:33:ff:00:00:02\n',
      eth0((link) => link.memberships.pop()),
    ],
    [
      'the peer of a host address',
      '~  fdLinks.eth0.hostAddresses 10.9.0.1  inet peer 10.9.0.2 /32 -> inet peer 10.9.0.3 /32\n',
      eth0((link) => Object.assign(link.hostAddresses[1] ?? {}, { peer: '10.9.0.3' })),
    ],
    [
      'a dropped destination',
      '-  loopbackLinks.lo.routes 198.51.100.0/24  on loopback\n',
      (plan) => plan.loopbackLinks[0]?.routes.pop(),
    ],
    [
      'a gateway',
      '~  defaultGateways inet6  via 2001:db8::1 dev eth0 -> via 2001:db8::3 dev eth0\n',
      (plan) => Object.assign(plan.defaultGateways[1] ?? {}, { gateway: '2001:db8::3' }),
    ],
    [
      'a loss',
      '-  losses loss/prefsrc  preferred source 192.0.2.2 is not carried\n',
      (plan) => plan.losses.shift(),
    ],
    [
      'a loss of an object',
      '-  losses dropped/rule  rule inet 9: from all lookup 100: selects routes\n',
      (plan) => plan.losses.pop(),
    ],
    [
      'a note',
      '+  notes note/new  news\n',
      (plan) => plan.notes.push({ code: 'note/new', path: '', summary: 'news', remedy: '' }),
    ],
  ])('%s', (_, line, edit) => {
    expect(changed(edit)).toBe(line);
  });
});

test('a removed link is one change for its values and one for each element of its lists', () => {
  expect(changed((plan) => plan.fdLinks.pop())).toMatchInlineSnapshot(`
    "-  fdLinks.eth0                                ifindex 2, mtu 1450, layer ethernet, linkAddress 02:42:0a:01:02:03, channels 2, gso host 65536, gro false, txChecksumOffload false, rxChecksumOffload true, qdisc fifo
    -  fdLinks.eth0.addresses 192.0.2.2            /24
    -  fdLinks.eth0.addresses 2001:db8::2          /64
    -  fdLinks.eth0.routes 192.0.2.0/24            on-link
    -  fdLinks.eth0.routes 203.0.113.0/24          via 192.0.2.9 mtu 1400
    -  fdLinks.eth0.neighbors 192.0.2.1            02:00:00:00:00:01
    -  fdLinks.eth0.memberships 33:33:ff:00:00:02
    -  fdLinks.eth0.hostAddresses 192.0.2.2        inet /24
    -  fdLinks.eth0.hostAddresses 10.9.0.1         inet peer 10.9.0.2 /32
    "
  `);
});

test('the reverse difference exchanges added and removed, before and after', () => {
  const other = editedPlan((plan) => {
    plan.fdLinks.push({ ...structuredClone(plan.fdLinks[0]), name: 'eth1', ifindex: 3 } as never);
    plan.losses.pop();
    for (const link of plan.fdLinks) link.addresses.reverse();
  });
  const mirror = ({ op, path, before, after }: Change): Change => ({
    op: op === '+' ? '-' : op === '-' ? '+' : '~',
    path,
    before: after,
    after: before,
  });
  const byPath = (changes: ReadonlyArray<Change>) =>
    changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  expect(byPath(diffPlans(other, samplePlan))).toStrictEqual(
    byPath(diffPlans(samplePlan, other).map(mirror)),
  );
  expect(diffPlans(samplePlan, other)).not.toStrictEqual([]);
});

test('loopback links that share a name are told apart by their first address', () => {
  const perAddress = (last: number) =>
    editedPlan((plan) => {
      const [lo] = plan.loopbackLinks;
      plan.loopbackLinks = ['127.0.0.1', `127.0.0.${last}`].map((address) => ({
        ...structuredClone(lo),
        addresses: [{ address, prefixLen: 8, from: [] }],
        routes: [],
      })) as never;
    });
  expect(diffText(diffPlans(perAddress(2), perAddress(3)), plain)).toBe(
    [
      '-  loopbackLinks.lo(127.0.0.2)',
      '-  loopbackLinks.lo(127.0.0.2).addresses 127.0.0.2  /8',
      '+  loopbackLinks.lo(127.0.0.3)',
      '+  loopbackLinks.lo(127.0.0.3).addresses 127.0.0.3  /8',
      '',
    ].join('\n'),
  );
});

test('changes decode by their own codec', () => {
  const changes = diffPlans(
    samplePlan,
    editedPlan((plan) => plan.fdLinks.pop()),
  );
  for (const change of changes) expect(Change.decode(change)).toStrictEqual(E.right(change));
});

test('colours say which side a line is from', () => {
  const text = diffText(
    [
      { op: '+', path: 'a', before: null, after: '1' },
      { op: '-', path: 'b', before: '1', after: null },
      { op: '~', path: 'c', before: '1', after: '2' },
    ],
    ansi,
  );
  expect(text).toBe(
    '\u001b[32m+\u001b[39m  \u001b[32ma\u001b[39m  1\n' +
      '\u001b[31m-\u001b[39m  \u001b[31mb\u001b[39m  1\n' +
      '\u001b[33m~\u001b[39m  \u001b[33mc\u001b[39m  1 -> 2\n',
  );
});
