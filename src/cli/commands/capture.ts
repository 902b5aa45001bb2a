/** `netplan capture`: a namespace's state as a document. */
import * as Flags from '@oclif/core/flags';
import type { NamespaceState } from '../../plan/model/state.js';
import { NetplanCommand } from '../ending/base.js';
import { NO_SOURCE, sourceFlags, sourceOf } from '../flags/source.js';

export class Capture extends NetplanCommand {
  static override readonly summary = 'write down the state of a namespace, to plan it elsewhere';
  static override readonly description =
    'Everything that is needed to plan the namespace and to put it back: links, addresses, routes of all tables, rules, neighbors and nexthop objects. The plan of the captured state is the plan of the namespace, byte for byte.';
  static override readonly examples = [
    '<%= config.bin %> capture --netns blue -o state.yaml',
    '<%= config.bin %> capture --pid 4242 --json',
    '<%= config.bin %> capture --netns blue --redact -o to-show.yaml',
    '<%= config.bin %> capture --state ./outputs-of-ip -o state.yaml',
  ];
  static override readonly flags = {
    ...sourceFlags,
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE|-',
      default: '-',
      summary: 'where the state goes; - is stdout',
    }),
    redact: Flags.boolean({
      summary:
        'give addresses, MACs and names pseudonyms; subnets and all that decides a plan stay',
    }),
    seed: Flags.string({
      helpValue: 'TEXT',
      dependsOn: ['redact'],
      summary: 'the same seed gives the same pseudonyms; a random one unless given. Keep it secret',
    }),
  };

  override async run(): Promise<NamespaceState> {
    const { flags } = await this.parse(Capture);
    const source = sourceOf(flags) ?? this.usage(NO_SOURCE);
    const { captureSource, NamespaceState } = await import('../work/capture.js');
    const { state, notes } = await this.orExit(captureSource(source, flags));
    this.tellNotes(notes);
    await this.writeDocument(NamespaceState, state, flags.output);
    return state;
  }
}
