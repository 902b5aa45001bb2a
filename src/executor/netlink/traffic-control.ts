/** Traffic control: which links have classifiers that see packets come or go. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { LinkFilter } from '../../plan/model/filters.js';
import { trusted } from '../../plan/model/scalars.js';
import { fnv1a64 } from '../../plan/model/state-hash.js';
import { HOST_LE } from '../linux/byte-order.js';
import { AttributeReader } from './attribute.js';
import type { Connection } from './connection.js';
import type { Dump } from './dump.js';
import type { DumpError, WireError } from './failure.js';

// linux/rtnetlink.h, linux/pkt_sched.h
const RTM_NEWQDISC = 36;
const RTM_GETQDISC = 38;
const RTM_NEWTFILTER = 44;
const RTM_GETTFILTER = 46;
const TCMSG_LEN = 20; // struct tcmsg: u8 family, 3 bytes, int ifindex, u32 handle, parent, info
const TCA_KIND = 1;
const TC_H_INGRESS = 0xffff_fff1;
/** TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) and of TC_H_MIN_EGRESS */
const PARENT = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;

interface Qdisc {
  readonly ifindex: number;
  readonly kind: string;
}

const kindIn = (reader: AttributeReader): string => {
  let kind = '';
  while (reader.next()) if (reader.type === TCA_KIND) kind = reader.string();
  return kind;
};

/** The payload of an RTM_NEWQDISC; null for the queues of a link, which keep and order packets. */
export const decodeQdisc = (payload: Uint8Array): E.Either<WireError, Qdisc | null> => {
  const reader = new AttributeReader(payload, TCMSG_LEN);
  const kind = kindIn(reader);
  if (reader.error !== null) return E.left(reader.error);
  return E.right(
    reader.headerU32(12) === TC_H_INGRESS ? { ifindex: reader.headerU32(4), kind } : null,
  );
};

interface Classifier {
  readonly kind: string;
  /** what tells it from the others of its kind: handle, priority and protocol */
  readonly key: string;
}

/** The payload of an RTM_NEWTFILTER; null for the tables of u32, which come beside its classifiers. */
export const decodeClassifier = (payload: Uint8Array): E.Either<WireError, Classifier | null> => {
  const reader = new AttributeReader(payload, TCMSG_LEN);
  const [handle, info] = [reader.headerU32(8), reader.headerU32(16)];
  const kind = kindIn(reader);
  if (reader.error !== null) return E.left(reader.error);
  const table = handle === 0 || (kind === 'u32' && (handle & 0xfff) === 0);
  return E.right(table ? null : { kind, key: `${kind} ${handle} ${info}` });
};

const tcmsg = (ifindex: number, parent: number): Uint8Array => {
  const bytes = new Uint8Array(TCMSG_LEN);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, ifindex, HOST_LE);
  view.setUint32(12, parent, HOST_LE);
  return bytes;
};

const qdiscDump: Dump<Qdisc> = {
  name: 'RTM_GETQDISC',
  type: RTM_GETQDISC,
  payload: tcmsg(0, 0),
  reply: RTM_NEWQDISC,
  decode: decodeQdisc,
};

const classifierDump = (ifindex: number, parent: number): Dump<Classifier> => ({
  name: 'RTM_GETTFILTER',
  type: RTM_GETTFILTER,
  payload: tcmsg(ifindex, parent),
  reply: RTM_NEWTFILTER,
  decode: decodeClassifier,
});

const onSide =
  ({ dump }: Pick<Connection, 'dump'>, ifindex: number) =>
  (hook: 'ingress' | 'egress'): TE.TaskEither<DumpError, ReadonlyArray<LinkFilter>> =>
    pipe(
      dump(classifierDump(ifindex, PARENT[hook])),
      TE.map((found) => {
        if (found.length === 0) return [];
        return [
          {
            ifindex: trusted.ifIndex(ifindex),
            hook,
            kinds: [...new Set(found.map(({ kind }) => kind))].sort(),
            filters: found.length,
            digest: fnv1a64(found.map(({ key }) => key)),
          },
        ];
      }),
    );

/** One dump of the whole namespace, and two for each link that has a place for classifiers at all. */
export const readTrafficControl = (
  connection: Pick<Connection, 'dump'>,
): TE.TaskEither<DumpError, ReadonlyArray<LinkFilter>> =>
  pipe(
    connection.dump(qdiscDump),
    TE.flatMap((qdiscs) =>
      pipe(
        qdiscs.flatMap(({ ifindex, kind }) =>
          (kind === 'clsact' ? (['ingress', 'egress'] as const) : (['ingress'] as const)).map(
            (hook) => ({ ifindex, hook }),
          ),
        ),
        TE.traverseSeqArray(({ ifindex, hook }) => onSide(connection, ifindex)(hook)),
      ),
    ),
    TE.map((sides) => sides.flat()),
  );
