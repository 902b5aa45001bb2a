/** The real runsc, created and not started, is asked from its peer by `netplan apply --verify=probe`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/netns.js';
import { describeWith } from '../support/requires.js';
import { netplan } from '../support/run-cli.js';
import { createContainer } from '../support/runsc-container.js';

describeWith(['netns', 'runsc', 'busybox'], 'a probe of a container of runsc', () => {
  test('every planned address answers before the container is started', async ({ pair }) => {
    pair.recipe('f1');
    const { id, root, remove } = createContainer(pair.netns.path);
    const journals = mkdtempSync(join(tmpdir(), 'npt-journal-'));
    try {
      const sink = ['--container', id, '--root', root, '--journal', journals];
      const probe = ['--verify=probe', '--probe-from', pair.peer.name];
      const { status, stdout, stderr } = netplan(['apply', ...sink, ...probe, '--json']);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        verification: { outcome: 'verified', differences: [] },
      });
    } finally {
      remove();
      rmSync(journals, { recursive: true });
    }
  });
});
