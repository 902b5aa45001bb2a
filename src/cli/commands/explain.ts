/** `netplan explain`: why something is as it is in the plan. */
import * as Args from '@oclif/core/args';
import type { Explanation } from '../../plan/views/explanation.js';
import { NetplanCommand } from '../ending/base.js';
import { planFlags, planOptions } from '../flags/plan-options.js';
import { NO_SOURCE, sourceFlags, sourceOf } from '../flags/source.js';

export class Explain extends NetplanCommand {
  static override readonly summary = 'say why a link, address, prefix or destination is as planned';
  static override readonly description =
    'Shows the objects of the namespace that the answer comes from, what became of each and by which rule, what lost against it, and for a destination what the kernel does with a packet and what the sandbox will do. Works for a refused plan, too.';
  static override readonly examples = [
    '<%= config.bin %> explain eth0 --netns blue',
    '<%= config.bin %> explain 10.1.2.3 --state state.yaml',
    '<%= config.bin %> explain 192.0.2.0/24 --pid 4242 --target 20221219.0',
    '<%= config.bin %> explain default --netns blue --default-route=metric --json',
  ];
  static override readonly args = {
    what: Args.string({
      required: true,
      description: 'a link, an address, a prefix such as 192.0.2.0/24, or default',
    }),
  };
  static override readonly flags = { ...sourceFlags, ...planFlags };

  override async run(): Promise<Explanation> {
    const { args, flags } = await this.parse(Explain);
    const source = sourceOf(flags) ?? this.usage(NO_SOURCE);
    const { explainSource, explainText } = await import('../work/explain.js');
    const explained = explainSource(source, planOptions(flags), args.what);
    const { explanation, notes } = await this.orExit(explained);
    this.tellNotes(notes);
    this.print(explainText(explanation, this.style));
    return explanation;
  }
}
