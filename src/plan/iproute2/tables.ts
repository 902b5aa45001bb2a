/** Routing tables that iproute2 prints by names which only the host's rt_tables file can resolve. */
import { TABLE } from '../model/kernel-names/route.js';
import { isRecord, recordsIn } from './parts.js';

/** Numbers from here on stand for names: nobody's tables are that high, and those that are not are left alone. */
const FIRST = 0xffff_0000;

const KNOWN: ReadonlySet<unknown> = new Set(TABLE.values());

const OF_TABLES = ['route', 'route6', 'rule', 'rule6'] as const;
type Json = Readonly<Record<string, unknown>>;

const isName = (table: unknown): table is string =>
  typeof table === 'string' && !/^(0x[0-9a-f]+|\d+)$/i.test(table) && !KNOWN.has(table);

/** The names of tables in routes and rules, each with a number that no other table of the document has. */
export const tableNumbers = (document: Json): ReadonlyMap<unknown, number> => {
  const tables = new Set(
    OF_TABLES.flatMap((part) => recordsIn(document[part]).map(({ table }) => table)),
  );
  const taken = new Set([...tables].map(Number));
  const numbers = new Map<unknown, number>();
  let next = FIRST;
  for (const name of [...tables].filter(isName)) {
    while (taken.has(next)) next += 1;
    numbers.set(name, next);
    next += 1;
  }
  return numbers;
};

/** The document with `numbers` in the places of the names. */
export const withTableNumbers = (document: Json, numbers: ReadonlyMap<unknown, number>): Json => {
  if (numbers.size === 0) return document;
  const numbered = (one: unknown): unknown => {
    const number = isRecord(one) ? numbers.get(one['table']) : undefined;
    return number === undefined ? one : { ...(one as Json), table: number };
  };
  const parts = OF_TABLES.flatMap((part) => {
    const list = document[part];
    return Array.isArray(list) ? [[part, list.map(numbered)] as const] : [];
  });
  return { ...document, ...Object.fromEntries(parts) };
};
