/** The other capabilities in memory: files with owners and locks, a machine with processes, a scripted sandbox. */
import { constants } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type {
  Capabilities,
  FileFacts,
  Files,
  Machine,
  OpenFile,
  Process,
  Sandbox,
} from '../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import type { CallError } from '../../src/executor/urpc/failure.js';
import type { FakeKernel } from './fake-kernel/kernel.js';

const EEXIST = 17;
const ENOENT = 2;
const ECONNREFUSED = 111;

interface FakeFile {
  kind: FileFacts['kind'];
  uid: number;
  mode: number;
  text: string;
  readonly inode: string;
  locked: boolean;
}

const lift =
  <A, Err extends ExecError = ExecError>(run: () => E.Either<Err, A>): TE.TaskEither<Err, A> =>
  async () =>
    run();

const failed = (call: string, errno: number, about: string): E.Either<ExecError, never> =>
  E.left({ _tag: 'SyscallError', call, errno, about });

export class FakeFiles {
  readonly files = new Map<string, FakeFile>();
  #nextInode = 1;

  put(path: string, file: Partial<FakeFile>): FakeFile {
    const inode = String(this.#nextInode++);
    const made: FakeFile = {
      kind: 'file',
      uid: 0,
      mode: 0o600,
      text: '',
      inode,
      locked: false,
      ...file,
    };
    this.files.set(path, made);
    return made;
  }

  /** What the kernel does with the locks of a process that ends. */
  freeLocks(): void {
    for (const file of this.files.values()) file.locked = false;
  }

  journals(): ReadonlyArray<string> {
    return [...this.files.keys()].filter((path) => path.endsWith('.journal'));
  }

  readonly capability: Files = {
    lstat: (path) =>
      lift(() => {
        const file = this.files.get(path);
        return E.right(file === undefined ? null : factsOf(file));
      }),
    mkdir: (path, mode) =>
      lift(() => {
        if (this.files.has(path)) return failed('mkdir', EEXIST, path);
        this.put(path, { kind: 'folder', mode });
        return E.right(undefined);
      }),
    list: (path) =>
      lift(() =>
        E.right(
          [...this.files.keys()]
            .filter((name) => name.startsWith(`${path}/`))
            .map((name) => name.slice(path.length + 1)),
        ),
      ),
    open: (path, flags, mode) =>
      lift(() => {
        const there = this.files.get(path);
        if (there === undefined && (flags & constants.O_CREAT) === 0) return E.right(null);
        if (there !== undefined && (flags & constants.O_EXCL) !== 0)
          return failed('open', EEXIST, path);
        return E.right(openFile(there ?? this.put(path, { mode })));
      }),
    rename: (from, to) =>
      lift(() => {
        const file = this.files.get(from);
        if (file === undefined) return failed('rename', ENOENT, from);
        this.files.delete(from);
        this.files.set(to, file);
        return E.right(undefined);
      }),
    unlink: (path) =>
      lift(() => (this.files.delete(path) ? E.right(undefined) : failed('unlink', ENOENT, path))),
  };
}

const factsOf = ({ kind, uid, mode, text, inode }: FakeFile): FileFacts => ({
  kind,
  uid,
  mode,
  bytes: text.length,
  inode,
});

const openFile = (file: FakeFile): OpenFile => {
  let locks = false;
  return {
    facts: lift(() => E.right(factsOf(file))),
    read: (limit) => lift(() => E.right(file.text.slice(0, limit))),
    write: (text) =>
      lift(() => {
        file.text += text;
        return E.right(undefined);
      }),
    truncate: lift(() => {
      file.text = '';
      return E.right(undefined);
    }),
    sync: lift(() => E.right(undefined)),
    lock: lift(() => {
      if (file.locked) return E.right('held');
      file.locked = true;
      locks = true;
      return E.right('taken');
    }),
    close: async () => {
      if (locks) file.locked = false;
    },
  };
};

export const ROOT_PROCESS: Process = {
  startTime: '1000',
  effectiveCapabilities: (1n << 41n) - 1n,
  maxOpenFiles: 1024,
  openFiles: 20,
};

/** How the sandbox takes the call. `answers` is what `call` resolves to. */
export class FakeSandbox {
  alive = true;
  /** what it was given: the request and the number of descriptors */
  readonly taken: Array<{ readonly json: string; readonly files: number }> = [];
  answers: E.Either<CallError, unknown> = E.right(null);
  /** how often it was called, whatever it answered */
  calls = 0;
  openConnections = 0;

  readonly capability: Sandbox = {
    connect: ({ address }) =>
      lift(() => {
        if (!this.alive)
          return E.left({ _tag: 'SandboxUnreachable', address, errno: ECONNREFUSED });
        this.openConnections += 1;
        return E.right({
          call: ({ json }, files) =>
            lift(() => {
              this.calls += 1;
              if (E.isRight(this.answers)) this.taken.push({ json, files: files.length });
              return this.answers;
            }),
          close: () => {
            this.openConnections -= 1;
          },
        });
      }),
  };
}

export interface FakeWorld {
  readonly kernel: FakeKernel;
  readonly files: FakeFiles;
  readonly sandbox: FakeSandbox;
  readonly machine: {
    bootId: string;
    uptime: number;
    self: Process;
    processes: Map<number, string>;
    /** of the one namespace */
    netnsFiles: ReadonlyArray<string>;
  };
  readonly capabilities: Capabilities;
}

/** One namespace, at any path that does not say `missing`. */
export const fakeWorld = (kernel: FakeKernel): FakeWorld => {
  const files = new FakeFiles();
  const sandbox = new FakeSandbox();
  const facts: FakeWorld['machine'] = {
    bootId: 'boot-1',
    uptime: 500,
    self: ROOT_PROCESS,
    processes: new Map([[77, '555']]),
    netnsFiles: [],
  };
  const machine: Machine = {
    bootId: lift(() => E.right(facts.bootId)),
    uptime: () => facts.uptime,
    now: () => new Date('2026-01-02T03:04:05Z'),
    self: lift(() => E.right(facts.self)),
    pid: 4242,
    euid: () => 0,
    startTimeOf: (pid) => lift(() => E.right(facts.processes.get(pid) ?? null)),
    netnsFiles: () => lift(() => E.right(facts.netnsFiles)),
    sleep: () => async () => {},
  };
  const capabilities: Capabilities = {
    kernel: {
      openNetns: (path) =>
        lift<ReturnType<FakeKernel['netns']>>(() =>
          path.includes('missing')
            ? E.left({ _tag: 'NetnsNotFound', path, why: 'missing' })
            : E.right(kernel.netns(path)),
        ),
      closeFd: (fd) => async () => void kernel.openFds.delete(fd),
      openFramePort: () => lift(() => E.right({ send: () => () => {}, stop: () => {} })),
    },
    sandbox: sandbox.capability,
    files: files.capability,
    machine,
  };
  return { kernel, files, sandbox, machine: facts, capabilities };
};
