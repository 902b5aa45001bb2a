/** SOURCE and SINK: the flags that say which namespace is read and which sandbox takes it over. */
import * as Flags from '@oclif/core/flags';

const helpGroup = 'SOURCE';

/** A namespace that is there now. */
export type LiveSource =
  | { readonly _tag: 'Netns'; readonly netns: string }
  | { readonly _tag: 'Pid'; readonly pid: number }
  | { readonly _tag: 'Bundle'; readonly dir: string }
  | { readonly _tag: 'Container'; readonly id: string; readonly root: string | null };

/** Where a namespace state comes from. */
export type Source = LiveSource | { readonly _tag: 'StateFile'; readonly file: string };

/** The sandbox that takes a namespace over. */
export type Sink =
  | { readonly _tag: 'Socket'; readonly address: string }
  | (LiveSource & { readonly _tag: 'Container' });

const container = {
  helpValue: 'ID',
  summary: "a container of runsc's, created and not started",
};

/** At most one of the sources. */
export const sourceFlags = {
  netns: Flags.string({
    helpGroup,
    helpValue: 'NAME|PATH',
    exclusive: ['pid', 'state', 'bundle'],
    summary: "a namespace of ip netns, or a namespace file's path",
  }),
  pid: Flags.integer({
    helpGroup,
    helpValue: 'PID',
    min: 1,
    exclusive: ['netns', 'state', 'bundle'],
    summary: 'the namespace of a process',
  }),
  state: Flags.string({
    helpGroup,
    helpValue: 'FILE|DIR|-',
    exclusive: ['netns', 'pid', 'bundle'],
    summary: "a state that netplan capture wrote, or iproute2's JSON: a document or a folder",
  }),
  bundle: Flags.string({
    helpGroup,
    helpValue: 'DIR',
    exclusive: ['netns', 'pid', 'state'],
    summary: "an OCI bundle: config.json's network namespace, annotations and sysctls",
  }),
  container: Flags.string({
    ...container,
    helpGroup,
    exclusive: ['netns', 'pid', 'state', 'bundle'],
  }),
  root: Flags.string({
    helpGroup,
    helpValue: 'DIR',
    dependsOn: ['container'],
    summary: "runsc's --root, where it keeps the container's state file",
  }),
};

/** The sources that are live namespaces. */
export const liveSourceFlags = {
  netns: Flags.string({
    helpGroup,
    helpValue: 'NAME|PATH',
    exclusive: ['pid', 'bundle'],
    summary: "a namespace of ip netns, or a namespace file's path",
  }),
  pid: Flags.integer({
    helpGroup,
    helpValue: 'PID',
    min: 1,
    exclusive: ['netns', 'bundle'],
    summary: 'the namespace of a process',
  }),
  bundle: Flags.string({
    helpGroup,
    helpValue: 'DIR',
    exclusive: ['netns', 'pid'],
    summary: "an OCI bundle: config.json's network namespace",
  }),
};

/** Beside another source a container is only the sink; alone it is both. */
export const sourceAndSinkFlags = {
  ...sourceFlags,
  container: Flags.string({ ...container, helpGroup: 'SINK', exclusive: ['socket'] }),
  root: Flags.string({
    helpGroup: 'SINK',
    helpValue: 'DIR',
    dependsOn: ['container'],
    summary: "runsc's --root, where it keeps the container's state file",
  }),
  socket: Flags.string({
    helpGroup: 'SINK',
    helpValue: 'PATH|@NAME',
    summary: "the sandbox's control socket: a file, or an abstract name after @",
  }),
};

const { state: _, ...live } = sourceAndSinkFlags;
/** A live namespace, or a container, and the sandbox. */
export const liveSourceAndSinkFlags = live;

export interface SourceFlags {
  readonly netns?: string | undefined;
  readonly pid?: number | undefined;
  readonly state?: string | undefined;
  readonly bundle?: string | undefined;
  readonly container?: string | undefined;
  readonly root?: string | undefined;
  readonly socket?: string | undefined;
}

/** The source that the flags name, the container last: beside another source it is only the sink. */
export const sourceOf = (flags: SourceFlags): Source | null => {
  const { netns, pid, state, bundle, container, root } = flags;
  if (netns !== undefined) return { _tag: 'Netns', netns };
  if (pid !== undefined) return { _tag: 'Pid', pid };
  if (state !== undefined) return { _tag: 'StateFile', file: state };
  if (bundle !== undefined) return { _tag: 'Bundle', dir: bundle };
  return container === undefined ? null : { _tag: 'Container', id: container, root: root ?? null };
};

/** As sourceOf, for the flags without a state file. */
export const liveSourceOf = (flags: Omit<SourceFlags, 'state'>): LiveSource | null => {
  const source = sourceOf(flags);
  return source?._tag === 'StateFile' ? null : source;
};

/** The sandbox that the flags name; null for none. */
export const sinkOf = ({ container, root, socket }: SourceFlags): Sink | null => {
  if (socket !== undefined) return { _tag: 'Socket', address: socket };
  return container === undefined ? null : { _tag: 'Container', id: container, root: root ?? null };
};

export const NO_SOURCE =
  'name the namespace: --netns NAME, --pid PID, --state FILE, --bundle DIR or --container ID';
