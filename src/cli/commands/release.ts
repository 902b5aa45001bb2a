/** `netplan release`: give the addresses back when the sandbox is gone. */
import * as Flags from '@oclif/core/flags';
import type { RestoreReport } from '../../executor/giveback/report.js';
import { NetplanCommand } from '../ending/base.js';
import { journalFlag, journalOption } from '../flags/journal.js';
import { liveSourceFlags, liveSourceOf } from '../flags/source.js';

export class Release extends NetplanCommand {
  static override readonly summary = 'give a namespace its addresses back when its sandbox is gone';
  static override readonly description =
    'The namespace becomes what it was before apply, so that it can be used, or handed over, again. Refused while the sandbox lives: its addresses would have two owners.';
  static override readonly examples = [
    '<%= config.bin %> release --netns blue',
    '<%= config.bin %> release --pid 4242 --force',
  ];
  static override readonly flags = {
    ...liveSourceFlags,
    ...journalFlag,
    force: Flags.boolean({ summary: 'although the sandbox lives, or may live' }),
  };

  override async run(): Promise<RestoreReport> {
    const { flags } = await this.parse(Release);
    const source =
      liveSourceOf(flags) ??
      this.usage('name the namespace: --netns NAME, --pid PID or --bundle DIR');
    const { releaseNow, restoreText } = await import('../work/release.js');
    const report = await this.orExit(
      releaseNow(source, { force: flags.force, ...journalOption(flags) }),
    );
    this.print(restoreText([report]));
    return report;
  }
}
