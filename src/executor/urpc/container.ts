/** A runsc container by its id: the sandbox that it is in, from runsc's own state file. */
import { constants } from 'node:fs';
import { access, type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { BundleConfig, bundleNetns } from '../../plan/documents/bundle.js';
import { netnsPath } from '../../plan/model/netns-path.js';
import type { SandboxAddress } from './address.js';
import type { ContainerUnusable } from './failure.js';

export type ContainerStatus = 'creating' | 'created' | 'running' | 'paused' | 'stopped' | 'unknown';

export interface Container {
  /** equal to the container's own id but for containers that joined another's sandbox */
  readonly sandboxId: string;
  /** of the sandbox's process */
  readonly pid: number;
  /**
   * the namespace that the sandbox's process is in: by the file that the container's configuration names
   * where it is that one, since it is there also when the process is gone
   */
  readonly netnsPath: string;
  /** the sandbox's control socket */
  readonly address: SandboxAddress;
  readonly status: ContainerStatus;
  /** the container's OCI configuration, as far as it concerns the network */
  readonly spec: BundleConfig;
}

/** runsc's root folder where no --root is given. Source: getDefaultRootDir in runsc/config/flags.go. */
export const defaultRoot = (env: Readonly<Record<string, string | undefined>>): string => {
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === '' ? '/var/run/runsc' : join(runtime, 'runsc');
};

/** A state file holds the container's OCI spec too; a megabyte of it would be much. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * What is read of container.Container, whose other keys are many and change. `sandbox` since 2018-05-15,
 * before that the process was the container's; `control_address` 2023-01 to 2023-09, controlSocketPath
 * since. Source: runsc/container/container.go, runsc/sandbox/sandbox.go.
 */
const StateFile = t.partial({
  id: t.string,
  pid: t.number,
  status: t.union([t.number, t.string]),
  spec: BundleConfig,
  sandbox: t.union([
    t.null,
    t.partial({
      id: t.string,
      pid: t.number,
      control_address: t.string,
      controlSocketPath: t.string,
    }),
  ]),
});
type StateFile = t.TypeOf<typeof StateFile>;

/** By number until 2021-12; the order changed on 2018-06-15, a month after `sandbox` came. */
const STATUS_BEFORE_SANDBOX = ['creating', 'created', 'running', 'stopped'] as const;
const STATUS = ['created', 'creating', 'paused', 'running', 'stopped'] as const;

const statusOf = ({ status, sandbox }: StateFile): ContainerStatus => {
  if (typeof status === 'string') return STATUS.find((name) => name === status) ?? 'unknown';
  const names = sandbox === undefined ? STATUS_BEFORE_SANDBOX : STATUS;
  return names[status ?? -1] ?? 'unknown';
};

/** runsc's own rule, so that an id is a file name and never a path. Source: validateID, container.go. */
const isId = (id: string): boolean => /^[A-Za-z0-9_+.-]+$/.test(id) && id !== '.' && id !== '..';

type Attempt<A> = Promise<E.Either<string, A>>;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

const orNull = async <A>(promise: Promise<A>): Promise<A | null> => {
  try {
    return await promise;
  } catch {
    return null;
  }
};

const readBounded = async (file: FileHandle): Attempt<string> => {
  const stat = await file.stat();
  if (!stat.isFile()) return E.left('its state file is not an ordinary file');
  const buffer = Buffer.alloc(Math.min(stat.size, LIMIT_BYTES) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (length === buffer.length) return E.left('its state file grew, or is too large');
    if (bytesRead === 0) return E.right(buffer.toString('utf8', 0, length));
  }
};

/** The text of the state file, null where there is none at `path`. */
const readState = async (path: string): Attempt<string | null> => {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? E.right(null) : E.left(`${path}: ${code}`);
  }
  try {
    return await readBounded(file);
  } catch (error) {
    return E.left(`${path}: ${codeOf(error)}`);
  } finally {
    await file.close();
  }
};

