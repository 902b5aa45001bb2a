/** `netplan sandbox`: the embedded reference sandbox, until stopped. */
import * as Flags from '@oclif/core/flags';
import { NetplanCommand } from '../ending/base.js';
import type { SandboxSummary } from '../work/sandbox.js';

export class Sandbox extends NetplanCommand {
  static override readonly summary = 'run the embedded sandbox: see a plan work without gVisor';
  static override readonly description =
    "Listens where a sandbox's control socket would be, checks the call as gVisor's sentry does, shows what it was given, and answers ARP, NDP and ping on the sockets it was handed. Runs until SIGINT or SIGTERM.";
  static override readonly examples = [
    '<%= config.bin %> sandbox --listen /run/sandbox.sock',
    '<%= config.bin %> sandbox --listen @demo',
    '<%= config.bin %> sandbox --listen /run/old.sock --target 20190806.1',
  ];
  static override readonly flags = {
    listen: Flags.string({
      required: true,
      helpValue: 'PATH|@NAME',
      summary: 'a socket file to make, or an abstract name after @',
    }),
    target: Flags.string({
      helpValue: 'RELEASE',
      default: 'latest',
      summary: 'the gVisor that it checks calls as (see netplan targets)',
    }),
  };

  override async run(): Promise<SandboxSummary> {
    const { flags } = await this.parse(Sandbox);
    const [{ runUntilStopped }, { eventText }, { interruption }] = await Promise.all([
      import('../work/sandbox.js'),
      import('../work/sandbox-text.js'),
      import('../ending/interruption.js'),
    ]);
    const onEvent = (event: Parameters<typeof eventText>[0]) =>
      this.print(eventText(event, this.style));
    return this.orExit(runUntilStopped(flags.listen, flags.target, onEvent, interruption()));
  }
}
