/**
 * The tables of ip_tables and ip6_tables, by the socket options of iptables-legacy.
 *
 * Asking for a table makes it, and with it hooks that every packet passes. So only those are asked for that
 * the namespace's list says are there; the list itself makes nothing.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { AF_INET, AF_INET6, SOCK_DGRAM, SOL_IP, SOL_IPV6 } from './abi.js';
import { HOST_LE } from './byte-order.js';
import { EAGAIN } from './errno.js';
import type { LibcError } from './failure.js';
import type { Fd } from './fd.js';
import { close, getsockoptInto, socket } from './libc.js';
import { readProcFile } from './proc-file.js';

/** linux/netfilter_ipv4/ip_tables.h; ip6_tables.h has the same numbers. */
const SO_GET_INFO = 64;
const SO_GET_ENTRIES = 65;
const NAME_BYTES = 32; // XT_TABLE_MAXNAMELEN
const INFO_BYTES = 84; // struct ipt_getinfo
const SIZE_AT = 80; // of its field `size`
const ENTRIES_AT = 40; // in struct ipt_get_entries

/** Bytes of entries: some hundred thousand rules. */
const MOST = 16 * 1024 * 1024;
/** Between the size and the entries somebody may change the table. */
const ATTEMPTS = 10;

export interface LegacyTable {
  readonly family: 'ip' | 'ip6';
  readonly name: string;
  /** struct ipt_getinfo */
  readonly info: Uint8Array;
  /** null: more than is read */
  readonly entries: Uint8Array | null;
}

const FAMILIES = [
  { family: 'ip', domain: AF_INET, level: SOL_IP, names: '/proc/thread-self/net/ip_tables_names' },
  {
    family: 'ip6',
    domain: AF_INET6,
    level: SOL_IPV6,
    names: '/proc/thread-self/net/ip6_tables_names',
  },
] as const;
type OfFamily = (typeof FAMILIES)[number];

const named = (name: string, bytes: number): Uint8Array => {
  const struct = new Uint8Array(bytes);
  struct.set(Buffer.from(name).subarray(0, NAME_BYTES - 1));
  return struct;
};

const askOnce = (
  fd: Fd,
  { family, level }: OfFamily,
  name: string,
): E.Either<LibcError, LegacyTable> => {
  const info = getsockoptInto(fd, level, SO_GET_INFO, named(name, INFO_BYTES))();
  if (E.isLeft(info)) return info;
  const size = new DataView(info.right.buffer).getUint32(SIZE_AT, HOST_LE);
  if (size > MOST) return E.right({ family, name, info: info.right, entries: null });
  const struct = named(name, ENTRIES_AT + size);
  new DataView(struct.buffer).setUint32(NAME_BYTES, size, HOST_LE);
  const entries = getsockoptInto(fd, level, SO_GET_ENTRIES, struct)();
  if (E.isLeft(entries)) return entries;
  return E.right({ family, name, info: info.right, entries: struct.subarray(ENTRIES_AT) });
};

const ask = (fd: Fd, of: OfFamily, name: string): E.Either<LibcError, LegacyTable> => {
  for (let attempt = 1; ; attempt++) {
    const asked = askOnce(fd, of, name);
    if (E.isRight(asked) || attempt === ATTEMPTS) return asked;
    if (asked.left._tag !== 'SyscallError' || asked.left.errno !== EAGAIN) return asked;
  }
};

const askAll = (
  of: OfFamily,
  names: ReadonlyArray<string>,
): E.Either<LibcError, ReadonlyArray<LegacyTable>> => {
  const opened = socket(of.domain, SOCK_DGRAM, 0)();
  if (E.isLeft(opened)) return opened;
  const tables: LegacyTable[] = [];
  for (const name of names) {
    const asked = ask(opened.right, of, name);
    if (E.isLeft(asked)) {
      close(opened.right)();
      return asked;
    }
    tables.push(asked.right);
  }
  close(opened.right)();
  return E.right(tables);
};

/** To be run inside the namespace. Nothing is asked, and no socket made, where the lists are empty. */
export const readLegacyTables: IOE.IOEither<LibcError, ReadonlyArray<LegacyTable>> = () => {
  const tables: LegacyTable[] = [];
  for (const of of FAMILIES) {
    const list = readProcFile(of.names)();
    if (E.isLeft(list)) return list;
    const names = (list.right ?? '').split('\n').filter((name) => name !== '');
    if (names.length === 0) continue;
    const asked = askAll(of, names);
    if (E.isLeft(asked)) return asked;
    tables.push(...asked.right);
  }
  return E.right(tables);
};
