/** What oclif knows of the commands before it loads them, and what it prints for --help. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands/index.js';
import { netplan, ROOT } from '../support/run-cli.js';

test('oclif.manifest.json is what oclif makes of the commands (npm run manifest)', () => {
  const dir = mkdtempSync(join(tmpdir(), 'npt-manifest-'));
  try {
    for (const name of ['package.json', 'node_modules', 'dist'])
      symlinkSync(join(ROOT, name), join(dir, name));
    execFileSync(process.execPath, ['node_modules/oclif/bin/run.js', 'manifest'], {
      cwd: dir,
      env: { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' },
    });
    const made = JSON.parse(readFileSync(join(dir, 'oclif.manifest.json'), 'utf8'));
    const kept = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'));
    expect(kept).toStrictEqual(made);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

describe.each(Object.entries(commands))('%s', (id, command) => {
  test('--help shows a summary, every flag and examples', () => {
    const { status, stdout } = netplan([id, '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(command.summary?.slice(0, 60));
    expect(stdout).toContain('EXAMPLES');
    for (const flag of Object.keys(command.flags ?? {}))
      expect(stdout).toMatch(new RegExp(`--(\\[no-\\])?${flag}\\b`));
    expect(stdout).toContain('--json');
  });
});
