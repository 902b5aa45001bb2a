/** The neighbors of one NIC: link addresses given or learned, and the packets that wait for one. */

/** Learned and wanted neighbors a table holds; the oldest goes first. gVisor's neighborCacheSize has the same size. */
export const MAX_NEIGHBORS = 512;
/** Packets that wait for one neighbor; more are dropped, as a ping is cheap and a queue is not. */
export const MAX_WAITING = 16;

/** A packet whose next hop has no known link address yet: all of it but the MAC header. */
export interface WaitingPacket {
  /** ETH_P_* */
  readonly type: number;
  readonly bytes: Uint8Array;
}

interface TableNeighbor {
  /** 6 bytes; null while it is asked for */
  readonly mac: Uint8Array | null;
  /** given by the plan: neither overwritten by what is learned nor forgotten */
  readonly fixed: boolean;
  readonly waiting: ReadonlyArray<WaitingPacket>;
}

/** By the text of the IP address. */
export type NeighborTable = Map<string, TableNeighbor>;

/** A table of permanent neighbors. */
export const neighborTable = (
  permanent: Iterable<readonly [address: string, mac: Uint8Array]>,
): NeighborTable => {
  const table: NeighborTable = new Map();
  for (const [address, mac] of permanent) table.set(address, { mac, fixed: true, waiting: [] });
  return table;
};

const makeRoom = (table: NeighborTable): void => {
  if (table.size < MAX_NEIGHBORS) return;
  for (const [address, { fixed }] of table) {
    if (fixed) continue;
    table.delete(address);
    return;
  }
};

const enter = (table: NeighborTable, address: string, neighbor: TableNeighbor): void => {
  if (!table.has(address)) makeRoom(table);
  table.set(address, neighbor);
};

/** Remembers that `address` is at `mac`; the packets that waited for it, oldest first, are the caller's to send. */
export const learn = (
  table: NeighborTable,
  address: string,
  mac: Uint8Array,
): ReadonlyArray<WaitingPacket> => {
  const known = table.get(address);
  if (known?.fixed === true) return [];
  enter(table, address, { mac: mac.slice(), fixed: false, waiting: [] });
  return known?.waiting ?? [];
};

/** The link address of `address`, or null after queueing `packet`: then the caller asks for it. */
export const resolve = (
  table: NeighborTable,
  address: string,
  packet: WaitingPacket,
): Uint8Array | null => {
  const known = table.get(address);
  if (known !== undefined && known.mac !== null) return known.mac;
  const waiting = known?.waiting ?? [];
  if (waiting.length < MAX_WAITING)
    enter(table, address, { mac: null, fixed: false, waiting: [...waiting, packet] });
  return null;
};