/** Where the state of `id` may be under `root`, newest layout first: since 2021-01, 2019-11, 2018-04. */
const candidates = async (root: string, id: string): Attempt<ReadonlyArray<string>> => {
  const names = await orNull(readdir(root));
  if (names === null) return E.left(`the folder ${root} cannot be read`);
  const withSandbox = names.filter(
    (name) => name.startsWith(`${id}_sandbox:`) && name.endsWith('.state'),
  );
  if (withSandbox.length > 1) return E.left(`it has ${withSandbox.length} state files`);
  return E.right([...withSandbox, `${id}.state`, join(id, 'meta.json')]);
};

const findState = async (root: string, id: string): Attempt<string> => {
  const names = await candidates(root, id);
  if (E.isLeft(names)) return names;
  for (const name of names.right) {
    const text = await readState(join(root, name));
    if (E.isLeft(text)) return text;
    if (text.right !== null) return E.right(text.right);
  }
  return E.left('it has no state file there');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const decodeState = (text: string): E.Either<string, StateFile> => {
  const value = parseJson(text);
  return StateFile.is(value) ? E.right(value) : E.left('its state file is not one of runsc');
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** As Go has it, an abstract address begins with a NUL. */
const fromGo = (address: string): string =>
  address.startsWith('\0') ? `@${address.slice(1)}` : address;

/**
 * The path that the state names; where it is not there, as in another mount namespace, the socket in
 * `root`; for gVisors that name none, the abstract name. Source: connControl and sandbox.New, sandbox.go.
 */
const controlAddress = async (
  root: string,
  sandboxId: string,
  state: StateFile,
): Promise<string> => {
  const named = state.sandbox?.controlSocketPath || state.sandbox?.control_address || '';
  const address = named === '' ? `@runsc-sandbox.${sandboxId}` : fromGo(named);
  if (address.startsWith('@') || (await exists(address))) return address;
  const inRoot = join(root, `runsc-${sandboxId}.sock`);
  return (await exists(inRoot)) ? inRoot : address;
};

/** Of namespaces too: device and inode of nsfs. */
const sameFile = async (a: string, b: string): Promise<boolean> => {
  const [one, other] = await Promise.all([orNull(stat(a)), orNull(stat(b))]);
  return one !== null && one.ino === other?.ino && one.dev === other.dev;
};

const netnsOf = async (pid: number, spec: BundleConfig): Promise<string> => {
  const ofProcess = netnsPath({ pid });
  const configured = bundleNetns(spec);
  if (configured._tag !== 'At' || !configured.path.startsWith('/')) return ofProcess;
  return (await sameFile(configured.path, ofProcess)) ? configured.path : ofProcess;
};

const isAddress = (address: string): boolean =>
  !address.includes('\0') && (address.startsWith('@') || address.startsWith('/'));

const containerOf = async (root: string, id: string, state: StateFile): Attempt<Container> => {
  if (state.sandbox === null) return E.left('it has no sandbox any more');
  const sandboxId = state.sandbox?.id ?? state.id ?? id;
  const pid = state.sandbox?.pid ?? state.pid ?? 0;
  if (!isId(sandboxId)) return E.left('its state file names an impossible sandbox id');
  if (!Number.isSafeInteger(pid) || pid <= 0) return E.left('its sandbox does not run');
  const address = await controlAddress(root, sandboxId, state);
  if (!isAddress(address)) return E.left('its state file names an impossible control socket');
  return E.right({
    sandboxId,
    pid,
    netnsPath: await netnsOf(pid, state.spec ?? {}),
    address: { address },
    status: statusOf(state),
    spec: state.spec ?? {},
  });
};

const lookFor = async (id: string, root: string): Attempt<Container> => {
  if (!isId(id)) return E.left('a container id has letters, digits, and _ + . - only');
  const text = await findState(root, id);
  if (E.isLeft(text)) return text;
  const state = decodeState(text.right);
  return E.isLeft(state) ? state : containerOf(root, id, state.right);
};

/**
 * The container `id` of the runsc whose --root is `root`: its state in every layout since 2018-04. The
 * file is another program's, so its size, shape and names are checked.
 */
export const findContainer =
  (id: string, root: string): TE.TaskEither<ContainerUnusable, Container> =>
  async () => {
    const found = await lookFor(id, root);
    return E.isLeft(found)
      ? E.left({ _tag: 'ContainerUnusable', id, root, why: found.left })
      : found;
  };
