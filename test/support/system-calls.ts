/**
 * Every system call of the executor, with a fault in one of them: below the capabilities, where koffi calls
 * the C library and where node calls it for files. The calls that are let through are real.
 */
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { HOST_LE } from '../../src/executor/linux/byte-order.js';

export interface SystemCall {
  /** `sendmsg`, `fsync` ... */
  readonly name: string;
  /** whether it can leave anything behind when the process dies: what it only reads or has for itself does not */
  readonly lasting: boolean;
}

/** `before`: the call does nothing. `after`: it does what it is for, and fails nevertheless. */
export interface Fault {
  readonly errno: number;
  readonly when: 'before' | 'after';
}

/** Asked before each call; null lets it through. */
export type OnSystemCall = (call: SystemCall) => Fault | null;

let asked: OnSystemCall = () => null;

/** From now on `ask` decides over every call. */
export const onSystemCalls = (ask: OnSystemCall): void => {
  asked = ask;
};

const LASTING = new Set(
  'bind connect flock fsync ftruncate mkdir rename sendmsg setns unlink write'.split(' '),
);

const askFor = (name: string, lasting = LASTING.has(name)): Fault | null =>
  asked({ name, lasting });

/** Of an rtnetlink message: RTM_NEW*, DEL*, GET* and SET* take turns. Source: linux/rtnetlink.h. */
const onlyAsks = (message: unknown): boolean =>
  message instanceof Uint8Array &&
  (new DataView(message.buffer, message.byteOffset).getUint16(4, HOST_LE) & 3) === 2;

const creates = (flags: unknown): boolean =>
  typeof flags === 'number' && (flags & fs.constants.O_CREAT) !== 0;

type Native = (...args: ReadonlyArray<unknown>) => number;

interface Koffi {
  load: (path: string | null) => { readonly func: (prototype: string) => Native };
  readonly errno: (value: number) => number;
}

/** close(2) releases the descriptor also when it says that it failed. */
const RELEASES = 'close';

const nativeWithFaults = (koffi: Koffi, prototype: string, call: Native): Native => {
  const name = /(\w+)\(/.exec(prototype)?.[1] ?? prototype;
  return (...args) => {
    const fault = askFor(name, name === 'send' ? !onlyAsks(args[1]) : undefined);
    if (fault === null) return call(...args);
    if (fault.when === 'after' || name === RELEASES) call(...args);
    koffi.errno(fault.errno);
    return -1;
  };
};

const fileError = (name: string, { errno }: Fault): Error =>
  Object.assign(new Error(`injected: ${name}`), { errno: -errno, syscall: name });

type Call<Args extends ReadonlyArray<unknown>, A> = (...args: Args) => Promise<A>;

const fileWithFaults =
  <Args extends ReadonlyArray<unknown>, A>(name: string, call: Call<Args, A>): Call<Args, A> =>
  async (...args) => {
    const fault = askFor(name, name === 'open' ? creates(args[1]) : undefined);
    if (fault?.when !== 'before') {
      const result = await call(...args);
      if (fault === null) return result;
    }
    throw fileError(name, fault);
  };

const syncWithFaults =
  <Args extends ReadonlyArray<unknown>, A>(name: string, call: (...args: Args) => A) =>
  (...args: Args): A => {
    const fault = askFor(name);
    if (fault !== null) throw fileError(name, fault);
    return call(...args);
  };

/** A full disk takes the first half of what is written. */
const handleWithFaults = (handle: FileHandle): FileHandle => {
  const { stat, read, truncate, sync, write, writeFile, close } = handle;
  return Object.assign(handle, {
    stat: fileWithFaults('fstat', stat.bind(handle)),
    read: fileWithFaults('pread', read.bind(handle)),
    truncate: fileWithFaults('ftruncate', truncate.bind(handle)),
    sync: fileWithFaults('fsync', sync.bind(handle)),
    writeFile: async (text: string) => {
      const fault = askFor('write');
      if (fault === null) return writeFile.call(handle, text);
      const written = fault.when === 'after' ? text : text.slice(0, text.length / 2);
      await write.call(handle, written);
      throw fileError('write', fault);
    },
    close: async () => {
      const fault = askFor(RELEASES);
      await close.call(handle);
      if (fault !== null) throw fileError(RELEASES, fault);
    },
  });
};

const putInPlace = (): void => {
  const koffi: Koffi = createRequire(import.meta.url)('koffi');
  const { load } = koffi;
  koffi.load = (path) => {
    const library = load(path);
    return {
      func: (prototype) => nativeWithFaults(koffi, prototype, library.func(prototype)),
    };
  };
  const { open } = promises;
  const { close } = fs;
  Object.assign(promises, {
    open: fileWithFaults('open', async (...args: Parameters<typeof open>) =>
      handleWithFaults(await open(...args)),
    ),
    lstat: fileWithFaults('lstat', promises.lstat),
    mkdir: fileWithFaults('mkdir', promises.mkdir),
    readdir: fileWithFaults('readdir', promises.readdir),
    readFile: fileWithFaults('readFile', promises.readFile),
    readlink: fileWithFaults('readlink', promises.readlink),
    rename: fileWithFaults('rename', promises.rename),
    unlink: fileWithFaults('unlink', promises.unlink),
  });
  Object.assign(fs, {
    statSync: syncWithFaults('stat', fs.statSync),
    fstatSync: syncWithFaults('fstat', fs.fstatSync),
    close: (fd: number, done: () => void) => {
      askFor(RELEASES); // nobody is told whether it failed
      close(fd, done);
    },
  });
  syncBuiltinESMExports();
};

putInPlace();
