/** `netplan plan`: compile and show, change nothing. */
import * as Flags from '@oclif/core/flags';
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import { NetplanCommand } from '../ending/base.js';
import { planFlags, planOptions } from '../flags/plan-options.js';
import { NO_SOURCE, sourceFlags, sourceOf } from '../flags/source.js';
import { cannotWait, waitFlags, waitingOf } from '../flags/wait.js';

export class Plan extends NetplanCommand {
  static override readonly summary = 'compile a namespace into a network plan; change nothing';
  static override readonly description =
    'Reads a live namespace or a captured state and shows what a sandbox would be given: links, routes, gateways, the ops that apply would run, and everything that is lost on the way. A namespace that cannot be planned without guessing is refused with every reason and its remedy (exit code 65).';
  static override readonly examples = [
    '<%= config.bin %> plan --netns blue',
    '<%= config.bin %> plan --pid 4242 --target 20221219.0 -o plan.yaml',
    '<%= config.bin %> plan --state state.yaml --default-route=metric --json',
    '<%= config.bin %> plan --netns blue --wait-for link=eth0,addr4,dad --timeout 5',
    '<%= config.bin %> plan --bundle /run/bundles/web --on-loss=error',
  ];
  static override readonly flags = {
    ...sourceFlags,
    ...planFlags,
    ...waitFlags,
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE|-',
      summary: 'also write the plan document; - writes it instead of the overview',
    }),
  };

  override async run(): Promise<NetworkPlan> {
    const { flags } = await this.parse(Plan);
    const { output } = flags;
    const source = sourceOf(flags) ?? this.usage(NO_SOURCE);
    const waiting = waitingOf(flags);
    const wrong = cannotWait(source, waiting);
    if (wrong !== null) return this.usage(wrong);
    const { planSource } = await import('../work/plan.js');
    const plan = await this.orExit(planSource(source, planOptions(flags), waiting));
    if (output !== '-')
      this.print((await import('../../plan/views/plan-text.js')).planText(plan, this.style));
    if (output !== undefined) {
      const { NetworkPlan } = await import('../../plan/model/network-plan.js');
      await this.writeDocument(NetworkPlan, plan, output);
    }
    return plan;
  }
}
