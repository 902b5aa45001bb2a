/** doctor: everything that an apply needs, looked at without doing any of it. */
import { pipe } from 'fp-ts/lib/function.js';
import * as RTE from 'fp-ts/lib/ReaderTaskEither.js';
import * as t from 'io-ts';
import { closed } from '../plan/model/closed.js';
import type { Capabilities, Netns, Process } from './effects/capabilities.js';
import { type Exec, nothing } from './effects/exec.js';
import { self } from './effects/machine.js';
import { knock } from './effects/sandbox.js';
import type { ExecError } from './failures/failure.js';
import { describeExec, endingOf } from './failures/table.js';
import { DEFAULT_JOURNAL_FOLDER, folderIsThere } from './journal/folder.js';
import { nothingInTheWayOf } from './journal/standing.js';
import { withNetns } from './namespace/open.js';
import { rightsFailures } from './namespace/rights.js';
import type { SandboxAddress } from './urpc/address.js';

export const Check = closed('Check', {
  /** stable: `doctor/rights`, or the code of the error that was met */
  code: t.string,
  ok: t.boolean,
  what: t.string,
  /** empty where nothing is to be done */
  remedy: t.string,
  /** not permitted, rather than impossible */
  rights: t.boolean,
});
export type Check = t.TypeOf<typeof Check>;

export const DoctorReport = closed('DoctorReport', {
  kind: t.literal('DoctorReport'),
  formatVersion: t.literal(1),
  checks: t.readonlyArray(Check),
});
export type DoctorReport = t.TypeOf<typeof DoctorReport>;

export interface DoctorOptions {
  /** null: the sandbox is not asked */
  readonly sandbox: SandboxAddress | null;
  readonly journalFolder?: string;
}

/** What netplan and the packet sockets of a usual plan need. */
const USUAL_FILES = 64;

const passed = (code: string, what: string): Check => ({
  code,
  ok: true,
  what,
  remedy: '',
  rights: false,
});

const failed = (error: ExecError): ReadonlyArray<Check> => {
  if (error._tag === 'Preflight')
    return error.failures.map(({ code, summary, remedy, rights }) => ({
      code,
      ok: false,
      what: summary,
      remedy,
      rights,
    }));
  const { code, summary, remedy } = describeExec(error);
  const rights = endingOf(error) === 'notPermitted';
  return [{ code, ok: false, what: summary, remedy, rights }];
};

/** A failure is a finding here, and the other checks go on. */
const finding = <R, A>(
  work: Exec<R, A>,
  whenFine: (a: A) => ReadonlyArray<Check>,
): Exec<R, ReadonlyArray<Check>> => pipe(work, RTE.match(failed, whenFine), RTE.rightReaderTask);

const USUAL_RIGHTS = passed(
  'doctor/rights',
  'CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW are there',
);

const descriptorCheck = ({ maxOpenFiles, openFiles }: Process): Check => {
  const free = maxOpenFiles - openFiles;
  const ok = free >= USUAL_FILES;
  return {
    code: 'doctor/descriptors',
    ok,
    what: `${free} more descriptors may be opened`,
    remedy: ok ? '' : 'raise the limit: ulimit -n',
    rights: false,
  };
};

const processChecks = finding(self, (process) => {
  const failures = rightsFailures(process);
  const rights = failures.length === 0 ? [USUAL_RIGHTS] : failed({ _tag: 'Preflight', failures });
  return [...rights, descriptorCheck(process)];
});

/** The cookie is what tells a namespace from another with the same inode: linux 5.14. */
const cookieCheck = ({ identity: { cookie } }: Netns): Check =>
  cookie === '0'
    ? {
        code: 'doctor/netns-cookie',
        ok: false,
        what: 'this kernel has no SO_NETNS_COOKIE: a namespace made again may be taken for the old one',
        remedy: 'use linux 5.14 or newer',
        rights: false,
      }
    : passed('doctor/netns-cookie', 'namespaces can be told apart (SO_NETNS_COOKIE)');

const netnsChecks = (path: string): Exec<Capabilities, ReadonlyArray<Check>> =>
  finding(
    withNetns(path, (netns) =>
      pipe(
        RTE.fromTaskEither(netns.observe),
        RTE.map(({ links, addresses, routes }) => [
          passed(
            'doctor/netns',
            `${path} can be read: ${links.length} links, ${addresses.length} addresses, ${routes.length} routes`,
          ),
          cookieCheck(netns),
        ]),
      ),
    ),
    (checks) => checks,
  );

const journalChecks = (path: string, folder: string): Exec<Capabilities, ReadonlyArray<Check>> =>
  finding(
    pipe(
      folderIsThere(folder),
      RTE.tap((there) => (there ? nothingInTheWayOf(path, folder) : nothing)),
    ),
    (there) => [
      passed(
        'doctor/journal',
        there ? `no earlier apply stands in the way (${folder})` : `${folder} will be made`,
      ),
    ],
  );

const sandboxChecks = (to: SandboxAddress | null): Exec<Capabilities, ReadonlyArray<Check>> =>
  to === null
    ? RTE.right([])
    : finding(knock(to), () => [
        passed('doctor/sandbox', `the sandbox at ${to.address} takes connections`),
      ]);

/** Looks at rights, limits, the namespace, earlier applies and the sandbox; all findings together. */
export const doctor = (
  netns: string,
  { sandbox, journalFolder = DEFAULT_JOURNAL_FOLDER }: DoctorOptions,
): Exec<Capabilities, DoctorReport> =>
  pipe(
    [
      processChecks,
      netnsChecks(netns),
      journalChecks(netns, journalFolder),
      sandboxChecks(sandbox),
    ],
    RTE.sequenceSeqArray,
    RTE.map((checks) => ({ kind: 'DoctorReport', formatVersion: 1, checks: checks.flat() })),
  );
