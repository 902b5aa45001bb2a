/** Capabilities with a fault at one point: any capabilities, the fake and the real ones alike. */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Capabilities, Netns, OpenFile } from '../../src/executor/effects/capabilities.js';
import type { ExecError } from '../../src/executor/failures/failure.js';
import type { SandboxConnection } from '../../src/executor/urpc/client.js';
import type { CallError } from '../../src/executor/urpc/failure.js';

/** A place where something can go wrong: before or after one effect. */
export interface Point {
  /** counted from 0 */
  readonly index: number;
  /** `change RemoveAddress`, `file sync` ... */
  readonly name: string;
  readonly when: 'before' | 'after';
}

/** `fail`: the call fails and has no effect (before only). Anything that throws or kills is a crash. */
export type OnPoint = (point: Point) => 'go' | 'fail';

/** Lets everything pass and writes it down. */
export const recordIn =
  (points: Point[]): OnPoint =>
  (point) => {
    points.push(point);
    return 'go';
  };

/** In place of a killed process, where the test must go on. */
export class Crash extends Error {}

const error = (name: string, errno: number): ExecError => {
  if (name.startsWith('change'))
    return { _tag: 'NetlinkError', request: name, errno, message: '', change: null };
  if (name === 'connect') return { _tag: 'SandboxUnreachable', address: 'injected', errno };
  return { _tag: 'SyscallError', call: name, errno, about: 'injected' };
};

const callError = (): CallError => ({
  _tag: 'ExchangeBroken',
  method: 'injected',
  sent: false,
  why: 'closed',
  detail: '',
});

/** Every effect of `c` passes two points. `errno`: what an injected failure gives. */
export const withFaults = (c: Capabilities, onPoint: OnPoint, errno: number): Capabilities => {
  let index = 0;
  const passing =
    <Err>(failure: (name: string, errno: number) => Err) =>
    <A>(name: string, task: TE.TaskEither<Err, A>): TE.TaskEither<Err, A> =>
    async () => {
      if (onPoint({ index: index++, name, when: 'before' }) === 'fail')
        return E.left(failure(name, errno));
      const result = await task();
      onPoint({ index: index++, name, when: 'after' });
      return result;
    };
  const at = passing(error);
  const mapped =
    <A, B>(task: TE.TaskEither<ExecError, A>, f: (a: A) => B): TE.TaskEither<ExecError, B> =>
    async () => {
      const result = await task();
      return E.isLeft(result) ? result : E.right(f(result.right));
    };
  const netnsAt = (netns: Netns): Netns => ({
    ...netns,
    observe: at('observe', netns.observe),
    filters: at('filters', netns.filters),
    change: (change) => at(`change ${change._tag}`, netns.change(change)),
    bindPacketSocket: (op) => at('bind', netns.bindPacketSocket(op)),
  });
  const connectionAt = (connection: SandboxConnection): SandboxConnection => ({
    ...connection,
    call: (request, files) => passing(callError)('call', connection.call(request, files)),
  });
  const fileAt = (file: OpenFile): OpenFile => ({
    ...file,
    facts: at('file facts', file.facts),
    read: (limit) => at('file read', file.read(limit)),
    write: (text) => at('file write', file.write(text)),
    truncate: at('file truncate', file.truncate),
    sync: at('file sync', file.sync),
    lock: at('file lock', file.lock),
  });
  const { files, kernel, machine, sandbox } = c;
  return {
    kernel: {
      ...kernel,
      openNetns: (path) => mapped(at('open netns', kernel.openNetns(path)), netnsAt),
    },
    sandbox: { connect: (to) => mapped(at('connect', sandbox.connect(to)), connectionAt) },
    files: {
      lstat: (path) => at('lstat', files.lstat(path)),
      mkdir: (path, mode) => at('mkdir', files.mkdir(path, mode)),
      list: (path) => at('list', files.list(path)),
      open: (path, flags, mode) =>
        mapped(at('open', files.open(path, flags, mode)), (file) => file && fileAt(file)),
      rename: (from, to) => at('rename', files.rename(from, to)),
      unlink: (path) => at('unlink', files.unlink(path)),
    },
    machine: { ...machine, bootId: at('boot id', machine.bootId), self: at('self', machine.self) },
  };
};
