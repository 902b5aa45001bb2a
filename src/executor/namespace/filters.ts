/** What else steers a namespace's packets: netfilter, IPsec, programs on links and settings. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ADDRESS_LABELS, type AddressLabel } from '../../plan/model/address-label.js';
import type {
  FilterChain,
  Filters,
  IpsecPolicies,
  LinkFilter,
  Sysctl,
} from '../../plan/model/filters.js';
import type { ExecError } from '../failures/failure.js';
import { NETLINK_NETFILTER, NETLINK_XFRM } from '../linux/abi.js';
import {
  EACCES,
  EAFNOSUPPORT,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
} from '../linux/errno.js';
import type { LibcError } from '../linux/failure.js';
import { readMergedTables } from '../linux/merged-tables.js';
import { isAsleep } from '../linux/modules.js';
import { readSysctls } from '../linux/sysctls.js';
import { type LegacyTable, readLegacyTables } from '../linux/xtables-socket.js';
import { decodeInfo, decodeLegacyTable, unreadLegacyTable } from '../netfilter/legacy.js';
import { readRuleset } from '../netfilter/ruleset.js';
import { addressLabelDump } from '../netlink/address-label.js';
import type { Connection } from '../netlink/connection.js';
import { runDump } from '../netlink/dump.js';
import { type LinkSettings, linkSettingsDump } from '../netlink/link-settings.js';
import { receiveBuffer } from '../netlink/receive.js';
import { readTrafficControl } from '../netlink/traffic-control.js';
import { openTransport, type Transport } from '../netlink/transport.js';
import { byDirection, policyDump } from '../netlink/xfrm.js';

/** What can only be had inside the namespace. Transports are null where the kernel has no such protocol. */
interface Opened {
  readonly netfilter: Transport | null;
  readonly xfrm: Transport | null;
  readonly tables: ReadonlyArray<LegacyTable>;
  readonly sysctls: ReadonlyArray<Sysctl>;
  readonly mergedTables: boolean | undefined;
}

/** A kernel that lacks the subject, or does not let this process ask: there is nothing to be known. */
const UNKNOWN_THERE: ReadonlyArray<number> = [
  EPERM,
  ENOENT,
  EACCES,
  EINVAL,
  EPROTONOSUPPORT,
  EOPNOTSUPP,
  EAFNOSUPPORT,
];

const isUnknownThere = (error: ExecError): boolean =>
  (error._tag === 'SyscallError' || error._tag === 'NetlinkError') &&
  UNKNOWN_THERE.includes(error.errno);

/** Netlink protocols with the module that answers them. A question would load it for the whole machine. */
const ANSWERED_BY = {
  [NETLINK_NETFILTER]: ['nf_tables', 'net/netfilter'],
  [NETLINK_XFRM]: ['xfrm_user', 'net/xfrm'],
} as const;

const openIfThere = (protocol: keyof typeof ANSWERED_BY): E.Either<LibcError, Transport | null> => {
  const [module, folder] = ANSWERED_BY[protocol];
  if (isAsleep(module, folder)) return E.right(null);
  const opened = openTransport([], protocol)();
  return E.isLeft(opened) && isUnknownThere(opened.left) ? E.right(null) : opened;
};

const closeAll = ({ netfilter, xfrm }: Pick<Opened, 'netfilter' | 'xfrm'>): void => {
  netfilter?.close();
  xfrm?.close();
};

const readInside = (): E.Either<LibcError, Omit<Opened, 'netfilter' | 'xfrm'>> => {
  const tables = readLegacyTables();
  if (E.isLeft(tables) && !isUnknownThere(tables.left)) return tables;
  const sysctls = readSysctls();
  if (E.isLeft(sysctls)) return sysctls;
  const merged = readMergedTables();
  if (E.isLeft(merged)) return merged;
  return E.right({
    tables: E.isRight(tables) ? tables.right : [],
    sysctls: sysctls.right,
    mergedTables: merged.right,
  });
};

/** To be run inside the namespace. */
export const openFilters: IOE.IOEither<LibcError, Opened> = () => {
  const netfilter = openIfThere(NETLINK_NETFILTER);
  if (E.isLeft(netfilter)) return netfilter;
  const xfrm = openIfThere(NETLINK_XFRM);
  if (E.isLeft(xfrm)) {
    netfilter.right?.close();
    return xfrm;
  }
  const sockets = { netfilter: netfilter.right, xfrm: xfrm.right };
  const read = readInside();
  if (E.isRight(read)) return E.right({ ...sockets, ...read.right });
  closeAll(sockets);
  return read;
};

