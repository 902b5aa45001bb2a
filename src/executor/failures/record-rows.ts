/** The rows of what an earlier or another netplan has left or holds. */
import { objectText } from '../../plan/views/object-text.js';
import type {
  ApplyInterrupted,
  ApplyRecord,
  HandedOver,
  JournalElsewhere,
  JournalUnreadable,
  NamespaceLocked,
  NoJournal,
  OutcomeUnknown,
  SandboxAlive,
} from './failure.js';
import { type FailureRows, inOneSentence } from './row.js';
import { OUTCOME_UNKNOWN } from './sandbox-rows.js';

const byWhom = ({ at, sandbox, pid }: ApplyRecord): string =>
  `at ${at} by process ${pid} for sandbox ${sandbox}`;

const recordPath = ({ record }: { readonly record: ApplyRecord }): string => record.journal;

export const RECORD_ROWS: FailureRows<
  | JournalUnreadable
  | JournalElsewhere
  | NoJournal
  | ApplyInterrupted
  | OutcomeUnknown
  | HandedOver
  | SandboxAlive
  | NamespaceLocked
> = {
  JournalUnreadable: {
    code: 'exec/journal-unreadable',
    means: 'a journal is damaged, or of another version',
    ending: 'personNeeded',
    path: ({ path }) => path,
    summary: ({ path, why }) => `${path} is not a journal of this netplan: ${why}`,
    remedy: 'compare the namespace by hand, then remove the file',
  },
  JournalElsewhere: {
    code: 'exec/journal-elsewhere',
    means: 'a journal is of another boot or another namespace',
    ending: 'personNeeded',
    path: ({ path }) => path,
    summary: ({ path, what, recorded, found }) =>
      `${path} is of another ${what} (${recorded}) than this (${found})`,
    remedy: ({ path }) => `its namespace is gone: rm ${path}`,
  },
  NoJournal: {
    code: 'exec/no-journal',
    means: 'nothing is recorded of the namespace',
    ending: 'badInput',
    path: ({ folder }) => folder,
    summary: ({ netns, folder }) =>
      `nothing of ${netns} is recorded in ${folder}: no apply of this boot took its addresses`,
    remedy: 'give the namespace that was applied, and the folder that was used',
  },
  ApplyInterrupted: {
    code: 'exec/apply-interrupted',
    means: 'an earlier apply was killed: recover it first',
    ending: 'personNeeded',
    path: recordPath,
    summary: ({ record }) => `an apply in ${record.netns} was interrupted: begun ${byWhom(record)}`,
    remedy: ({ record }) => `netplan recover --netns ${record.netns}`,
  },
  OutcomeUnknown: {
    ...OUTCOME_UNKNOWN,
    path: recordPath,
    summary: ({ record }) =>
      `it is not known whether the sandbox took ${record.netns}: called ${byWhom(record)}`,
    remedy: 'look at the sandbox; when it does not have the network: netplan recover --give-back',
  },
  HandedOver: {
    code: 'exec/handed-over',
    means: 'the addresses were handed over already: release them first',
    ending: 'badInput',
    path: recordPath,
    summary: ({ record, addresses, names }) => {
      const text = objectText(names);
      const lines = addresses.map((address) => text({ address }));
      return `addresses already handed over ${byWhom(record)}: ${inOneSentence(lines)}`;
    },
    remedy: ({ record }) => `when that sandbox is gone: netplan release --netns ${record.netns}`,
  },
  SandboxAlive: {
    code: 'exec/sandbox-alive',
    means: 'the sandbox that has the addresses still runs',
    ending: 'badInput',
    path: recordPath,
    summary: ({ record, evidence }) =>
      `sandbox ${record.sandbox} still has the addresses: ${evidence}`,
    remedy: 'stop it first; --force gives them back nevertheless',
  },
  NamespaceLocked: {
    code: 'exec/locked',
    means: 'another netplan works on the namespace',
    ending: 'refused',
    path: ({ path }) => path,
    summary: ({ holder }) =>
      `another netplan works on this namespace${holder === null ? '' : `: process ${holder}`}`,
    remedy: 'wait until it is done',
  },
};
