/** `netplan diff`: what another plan or namespace would do differently. */
import * as Args from '@oclif/core/args';
import type { Change } from '../../plan/views/diff.js';
import { NetplanCommand } from '../ending/base.js';
import { exitCodes } from '../ending/exit-codes.js';

const side = (which: string) =>
  Args.string({
    required: true,
    description: `${which}: a plan file, a state file, or netns:NAME`,
  });

export class Diff extends NetplanCommand {
  static override readonly summary =
    'compare two plans, states or namespaces by what the sandbox gets';
  static override readonly description =
    'Prints one line per added (+), removed (-) or changed (~) element. States and namespaces are compiled first: for the target of the plan beside them, or with the default options. Exit code 0: no difference; 1: differences.';
  static override readonly examples = [
    '<%= config.bin %> diff plan.yaml netns:blue',
    '<%= config.bin %> diff before.yaml after.yaml',
    '<%= config.bin %> diff netns:blue netns:green --json',
  ];
  static override readonly args = { from: side('before'), to: side('after') };

  override async run(): Promise<ReadonlyArray<Change>> {
    const { args } = await this.parse(Diff);
    const { compareSides } = await import('../work/diff.js');
    const { diffText } = await import('../../plan/views/plan-text.js');
    const changes = await this.orExit(compareSides(args.from, args.to));
    this.print(diffText(changes, this.style));
    if (changes.length > 0) process.exitCode = exitCodes.different;
    return changes;
  }
}
