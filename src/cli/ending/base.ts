/** NetplanCommand: how every command ends: results on stdout, reasons on stderr, one exit code. */
import { Command } from '@oclif/core/command';
import { CLIError } from '@oclif/core/errors';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import type { Diagnostic } from '../../plan/model/network-plan.js';
import { diagnosticText } from '../../plan/views/diagnostic-text.js';
import { escapeName } from '../../plan/views/escape-name.js';
import type { Style } from '../../plan/views/style.js';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-codes.js';
import type { FailedCommand } from './failed-command.js';
import type { Refusal } from './refusal.js';
import { safeJson, styleFor } from './terminal.js';

/** An exit code that oclif's own errors carry: 2 for a wrong flag or argument. */
const oclifExit = (error: Error): number | null =>
  error instanceof CLIError && typeof error.oclif.exit === 'number' ? error.oclif.exit : null;

/** oclif's message without the lines that say that one follows. */
const wrongUseText = (message: string): string =>
  message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(The following errors? occurred|See more help)/.test(line))
    .join('; ');

export abstract class NetplanCommand extends Command {
  static override readonly enableJsonFlag = true;

  /** Colours of stdout. */
  protected readonly style: Style = styleFor(process.stdout);
  private readonly stderrStyle: Style = styleFor(process.stderr);

  override async init(): Promise<void> {
    await super.init();
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough (`| head`) is no error; what runs until a signal takes it as one.
      if (error.code === 'EPIPE' && process.emit('SIGPIPE', 'SIGPIPE')) return;
      if (error.code !== 'EPIPE') process.stderr.write(`${escapeName(error.message)}\n`);
      process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.refused);
    });
  }

  /** Runs `task`, the only place that does; a refusal ends the command with all its reasons. */
  protected async orExit<A>(task: TE.TaskEither<Refusal, A>): Promise<A> {
    const result = await task();
    if (result._tag === 'Left') throw new CommandError(result.left);
    return result.right;
  }

  /** A wrong use of flags that oclif cannot see by itself. */
  protected usage(message: string): never {
    this.error(message, { exit: exitCodes.usage });
  }

  /** Writes a text whose lines end in line feeds to stdout; nothing under --json. */
  protected print(text: string): void {
    if (text !== '') this.log(text.endsWith('\n') ? text.slice(0, -1) : text);
  }

  /** Writes `value` to a file, or to stdout for `-`, where --json has printed it already. */
  protected async writeDocument<A>(
    codec: t.Type<A, unknown, unknown>,
    value: A,
    file: string,
  ): Promise<void> {
    if (file === '-' && this.jsonEnabled()) return;
    const [{ writeDocument }, { writeText }] = await Promise.all([
      import('../../plan/documents/read.js'),
      import('./write-text.js'),
    ]);
    const text = writeDocument(codec, value);
    if (file === '-') this.print(text);
    else await this.orExit(writeText(file, text));
  }

  /** A word for the person at the terminal, not part of the result. */
  protected tell(message: string): void {
    this.logToStderr(message);
  }

  /** What a person should know of how the input was read, beside the result. */
  protected tellNotes(notes: ReadonlyArray<Diagnostic>): void {
    const { stderrStyle: style } = this;
    for (const line of notes.flatMap((note) => diagnosticText(note, style.dim, style)))
      process.stderr.write(`${line}\n`);
  }

  override async catch(error: Error): Promise<unknown> {
    const ending = error instanceof CommandError ? error : this.foreign(error);
    process.exitCode = ending.exitCode;
    if (!this.jsonEnabled()) this.printReasons(ending);
    return super.catch(ending);
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${safeJson(json)}\n`);
  }

  override toErrorJson({ code, message, exitCode, diagnostics }: CommandError): FailedCommand {
    return { error: { code, message, exitCode, diagnostics } };
  }

  private printReasons(ending: CommandError): void {
    const { stderrStyle: style } = this;
    const lines = ending.diagnostics.flatMap((d) => diagnosticText(d, style.error, style));
    process.stderr.write(lines.map((line) => `${line}\n`).join(''));
    if (ending.exitCode !== exitCodes.defect) return;
    for (const line of (ending.stack ?? '').split('\n'))
      process.stderr.write(`${escapeName(line)}\n`);
  }

  /** What was thrown: a wrong use that oclif found, or a defect of netplan with its stack. */
  private foreign(error: Error): CommandError {
    const exit = oclifExit(error);
    const wrongUse = exit !== null;
    const ending = new CommandError({
      exitCode: wrongUse ? exitCodes.usage : exitCodes.defect,
      diagnostics: [
        {
          code: wrongUse ? 'cli/usage' : 'cli/defect',
          path: '',
          summary: wrongUse ? wrongUseText(error.message) : error.message,
          remedy: wrongUse
            ? `see ${this.config.bin} ${this.id ?? ''} --help`
            : 'this is a defect of netplan: please report it with the lines below',
        },
      ],
    });
    if (error.stack !== undefined) ending.stack = error.stack;
    return ending;
  }
}
