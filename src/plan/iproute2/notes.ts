/** What of outputs of iproute2 could not be taken for what it says: facts, and a note about each. */
import type { Diagnostic } from '../model/network-plan.js';
import type { IPROUTE2_CODES } from './errors.js';
import { IPROUTE2_PARTS, type Iproute2Part, isPart, isRecord } from './parts.js';

export type Iproute2Note =
  | {
      readonly _tag: 'UnknownKey';
      /** null: the document itself */
      readonly part: Iproute2Part | null;
      readonly key: string;
      /** the first object that has it: `route[3].nexthops[0]` */
      readonly path: string;
      readonly count: number;
    }
  | { readonly _tag: 'TableName'; readonly name: string; readonly table: number };

interface Found {
  readonly part: Iproute2Part | null;
  readonly key: string;
  readonly path: string;
  count: number;
}

/** An encapsulation prints its own keys into its route; the route is one of `encap` whatever they say. */
const isEncapsulated = (value: object): boolean => 'encap' in value;

const count = (
  found: Map<string, Found>,
  part: Iproute2Part | null,
  key: string,
  path: string,
): void => {
  const kind = `${path.replaceAll(/\[\d+\]/g, '[]')} ${key}`;
  const before = found.get(kind);
  if (before === undefined) found.set(kind, { part, key, path, count: 1 });
  else before.count += 1;
};

const visit = (
  found: Map<string, Found>,
  part: Iproute2Part | null,
  value: unknown,
  path: string,
): void => {
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      visit(found, part, item, `${path}[${i}]`);
    });
    return;
  }
  if (!isRecord(value) || isEncapsulated(value)) return;
  for (const [key, below] of Object.entries(value)) {
    if (key !== 'others') visit(found, part, below, `${path}.${key}`);
    else if (isRecord(below))
      for (const other of Object.keys(below)) count(found, part, other, path);
  }
};

/** The keys that nobody knew when `document` was decoded (printed.ts), each once. */
export const unknownKeys = (document: object): ReadonlyArray<Iproute2Note> => {
  const found = new Map<string, Found>();
  for (const [part, value] of Object.entries(document)) {
    if (isPart(part)) visit(found, part, value, part);
    else if (isRecord(value)) for (const key of Object.keys(value)) count(found, null, key, '');
  }
  return [...found.values()].map((one) => ({ _tag: 'UnknownKey', ...one }));
};

const diagnostic = (
  code: keyof typeof IPROUTE2_CODES,
  path: string,
  summary: string,
  remedy: string,
): Diagnostic => ({ code, path, summary, remedy });

const isRule = (part: Iproute2Part | null): boolean => part === 'rule' || part === 'rule6';

export const describeIproute2Note = (note: Iproute2Note): Diagnostic => {
  if (note._tag === 'TableName')
    return diagnostic(
      'iproute2/table-name',
      'table',
      `the number of table ${note.name} is not in the output: it is taken for table ${note.table}`,
      `nothing to do unless it is main, local or default by another name; ip -N -j -d prints numbers`,
    );
  const { part, key, path, count: times } = note;
  const where = times === 1 ? 'here' : `here and in ${times - 1} more`;
  return diagnostic(
    'iproute2/unknown-key',
    path,
    `${part === null ? 'the document' : `\`${IPROUTE2_PARTS[part].command}\``} has "${key}" ${where}, which netplan does not know: ${isRule(part) ? 'the rule is taken for one that it does not understand' : 'it is left out'}`,
    'nothing to do if it steers no packets; else plan the live namespace, and report it',
  );
};
