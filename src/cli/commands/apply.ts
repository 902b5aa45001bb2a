/** `netplan apply`: hand a namespace over to a sandbox, all of it or nothing. */
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { ApplyReport } from '../../executor/handover/report.js';
import type { Op } from '../../plan/model/ops.js';
import { NetplanCommand } from '../ending/base.js';
import { interruption } from '../ending/interruption.js';
import { applyRequest } from '../flags/apply-request.js';
import { journalFlag, journalOption } from '../flags/journal.js';
import { planFlags } from '../flags/plan-options.js';
import { sourceAndSinkFlags } from '../flags/source.js';
import { verifyFlags } from '../flags/verify.js';
import { waitFlags } from '../flags/wait.js';

export class Apply extends NetplanCommand {
  static override readonly summary = 'hand a namespace over to a sandbox, all of it or nothing';
  static override readonly description =
    'Opens the packet sockets of the plan, takes its addresses from the host and hands both to the sandbox in one call. Whatever fails before the sandbox answers is undone (exit code 74). Exit code 75: the outcome is unknown or the undoing incomplete; see netplan recover. Run it between create and start of the container.';
  static override readonly examples = [
    '<%= config.bin %> apply plan.yaml --netns blue --socket /run/sandbox.sock',
    '<%= config.bin %> apply --container web --root /run/runsc',
    '<%= config.bin %> apply plan.yaml --dry-run',
    '<%= config.bin %> apply --netns blue --socket /run/sandbox.sock --wait-for link=eth0,addr4',
    '<%= config.bin %> apply --container web --verify=probe --probe-from /proc/1/ns/net',
    '<%= config.bin %> apply --netns blue --socket @runsc-sandbox.web --default-route=metric --json',
  ];
  static override readonly args = {
    plan: Args.string({
      description: 'a plan that netplan plan -o wrote; without it, the source is planned now',
    }),
  };
  static override readonly flags = {
    ...sourceAndSinkFlags,
    ...planFlags,
    ...waitFlags,
    ...verifyFlags,
    ...journalFlag,
    'dry-run': Flags.boolean({ summary: 'print the ops that would run; open and change nothing' }),
  };

  override async run(): Promise<ApplyReport | ReadonlyArray<Op>> {
    const { args, flags } = await this.parse(Apply);
    const request = applyRequest(args.plan ?? null, flags);
    if (request._tag === 'WrongUse') return this.usage(request.message);
    const { applyNow, opsOf, opsText, reportText } = await import('../work/apply.js');
    if (request._tag === 'DryRun') {
      const ops = await this.orExit(opsOf(request.from));
      this.print(opsText(ops));
      return ops;
    }
    const report = await this.orExit(applyNow(request, interruption, journalOption(flags)));
    this.print(reportText(report));
    return report;
  }
}
