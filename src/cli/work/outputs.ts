/** What `--json` prints, as codecs: the JSON Schemas are made from them, and the tests hold the commands to them. */
import * as t from 'io-ts';
import { DoctorReport } from '../../executor/doctor.js';
import { RestoreReport } from '../../executor/giveback/report.js';
import { ApplyReport } from '../../executor/handover/report.js';
import { Op } from '../../plan/model/ops.js';
import { Target } from '../../plan/model/target.js';
import { Change } from '../../plan/views/diff.js';
import { Explanation } from '../../plan/views/explanation.js';
import { FailedCommand } from '../ending/failed-command.js';
import { SandboxSummary } from './sandbox.js';

/** By the name of the file in schemas/. `plan` prints a NetworkPlan and `capture` a NamespaceState, which are documents. */
export const OUTPUT_SCHEMA_FILES: { readonly [file: string]: t.Mixed } = {
  /** apply */
  'apply-report.schema.json': ApplyReport,
  /** apply --dry-run */
  'ops.schema.json': t.readonlyArray(Op, 'Ops'),
  /** diff */
  'changes.schema.json': t.readonlyArray(Change, 'Changes'),
  /** doctor */
  'doctor-report.schema.json': DoctorReport,
  /** any, where it fails */
  'failure.schema.json': FailedCommand,
  /** explain */
  'explanation.schema.json': Explanation,
  /** release */
  'restore-report.schema.json': RestoreReport,
  /** recover */
  'restore-reports.schema.json': t.readonlyArray(RestoreReport, 'RestoreReports'),
  /** sandbox, when it ends */
  'sandbox-summary.schema.json': SandboxSummary,
  /** targets */
  'targets.schema.json': t.readonlyArray(Target, 'Targets'),
};
