/** `netplan doctor`: everything that apply would miss, at once and without effects. */
import type { DoctorReport } from '../../executor/doctor.js';
import { NetplanCommand } from '../ending/base.js';
import { journalFlag, journalOption } from '../flags/journal.js';
import { liveSourceAndSinkFlags, liveSourceOf, NO_SOURCE, sinkOf } from '../flags/source.js';

export class Doctor extends NetplanCommand {
  static override readonly summary = 'look for everything that apply would miss; change nothing';
  static override readonly description =
    'Looks at the rights and limits of this process, the kernel, the namespace, earlier applies and, if it is named, the sandbox. Exit code 77: rights are missing; 65: something else is.';
  static override readonly examples = [
    '<%= config.bin %> doctor --netns blue',
    '<%= config.bin %> doctor --netns blue --socket /run/sandbox.sock --json',
    '<%= config.bin %> doctor --container web --root /run/runsc',
  ];
  static override readonly flags = { ...liveSourceAndSinkFlags, ...journalFlag };

  override async run(): Promise<DoctorReport> {
    const { flags } = await this.parse(Doctor);
    const source = liveSourceOf(flags) ?? this.usage(NO_SOURCE);
    const { doctorExitCode, doctorNow, doctorText } = await import('../work/doctor.js');
    const report = await this.orExit(doctorNow(source, sinkOf(flags), journalOption(flags)));
    this.print(doctorText(report, this.style));
    process.exitCode = doctorExitCode(report);
    return report;
  }
}
