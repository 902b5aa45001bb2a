/** FailedCommand: what a command that ends in anything but a result prints under --json. */
import * as t from 'io-ts';
import { closed } from '../../plan/model/closed.js';
import { Diagnostic } from '../../plan/model/network-plan.js';
import { U32 } from '../../plan/model/scalars.js';

export const FailedCommand = closed('Failure', {
  error: closed('Error', {
    /** of the first reason */
    code: t.string,
    message: t.string,
    /** of the process */
    exitCode: U32,
    diagnostics: t.readonlyArray(Diagnostic),
  }),
});
export type FailedCommand = t.TypeOf<typeof FailedCommand>;
