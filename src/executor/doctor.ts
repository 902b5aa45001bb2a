/** doctor: everything that an apply needs, looked at without doing any of it. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../plan/model/closed.js';
import type { Capabilities, Exec, Netns } from './effects/capabilities.js';
import { nothing } from './effects/exec.js';
import type { ExecError } from './failures/failure.js';
import { describeExec, endingOf } from './failures/table.js';
import { DEFAULT_JOURNAL_FOLDER, folderIsThere } from './journal/folder.js';
import { nothingInTheWayOf } from './journal/standing.js';
import { openNetns } from './namespace/open.js';
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

const fine = (code: string, what: string): Check => ({
  code,
  ok: true,
  what,
  remedy: '',
  rights: false,
});

const bad = (error: ExecError): ReadonlyArray<Check> => {
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

type Checks = TE.TaskEither<never, ReadonlyArray<Check>>;

/** A failure is a finding here, and the other checks go on. */
const finding = <A>(
  step: TE.TaskEither<ExecError, A>,
  whenFine: (a: A) => ReadonlyArray<Check>,
): Checks =>
  pipe(
    step,
    TE.map(whenFine),
    TE.orElse((error) => TE.right(bad(error))),
  );

const processChecks = ({ machine }: Capabilities): Checks =>
  finding(machine.self, (self) => {
    const missing = rightsFailures(self);
    const rights: ReadonlyArray<Check> =
      missing.length === 0
        ? [fine('doctor/rights', 'CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW are there')]
        : bad({ _tag: 'Preflight', failures: missing });
    const free = self.maxOpenFiles - self.openFiles;
    const files: Check = {
      code: 'doctor/descriptors',
      ok: free >= USUAL_FILES,
      what: `${free} more descriptors may be opened`,
      remedy: free >= USUAL_FILES ? '' : 'raise the limit: ulimit -n',
      rights: false,
    };
    return [...rights, files];
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
    : fine('doctor/netns-cookie', 'namespaces can be told apart (SO_NETNS_COOKIE)');

const netnsChecks = (path: string, c: Capabilities): Checks =>
  finding(
    openNetns(path, (netns) =>
      pipe(
        netns.observe,
        TE.map(({ links, addresses, routes }) => [
          fine(
            'doctor/netns',
            `${path} can be read: ${links.length} links, ${addresses.length} addresses, ${routes.length} routes`,
          ),
          cookieCheck(netns),
        ]),
      ),
    )(c),
    (checks) => checks,
  );

const journalChecks = (path: string, folder: string, c: Capabilities): Checks =>
  finding(
    pipe(
      folderIsThere(folder)(c),
      TE.tap((there) => (there ? nothingInTheWayOf(path, folder)(c) : nothing)),
    ),
    (there) => [
      fine(
        'doctor/journal',
        there ? `no earlier apply stands in the way (${folder})` : `${folder} will be made`,
      ),
    ],
  );

const sandboxChecks = (to: SandboxAddress | null, { sandbox }: Capabilities): Checks =>
  to === null
    ? TE.right([])
    : finding(
        pipe(
          sandbox.connect(to),
          TE.tapIO((connection) => connection.close),
        ),
        () => [fine('doctor/sandbox', `the sandbox at ${to.address} takes connections`)],
      );

/** Looks at rights, limits, the namespace, earlier applies and the sandbox; all findings together. */
export const doctor =
  (netns: string, options: DoctorOptions): Exec<Capabilities, DoctorReport> =>
  (c) =>
    pipe(
      [
        processChecks(c),
        netnsChecks(netns, c),
        journalChecks(netns, options.journalFolder ?? DEFAULT_JOURNAL_FOLDER, c),
        sandboxChecks(options.sandbox, c),
      ],
      TE.sequenceSeqArray,
      TE.map((checks) => ({ kind: 'DoctorReport', formatVersion: 1, checks: checks.flat() })),
    );
