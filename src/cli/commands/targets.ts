/** `netplan targets`: the gVisor releases that a plan can be made for. */
import type { Target } from '../../plan/model/target.js';
import { NetplanCommand } from '../ending/base.js';

export class Targets extends NetplanCommand {
  static override readonly summary = 'list the gVisor releases and what each can carry';
  static override readonly description =
    'Each row is a run of releases with one wire format and the same abilities; a plan for one of them carries what the row says and lists the rest as losses. --json has every ability.';
  static override readonly examples = [
    '<%= config.bin %> targets',
    '<%= config.bin %> targets --json',
  ];

  override async run(): Promise<ReadonlyArray<Target>> {
    await this.parse(Targets);
    const { LATEST, TARGETS } = await import('../../plan/model/target.js');
    const { targetsText } = await import('../work/targets-text.js');
    const targets = [LATEST, ...TARGETS.toReversed()];
    this.print(targetsText(targets, this.style));
    return targets;
  }
}