const orNone = <A>(
  read: TE.TaskEither<ExecError, ReadonlyArray<A>>,
): TE.TaskEither<ExecError, ReadonlyArray<A>> =>
  pipe(
    read,
    TE.orElse((error) => (isUnknownThere(error) ? TE.right([]) : TE.left(error))),
  );

const readNftables = ({
  netfilter,
}: Opened): TE.TaskEither<ExecError, ReadonlyArray<FilterChain>> =>
  netfilter === null ? TE.right([]) : orNone(readRuleset(netfilter));

const readLegacy = ({ tables }: Opened): E.Either<ExecError, ReadonlyArray<FilterChain>> => {
  const chains: FilterChain[] = [];
  for (const { family, name, info, entries } of tables) {
    const about = decodeInfo(info);
    if (entries === null) {
      chains.push(...unreadLegacyTable(family, name, about));
      continue;
    }
    const decoded = decodeLegacyTable(family, name, about, entries);
    if (E.isLeft(decoded)) return decoded;
    chains.push(...decoded.right);
  }
  return E.right(chains);
};

const readIpsec = ({ xfrm }: Opened): TE.TaskEither<ExecError, ReadonlyArray<IpsecPolicies>> =>
  xfrm === null
    ? TE.right([])
    : pipe(orNone(runDump(xfrm, receiveBuffer(), () => 1)(policyDump)), TE.map(byDirection));

/** A setting of a link is told where it is not what is told of all links already; the loopback's never are. */
const sysctlsOf = (
  ofNamespace: ReadonlyArray<Sysctl>,
  links: ReadonlyArray<LinkSettings>,
): ReadonlyArray<Sysctl> => {
  const ofAll = new Map(ofNamespace.map(({ key, value }) => [key, value]));
  const forwarding = ofAll.get('net.ipv4.ip_forward'); // the same setting by another name
  if (forwarding !== undefined) ofAll.set('net.ipv4.conf.all.forwarding', forwarding);
  const ofLinks = links
    .filter(({ loopback }) => !loopback)
    .flatMap(({ sysctls }) => sysctls)
    .filter(({ key, value }) => ofAll.get(key.replace('*', 'all')) !== value);
  return [...ofNamespace, ...ofLinks];
};

/** The policy table that every namespace begins with; an empty one is that of a kernel without IPv6. */
const areUsual = (labels: ReadonlyArray<AddressLabel>): boolean =>
  labels.length === 0 ||
  (labels.length === ADDRESS_LABELS.length &&
    labels.every(({ prefix, label, ifindex }, i) => {
      const usual = ADDRESS_LABELS[i];
      return prefix === usual?.prefix && label === usual.label && ifindex === undefined;
    }));

const isXdp = (filter: LinkFilter | null): filter is LinkFilter => filter !== null;

const list = <K extends string, A>(
  key: K,
  found: ReadonlyArray<A>,
): { [P in K]?: ReadonlyArray<A> } =>
  (found.length === 0 ? {} : { [key]: found }) as { [P in K]?: ReadonlyArray<A> };

const readOpened = (
  connection: Pick<Connection, 'dump'>,
  opened: Opened,
): TE.TaskEither<ExecError, Filters> =>
  pipe(
    TE.Do,
    TE.bind('links', () => connection.dump(linkSettingsDump)),
    TE.bind('classifiers', () => orNone(readTrafficControl(connection))),
    TE.bind('legacy', () => TE.fromEither(readLegacy(opened))),
    TE.bind('nftables', () => readNftables(opened)),
    TE.bind('ipsec', () => readIpsec(opened)),
    TE.bind('labels', () => orNone(connection.dump(addressLabelDump))),
    TE.map(({ links, classifiers, legacy, nftables, ipsec, labels }) => ({
      ...list('netfilter', [...legacy, ...nftables]),
      ...list('ipsec', ipsec),
      ...list('linkFilters', [...links.map(({ xdp }) => xdp).filter(isXdp), ...classifiers]),
      ...list('sysctls', sysctlsOf(opened.sysctls, links)),
      ...list('addressLabels', areUsual(labels) ? [] : labels),
      ...(opened.mergedTables === undefined ? {} : { mergedTables: opened.mergedTables }),
    })),
  );

/**
 * Reads it all; a list is absent where there is nothing of its kind. `open` enters the namespace, does what
 * `openFilters` does there, and comes back. Nothing of it makes or changes anything in the namespace.
 */
export const readFilters = (
  connection: Connection,
  open: IOE.IOEither<ExecError, Opened>,
): TE.TaskEither<ExecError, Filters> =>
  connection.exclusive(
    TE.bracket(
      TE.fromIOEither(open),
      (opened) => readOpened(connection, opened),
      (opened) => {
        closeAll(opened);
        return TE.right(undefined);
      },
    ),
  );
