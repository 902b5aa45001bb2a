/** CommandError: a refusal as the one error that ends a command. */
import type { Diagnostic } from '../../plan/model/network-plan.js';
import type { Refusal } from './refusal.js';

export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** of the first reason; all are in `diagnostics` */
  readonly code: string;
  readonly diagnostics: ReadonlyArray<Diagnostic>;
  /** what oclif takes under --json */
  readonly exitCode: number;
  /** what oclif takes otherwise */
  readonly oclif: { readonly exit: number };
  /** oclif's handler prints nothing: NetplanCommand has */
  readonly skipOclifErrorHandling = true;

  constructor({ diagnostics, exitCode }: Refusal) {
    super(diagnostics.map(({ summary }) => summary).join('; '));
    this.code = diagnostics[0].code;
    this.diagnostics = diagnostics;
    this.exitCode = exitCode;
    this.oclif = { exit: exitCode };
  }
}
