/** Errors of the journal and the lock: what an earlier or another netplan has written down, and why it is not used. */

/** A file or folder that another user could have made or changed is not used. */
export interface UnsafeFile {
  readonly _tag: 'UnsafeFile';
  readonly path: string;
  readonly why: string;
}

/** A journal that is not one: cut, changed, or of another version. */
export interface JournalUnreadable {
  readonly _tag: 'JournalUnreadable';
  readonly path: string;
  readonly why: string;
}

/** A journal that was written in another boot or for another namespace than the one at hand. */
export interface JournalElsewhere {
  readonly _tag: 'JournalElsewhere';
  readonly path: string;
  readonly what: 'boot' | 'namespace';
  readonly recorded: string;
  readonly found: string;
}

/** Nothing is recorded of this namespace. */
export interface NoJournal {
  readonly _tag: 'NoJournal';
  readonly netns: string;
  readonly folder: string;
}

/** Who wrote a journal, when, and for which sandbox. */
export interface ApplyRecord {
  readonly journal: string;
  readonly netns: string;
  /** ISO 8601, UTC */
  readonly at: string;
  readonly sandbox: string;
  readonly pid: number;
}

/** An earlier apply was killed before it called the sandbox; `recover` undoes it. */
export interface ApplyInterrupted {
  readonly _tag: 'ApplyInterrupted';
  readonly record: ApplyRecord;
}

/** An earlier apply ended without knowing whether the sandbox took the network. */
export interface OutcomeUnknown {
  readonly _tag: 'OutcomeUnknown';
  readonly record: ApplyRecord;
}

/** The namespace's addresses were handed to a sandbox and have not been given back. */
export interface HandedOver {
  readonly _tag: 'HandedOver';
  readonly record: ApplyRecord;
  readonly addresses: ReadonlyArray<string>;
}

/** Giving the addresses back while the sandbox uses them would put two owners on the wire. */
export interface SandboxAlive {
  readonly _tag: 'SandboxAlive';
  readonly record: ApplyRecord;
  /** what shows it: its process, or its socket that accepts connections */
  readonly evidence: string;
}

/** Another netplan works on this namespace. */
export interface NamespaceLocked {
  readonly _tag: 'NamespaceLocked';
  readonly path: string;
  /** the process that holds the lock, null where it has not said */
  readonly holder: number | null;
}

export type RecordError =
  | UnsafeFile
  | JournalUnreadable
  | JournalElsewhere
  | NoJournal
  | ApplyInterrupted
  | OutcomeUnknown
  | HandedOver
  | SandboxAlive
  | NamespaceLocked;
