/** `netplan recover`: undo an apply that was interrupted. */
import * as Flags from '@oclif/core/flags';
import type { RestoreReport } from '../../executor/giveback/report.js';
import { NetplanCommand } from '../ending/base.js';
import { journalFlag, journalOption } from '../flags/journal.js';
import { liveSourceFlags, liveSourceOf } from '../flags/source.js';

export class Recover extends NetplanCommand {
  static override readonly summary = 'undo an apply that was killed, in one namespace or in all';
  static override readonly description =
    'Reads the journal that every apply writes before its first effect and puts the namespace back as it was. An apply that had finished is left alone (see netplan release). Without a source every journal is looked at. Exit code 75: the sandbox may have the network, or something is still missing.';
  static override readonly examples = [
    '<%= config.bin %> recover',
    '<%= config.bin %> recover --netns blue',
    '<%= config.bin %> recover --netns blue --give-back',
  ];
  static override readonly flags = {
    ...liveSourceFlags,
    ...journalFlag,
    'give-back': Flags.boolean({
      summary: 'also undo what has an unknown outcome: you know that the sandbox has not got it',
    }),
  };

  override async run(): Promise<ReadonlyArray<RestoreReport>> {
    const { flags } = await this.parse(Recover);
    const { recoverNow, restoreText } = await import('../work/recover.js');
    const reports = await this.orExit(
      recoverNow(liveSourceOf(flags), { giveBack: flags['give-back'], ...journalOption(flags) }),
    );
    this.print(restoreText(reports));
    return reports;
  }
}
