import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearise } from '../../../src/plan/model/ops.js';
import { escapeName } from '../../../src/plan/views/escape-name.js';
import { diagnosticText, opsText, planText } from '../../../src/plan/views/plan-text.js';
import { ansi, plain } from '../../../src/plan/views/style.js';
import { table } from '../../../src/plan/views/table.js';
import { anyText } from '../../support/any-text.js';
import { editedPlan, samplePlan } from '../../support/sample-plan.js';

/** Everything that moves a cursor, reorders text or is not seen. */
const HOSTILE =
  '\u0000\u0007\u001b\u007f\u009b\u200b\u200e\u202e\u2066\u2028\u2029\ufeff\u00ad\u00a0\n\r\t';

describe('escapeName', () => {
  test.each([...HOSTILE])('escapes %j', (c) => {
    const code = c.codePointAt(0)?.toString(16);
    expect(escapeName(`a${c}b`)).toBe(`a\\u{${code}}b`);
  });

  test('escapes a lone surrogate and leaves letters, blanks and astral characters', () => {
    expect(escapeName('\ud800')).toBe('\\u{d800}');
    expect(escapeName('we.ird~é 名前 😀 \\')).toBe('we.ird~é 名前 😀 \\');
  });

  test('leaves nothing hostile in any text, and a second time changes nothing', () => {
    const text = anyText(40);
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom(...HOSTILE)), (s) => {
        const safe = escapeName(s);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(escapeName(safe)).toBe(safe);
      }),
    );
  });
});

describe('table', () => {
  test('aligns columns by characters and leaves no blanks at the end of a line', () => {
    expect(
      table(
        [
          ['é', 'x', ''],
          ['long', 'y', 'z'],
        ],
        1,
      ),
    ).toStrictEqual([' é     x', ' long  y  z']);
  });

  test('holds more rows than a call has arguments', () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => [`${i}`]);
    expect(table(rows, 0)).toHaveLength(200_000);
  });
});

describe('planText', () => {
  test('says what a link is on the host, where the kernel has said it', () => {
    const veths = samplePlan.fdLinks.map((fdLink) => ({ ...fdLink, kind: 'veth' }));
    expect(planText({ ...samplePlan, fdLinks: veths }, plain)).toContain('eth0  veth, ethernet, ');
    expect(planText(samplePlan, plain)).not.toContain('veth');
  });

  test('shows every part of a plan, aligned', () => {
    expect(planText(samplePlan, plain)).toMatchInlineSnapshot(`
      "target     latest (gVisor 20201130.0 to 20260817.0)
      network    sandbox
      namespace  inode 4026532300, cookie 7
      state      0123456789abcdef, 9 objects: 2 kept, 1 dropped

      loopback
        lo
          address  127.0.0.1/8
                   ::1/128
          route    198.51.100.0/24  on loopback

      links
        eth0  ethernet, 02:42:0a:01:02:03, mtu 1450, ifindex 2
              2 channels, host gso 65536, qdisc fifo, rx checksum offload
          address   192.0.2.2/24
                    2001:db8::2/64
          route     192.0.2.0/24       on-link
                    203.0.113.0/24     via 192.0.2.9      mtu 1400
          neighbor  192.0.2.1          02:00:00:00:00:01
          joins     33:33:ff:00:00:02

      default gateways
        inet   192.0.2.1    eth0  mtu 1400
        inet6  2001:db8::1  eth0

      ops
        1  bind a packet socket to eth0 (ifindex 2), channel 0, with virtio-net headers, join 33:33:ff:00:00:02
        2  bind a packet socket to eth0 (ifindex 2), channel 1, with virtio-net headers, join 33:33:ff:00:00:02
        3  delete address 192.0.2.2/24 of eth0 (ifindex 2)
        4  delete address 10.9.0.1 peer 10.9.0.2/32 of eth0 (ifindex 2)
        5  call Network.CreateLinksAndRoutes with 2 files

      losses
        loss/prefsrc at routes[2]
          preferred source 192.0.2.2 is not carried
          remedy: none is needed with one address
        dropped/rule at rules[0]
          rule inet 9: from all lookup 100: selects routes
          remedy: remove the rule

      notes
        note/no-carrier at links[1]
          eth0 has no carrier
          remedy: set its peer up
      "
    `);
  });

  test('says the same with colours', () => {
    const coloured = planText(samplePlan, ansi);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(planText(samplePlan, plain));
    expect(coloured).not.toBe(planText(samplePlan, plain));
  });

  test('shows no heading without lines', () => {
    const empty = editedPlan((plan) => {
      plan.loopbackLinks = [];
      plan.fdLinks = [];
      plan.defaultGateways = [];
      plan.losses = [];
      plan.notes = [];
      plan.network = 'host';
    });
    expect(planText(empty, plain)).not.toMatch(/loopback|links|gateways|ops|losses|notes/);
  });

  test('prints no escape sequence that a link name or a message brings', () => {
    const hostile = editedPlan((plan) => {
      for (const link of plan.fdLinks) link.name = 'e\u001b[2J';
      for (const loss of plan.losses) loss.summary = 'x\u202ey\u001b]0;t\u0007';
    });
    const text = planText(hostile, plain);
    expect(text).toContain('e\\u{1b}[2J');
    expect(text).toContain('x\\u{202e}y\\u{1b}]0;t\\u{7}');
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

describe('opsText', () => {
  test('is one line per op, in order', () => {
    const ops = linearise(samplePlan);
    expect(opsText(ops)).toMatchInlineSnapshot(`
      "bind a packet socket to eth0 (ifindex 2), channel 0, with virtio-net headers, join 33:33:ff:00:00:02
      bind a packet socket to eth0 (ifindex 2), channel 1, with virtio-net headers, join 33:33:ff:00:00:02
      delete address 192.0.2.2/24 of eth0 (ifindex 2)
      delete address 10.9.0.1 peer 10.9.0.2/32 of eth0 (ifindex 2)
      call Network.CreateLinksAndRoutes with 2 files
      "
    `);
    expect(opsText(ops).split('\n')).toHaveLength(ops.length + 1);
  });

  test('of no ops is empty', () => {
    expect(opsText([])).toBe('');
  });

  test('of one file says file', () => {
    expect(opsText([{ _tag: 'CallSandbox', method: 'A.B', files: 1 }])).toBe(
      'call A.B with 1 file\n',
    );
  });
});

test('a diagnostic without place or remedy is two lines', () => {
  const diagnostic = { code: 'a/b', path: '', summary: 'wrong\nline', remedy: '' };
  expect(diagnosticText(diagnostic, plain.error, plain)).toStrictEqual([
    'a/b',
    '  wrong\\u{a}line',
  ]);
});
