/** The commands that need no kernel, as processes: results, reasons, exit codes, and what they load. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocument, writeDocument } from '../../src/plan/documents/read.js';
import { NetworkPlan } from '../../src/plan/model/network-plan.js';
import { linearise } from '../../src/plan/model/ops.js';
import { NamespaceState } from '../../src/plan/model/state.js';
import { compile } from '../../src/plan/rules/compile.js';
import { explain } from '../../src/plan/views/explain.js';
import { explainText } from '../../src/plan/views/explain-text.js';
import { opsText, planText } from '../../src/plan/views/plan-text.js';
import { plain } from '../../src/plan/views/style.js';
import { filesLoadedBy, netplan } from '../support/run-cli.js';
import { link, oneLink, route } from '../support/states.js';

const twoDefaults: NamespaceState = {
  ...oneLink,
  routes: [...oneLink.routes, route('0.0.0.0/0', { gateway: '192.0.2.254', oif: 2, metric: 200 })],
};

const planned = (state: NamespaceState): NetworkPlan => {
  const plan = compile({})(state);
  if (E.isLeft(plan)) throw new TypeError('the state cannot be planned');
  return plan.right;
};

let dir = '';
const file = (name: string) => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'npt-cli-'));
  writeFileSync(file('one.yaml'), writeDocument(NamespaceState, oneLink));
  writeFileSync(file('two.yaml'), writeDocument(NamespaceState, twoDefaults));
  writeFileSync(file('plan.yaml'), writeDocument(NetworkPlan, planned(oneLink)));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('plan', () => {
  test('prints the overview on stdout and nothing on stderr', () => {
    expect(netplan(['plan', '--state', file('one.yaml')])).toStrictEqual({
      status: 0,
      stdout: planText(planned(oneLink), plain),
      stderr: '',
    });
  });

  test('reads the state from stdin', () => {
    const input = readFileSync(file('one.yaml'), 'utf8');
    const fromStdin = netplan(['plan', '--state', '-'], { input });
    expect(fromStdin).toStrictEqual(netplan(['plan', '--state', file('one.yaml')]));
  });

  test('--json prints the plan, -o FILE writes it, -o - writes it instead of the overview', () => {
    const json = netplan(['plan', '--state', file('one.yaml'), '--json', '-o', file('out.yaml')]);
    const written = readFileSync(file('out.yaml'), 'utf8');
    expect(JSON.parse(json.stdout)).toStrictEqual(planned(oneLink));
    expect(readDocument(NetworkPlan, written)).toStrictEqual(E.right(planned(oneLink)));
    const shown = netplan(['plan', '--state', file('one.yaml'), '-o', '-']);
    expect(shown.stdout).toBe(written);
  });

  test('refuses with every reason and its remedy on stderr, exit code 65', () => {
    const refused = netplan(['plan', '--state', file('two.yaml'), '--link', 'eth7']);
    expect(refused.status).toBe(65);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toContain('plan/unknown-link');
    expect(refused.stderr.match(/remedy:/g)?.length).toBeGreaterThanOrEqual(1);
  });

  test('names both default routes, and one policy resolves it', () => {
    const { status, stderr } = netplan(['plan', '--state', file('two.yaml')]);
    expect(status).toBe(65);
    expect(stderr).toContain('plan/duplicate-default-gateway');
    expect(stderr).toContain('192.0.2.254');
    expect(netplan(['plan', '--state', file('two.yaml'), '--default-route=metric']).status).toBe(0);
    expect(netplan(['plan', '--state', file('two.yaml'), '--default-route=eth9']).status).toBe(65);
  });

  test('--json tells the reasons as data, with the same exit code', () => {
    const { status, stdout, stderr } = netplan(['plan', '--state', file('two.yaml'), '--json']);
    expect(status).toBe(65);
    expect(stderr).toBe('');
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ exitCode: 65, code: 'plan/duplicate-default-gateway' });
    expect(error.diagnostics[0].remedy).not.toBe('');
  });

  test('flags end in the plan', () => {
    const flags = ['--channels=3', '--gso=off', '--gro', '--qdisc=none', '--no-ipv6'];
    const more = ['--tx-checksum-offload', '--no-rx-checksum-offload', '--target=20221219.0'];
    const { stdout } = netplan([
      'plan',
      '--state',
      file('one.yaml'),
      ...flags,
      ...more,
      '--link=eth0',
      '--json',
    ]);
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({ target: '2022-12' });
    expect(plan.fdLinks[0]).toMatchObject({
      channels: 3,
      gso: { mode: 'off', maxSize: 0 },
      gro: true,
      qdisc: 'none',
      txChecksumOffload: true,
      rxChecksumOffload: false,
    });
  });
});

describe('input that is wrong', () => {
  test('a file that is not there: 65', () => {
    const { status, stderr } = netplan(['plan', '--state', file('nothing.yaml')]);
    expect(status).toBe(65);
    expect(stderr).toContain(`file/unreadable at ${file('nothing.yaml')}`);
  });

  test('every mistake of a document with its place: 65', () => {
    const text = readFileSync(file('one.yaml'), 'utf8')
      .replace(/mtu: 1500/, 'mtu: -1')
      .replace(/local: 127.0.0.1/, 'local: localhost');
    writeFileSync(file('wrong.yaml'), text);
    const { status, stderr } = netplan(['plan', '--state', file('wrong.yaml')]);
    expect(status).toBe(65);
    expect(stderr).toMatch(/wrong\.yaml: links\[1\]\.mtu\n {2}line \d+, column \d+: expected Mtu/);
    expect(stderr).toMatch(/wrong\.yaml: addresses\[0\]\.local/);
  });

  test('a plan where a state belongs: 65', () => {
    const { status, stderr } = netplan(['plan', '--state', file('plan.yaml')]);
    expect(status).toBe(65);
    expect(stderr).toContain('document/wrong-kind');
  });

  test.each([[['plan', '--nope']], [['plan', '--state=a', '--netns=b']], [['nonsense']]])(
    '%j is a wrong use: 2',
    (args) => {
      const { status, stdout, stderr } = netplan(args);
      expect({ status, stdout }).toStrictEqual({ status: 2, stdout: '' });
      expect(stderr).not.toBe('');
    },
  );

  test('a wrong use is 2 under --json, too', () => {
    const { status, stdout } = netplan(['plan', '--json', '--nope']);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'cli/usage', exitCode: 2 });
  });
});

describe('a state of iproute2', () => {
  const addr = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"link_type":"loopback","promiscuity":0,
"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo",
"valid_life_time":4294967295,"preferred_life_time":4294967295}]},
{"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"link_type":"ether","promiscuity":0,
"address":"02:42:0a:01:02:03","linkinfo":{"info_kind":"veth"},"gso_max_size":65536,
"addr_info":[{"family":"inet","local":"10.1.2.3","prefixlen":24,"scope":"global","label":"eth0",
"valid_life_time":4294967295,"preferred_life_time":4294967295}]}]`;
  const route = `[{"type":"unicast","dst":"default","gateway":"10.1.2.1","dev":"eth0","protocol":"boot",
"scope":"global","flags":[]},{"type":"unicast","dst":"10.1.2.0/24","dev":"eth0","protocol":"kernel","scope":"link",
"prefsrc":"10.1.2.3","flags":[]}]`;
  const document = `{"addr":${addr},"route":${route},"route6":[],"neigh":[]}`;
  const plan = (state: string) => ['plan', '--state', state];

  test('is taken from a document, from stdin, and from a folder, to the same plan', () => {
    writeFileSync(file('ip.json'), document);
    mkdirSync(file('ip'));
    for (const [name, text] of [
      ['addr', addr],
      ['route4', route],
      ['route6', ''],
      ['neigh', '[]'],
    ] as const)
      writeFileSync(file(`ip/${name}.json`), text);
    const ofDocument = netplan(plan(file('ip.json')));
    expect(ofDocument).toMatchObject({ status: 0, stderr: '' });
    expect(ofDocument.stdout).toMatch(/inet +10\.1\.2\.1 +eth0/);
    expect(netplan(plan('-'), { input: document })).toStrictEqual(ofDocument);
    expect(netplan(plan(file('ip')))).toStrictEqual(ofDocument);
    expect(netplan(['capture', '--state', file('ip')]).stdout).toContain('kind: NamespaceState');
  });

  test('with a mistake is refused with its place', () => {
    writeFileSync(file('bad.json'), document.replace('"mtu":1500', '"mtu":"big"'));
    const ofDocument = netplan(plan(file('bad.json')));
    expect(ofDocument.status).toBe(65);
    expect(ofDocument.stderr).toMatch(
      /bad\.json: addr\[1\]\.mtu\n {2}line \d+, column \d+: expected/,
    );
    mkdirSync(file('bad'));
    for (const [name, text] of [
      ['addr', addr],
      ['route4', '[{"dst":"x","dev":"eth0"}]'],
      ['route6', '[]'],
      ['neigh', '[]'],
    ] as const)
      writeFileSync(file(`bad/${name}.json`), text);
    const ofFolder = netplan(plan(file('bad')));
    expect(ofFolder.status).toBe(65);
    expect(ofFolder.stderr).toMatch(/bad: route\[0\]\.dst\n/);
  });

  test('that lacks a file is refused with the command that makes it', () => {
    mkdirSync(file('lacking'));
    writeFileSync(file('lacking/addr.json'), '[]');
    const { status, stderr } = netplan(plan(file('lacking')));
    expect(status).toBe(65);
    expect(stderr).toContain(`iproute2/missing-file at ${file('lacking/route4.json')}`);
    expect(stderr).toContain('remedy: ip -j -d -4 route show table all > ');
  });
});

describe('capture --redact', () => {
  const capture = (...more: ReadonlyArray<string>): string =>
    netplan(['capture', '--state', file('one.yaml'), '--redact', ...more]).stdout;

  test('shows no address, MAC or name, and can be planned', () => {
    const redacted = capture();
    expect(redacted).not.toMatch(/10\.1\.2\.|02:42:0a|eth0/);
    const { status } = netplan(['plan', '--state', '-'], { input: redacted });
    expect(status).toBe(0);
  });

  test('is another one each time, unless the seed is given', () => {
    expect(capture()).not.toBe(capture());
    expect(capture('--seed=a')).toBe(capture('--seed=a'));
    expect(capture('--seed=a')).not.toBe(capture('--seed=b'));
  });
});

describe('diff', () => {
  test('of what is the same prints nothing: 0', () => {
    const same = { status: 0, stdout: '', stderr: '' };
    expect(netplan(['diff', file('one.yaml'), file('one.yaml')])).toStrictEqual(same);
    expect(netplan(['diff', file('plan.yaml'), file('one.yaml')])).toStrictEqual(same);
  });

  test('of what differs prints the changes: 1', () => {
    const more = { ...oneLink, links: [...oneLink.links, link(3, 'eth1')] };
    const mtu = {
      ...more,
      links: more.links.map((l) => (l.name === 'eth0' ? { ...l, mtu: 1400 } : l)),
    };
    writeFileSync(file('mtu.yaml'), writeDocument(NamespaceState, mtu));
    const { status, stdout, stderr } = netplan(['diff', file('one.yaml'), file('mtu.yaml')]);
    expect({ status, stderr }).toStrictEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('~  fdLinks.eth0.mtu  1500 -> 1400\n');
    const json = netplan(['diff', file('one.yaml'), file('mtu.yaml'), '--json']);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toContainEqual({
      op: '~',
      path: 'fdLinks.eth0.mtu',
      before: '1500',
      after: '1400',
    });
  });

  test("compiles a state for the other plan's target", () => {
    const old = compile({ target: '2022-12' })(oneLink);
    writeFileSync(
      file('old.yaml'),
      writeDocument(NetworkPlan, E.isRight(old) ? old.right : planned(oneLink)),
    );
    expect(netplan(['diff', file('one.yaml'), file('old.yaml')]).status).toBe(0);
    expect(netplan(['diff', file('plan.yaml'), file('old.yaml')]).stdout).toContain(
      '~  target  latest -> 2022-12',
    );
  });

  test('of something else than a plan or a state: 65', () => {
    writeFileSync(file('else.yaml'), 'kind: Something\n');
    const { status, stderr } = netplan(['diff', file('else.yaml'), file('one.yaml')]);
    expect(status).toBe(65);
    expect(stderr).toContain('"NetworkPlan" or "NamespaceState"');
  });
});

describe('explain', () => {
  test('prints what the pure function says, with the options of plan', () => {
    const options = { defaultRoute: 'metric' } as const;
    const explanation = explain(options, 'default')(twoDefaults);
    if (E.isLeft(explanation)) throw new TypeError('no explanation');
    const args = ['explain', 'default', '--state', file('two.yaml'), '--default-route=metric'];
    expect(netplan(args)).toStrictEqual({
      status: 0,
      stdout: explainText(explanation.right, plain),
      stderr: '',
    });
    expect(JSON.parse(netplan([...args, '--json']).stdout)).toStrictEqual(explanation.right);
  });

  test('explains a refused plan, too', () => {
    const { status, stdout } = netplan(['explain', 'default', '--state', file('two.yaml')]);
    expect(status).toBe(0);
    expect(stdout).toContain('plan/duplicate-default-gateway');
  });

  test('a subject that is nothing there: 65', () => {
    const { status, stderr } = netplan(['explain', 'eth9', '--state', file('one.yaml')]);
    expect(status).toBe(65);
    expect(stderr).toContain('plan/unknown-subject');
    expect(stderr).toContain('lo, eth0');
  });

  test('a link that is chosen does not take the subject for another', () => {
    const args = ['explain', '--link', 'eth0', 'default', '--state', file('one.yaml')];
    expect(netplan(args).stdout).toMatch(/^default: default routes/);
  });
});

describe('apply --dry-run', () => {
  const expected = opsText(linearise(planned(oneLink)));

  test('prints the ops of the plan, from a plan file or a state', () => {
    const fromPlan = netplan(['apply', file('plan.yaml'), '--dry-run']);
    expect(fromPlan).toStrictEqual({ status: 0, stdout: expected, stderr: '' });
    expect(netplan(['apply', '--state', file('one.yaml'), '--dry-run']).stdout).toBe(expected);
  });

  test('--json has the ops as data', () => {
    const { stdout } = netplan(['apply', file('plan.yaml'), '--dry-run', '--json']);
    expect(JSON.parse(stdout)).toStrictEqual(linearise(planned(oneLink)));
  });
});

describe('what is loaded', () => {
  const native =
    /koffi|\/dist\/(executor\/(linux|netlink|urpc|frames|live|handover\/(apply|transaction))|sandbox)\b/;

  test.each([
    ['plan', () => ['plan', '--state', file('one.yaml'), '-o', file('out.yaml')]],
    ['diff', () => ['diff', file('plan.yaml'), file('one.yaml')]],
    ['explain', () => ['explain', 'eth0', '--state', file('one.yaml')]],
    ['apply --dry-run', () => ['apply', file('plan.yaml'), '--dry-run']],
    ['targets', () => ['targets']],
  ])('%s loads neither koffi nor the executor', (_, args) => {
    const files = filesLoadedBy(args());
    expect(files.some((url) => url.includes('/dist/cli/'))).toBe(true);
    expect(files.filter((url) => native.test(url))).toStrictEqual([]);
  });

  test('the index of commands loads no planner', () => {
    const files = filesLoadedBy(['targets']);
    expect(
      files.filter((url) => /\/dist\/plan\/(documents|rules|views\/diff)/.test(url)),
    ).toStrictEqual([]);
  });
});

describe('a terminal is safe', () => {
  const hostile = 'e\u001b[2J\u202e\u{e0001}';

  test('from names in a state, in text and in JSON', () => {
    const state = {
      ...oneLink,
      links: oneLink.links.map((l) => ({ ...l, name: l.name === 'eth0' ? hostile : l.name })),
    };
    writeFileSync(file('hostile.yaml'), writeDocument(NamespaceState, state as NamespaceState));
    for (const more of [[], ['--json'], ['-o', '-'], ['--link', 'nope']]) {
      const { stdout, stderr } = netplan(['plan', '--state', file('hostile.yaml'), ...more]);
      expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
      expect(stdout + stderr).toMatch(/202e/);
    }
    const { stdout } = netplan(['plan', '--state', file('hostile.yaml'), '--json']);
    expect(JSON.parse(stdout).fdLinks[0].name).toBe(hostile);
  });

  test('from what was typed', () => {
    const { stderr } = netplan(['plan', '--state', `/no/${hostile}`]);
    expect(stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

test('a reader that has seen enough is no error', () => {
  const state = file('one.yaml');
  const script = `'${process.execPath}' bin/run.js plan --json --state '${state}' | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect({ stdout, stderr }).toStrictEqual({ stdout: '0\n', stderr: '' });
});

test('targets lists every target, and --json all that is known of it', () => {
  const { stdout } = netplan(['targets']);
  expect(stdout.split('\n')[0]).toMatch(/^TARGET +FIRST +LAST +FILES/);
  expect(stdout).toMatch(/^2018-04 +20180428\.0 +20181001\.0 +16 +single +first-match$/m);
  expect(JSON.parse(netplan(['targets', '--json']).stdout)[0]).toMatchObject({ name: 'latest' });
});
