/** What `--json` prints, as codecs: the JSON Schemas are made from them, and the tests hold the commands to them. */
import * as t from 'io-ts';
import { DoctorReport } from '../../executor/doctor.js';
import { RestoreReport } from '../../executor/giveback/report.js';
import { ApplyReport } from '../../executor/handover/report.js';
import { closed } from '../../plan/model/closed.js';
import { Diagnostic, ObjectPathCodec } from '../../plan/model/network-plan.js';
import type { Op } from '../../plan/model/ops.js';
import { Family, IfIndex, IfName, IpAddress, LinkAddress, U32 } from '../../plan/model/scalars.js';
import { Target } from '../../plan/model/target.js';
import { Change } from '../../plan/views/diff.js';
import type { Explanation } from '../../plan/views/explain.js';
import type { SandboxSummary } from './sandbox.js';

/** Gives `codec` back. Does not compile where its type is not A. */
const of =
  <A>() =>
  <C extends t.Type<A, unknown, unknown>>(codec: C): C =>
    codec;

const textOrNull = t.union([t.string, t.null]);

const Ops = of<ReadonlyArray<Op>>()(
  t.readonlyArray(
    t.union([
      closed('BindPacketSocket', {
        _tag: t.literal('BindPacketSocket'),
        link: IfName,
        ifindex: IfIndex,
        channel: t.number,
        vnetHeader: t.boolean,
        memberships: t.readonlyArray(LinkAddress),
      }),
      closed('DeleteAddress', {
        _tag: t.literal('DeleteAddress'),
        link: IfName,
        ifindex: IfIndex,
        family: Family,
        local: IpAddress,
        address: IpAddress,
        prefixLen: t.number,
      }),
      closed('CallSandbox', {
        _tag: t.literal('CallSandbox'),
        method: t.string,
        files: t.number,
      }),
    ]),
    'Ops',
  ),
);

const ExplanationCodec = of<Explanation>()(
  closed('Explanation', {
    subject: t.string,
    is: t.keyof({ link: null, destination: null, prefix: null, default: null }),
    objects: t.readonlyArray(
      closed('ExplainedObject', {
        object: ObjectPathCodec,
        what: t.string,
        class: t.string,
        code: t.string,
        why: t.string,
      }),
    ),
    decisions: t.readonlyArray(
      closed('ExplainedDecision', {
        destination: t.string,
        kernel: t.string,
        kernelRoute: t.union([ObjectPathCodec, t.null]),
        sandbox: t.string,
        agree: t.boolean,
      }),
    ),
    errors: t.readonlyArray(Diagnostic),
  }),
);

const SandboxSummaryCodec = of<SandboxSummary>()(
  closed('SandboxSummary', {
    address: t.string,
    network: closed('AcceptedNetwork', {
      nics: t.readonlyArray(
        closed('AcceptedNic', {
          name: t.string,
          kind: t.keyof({ loopback: null, fd: null }),
          mtu: t.number,
          mac: textOrNull,
          addresses: t.readonlyArray(
            closed('AcceptedAddress', { address: t.string, prefixLen: t.number }),
          ),
          neighbors: t.readonlyArray(
            closed('AcceptedNeighbor', { address: t.string, linkAddress: t.string }),
          ),
          channels: t.number,
          gso: t.keyof({ host: null, gvisor: null, off: null }),
        }),
      ),
      routeTable: t.readonlyArray(
        closed('AcceptedRoute', {
          destination: t.string,
          gateway: textOrNull,
          nic: t.string,
          mtu: t.number,
        }),
      ),
    }),
    counters: closed('Counters', { arp: t.number, ndp: t.number, echo: t.number }),
  }),
);

/** A command that ends in anything but a result prints this one, with the exit code of the process. */
const Failure = closed('Failure', {
  error: closed('Error', {
    code: t.string,
    message: t.string,
    exitCode: U32,
    diagnostics: t.readonlyArray(Diagnostic),
  }),
});

/** By the name of the file in schemas/. `plan` prints a NetworkPlan and `capture` a NamespaceState, which are documents. */
export const OUTPUT_SCHEMA_FILES: { readonly [file: string]: t.Mixed } = {
  /** apply */
  'apply-report.schema.json': ApplyReport,
  /** apply --dry-run */
  'ops.schema.json': Ops,
  /** diff */
  'changes.schema.json': t.readonlyArray(Change, 'Changes'),
  /** doctor */
  'doctor-report.schema.json': DoctorReport,
  /** any, where it fails */
  'failure.schema.json': Failure,
  /** explain */
  'explanation.schema.json': ExplanationCodec,
  /** release */
  'restore-report.schema.json': RestoreReport,
  /** recover */
  'restore-reports.schema.json': t.readonlyArray(RestoreReport, 'RestoreReports'),
  /** sandbox, when it ends */
  'sandbox-summary.schema.json': SandboxSummaryCodec,
  /** targets */
  'targets.schema.json': t.readonlyArray(Target, 'Targets'),
};
