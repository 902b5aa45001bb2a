/** Why outputs of iproute2 are no state, as facts and in words that say which command to run. */
import type * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { Failure } from '../documents/place.js';
import type { Diagnostic } from '../model/network-plan.js';
import { IPROUTE2_PARTS, type Iproute2Part, PARTS } from './parts.js';

/** What is wrong, or worth a note, one code per remedy. */
export const IPROUTE2_CODES = {
  'iproute2/missing-part': 'a document of outputs of iproute2 lacks one that is needed',
  'iproute2/no-output': 'a command of iproute2 printed nothing: it failed',
  'iproute2/one-output': 'the output of one command of iproute2 alone',
  'iproute2/without-details': 'the output of ip -j addr without -d, or of ip -j link',
  'iproute2/without-device': 'an output for one link, of which iproute2 leaves out the link',
  'iproute2/text': 'what a command of iproute2 printed is not JSON',
  'iproute2/name': 'a name that only the host that printed it can resolve',
  'iproute2/other-namespace': 'an output names a link that ip addr does not list',
  'iproute2/value': 'a value that iproute2 does not print there',
  'iproute2/unknown-key': 'a key of iproute2 that netplan does not know',
  'iproute2/table-name': 'a routing table that has a name and no number in the output',
} as const;

/** One mistake of decoding, and how many more there are like it in the same part. */
export interface Mistake {
  readonly _tag: 'Mistake';
  readonly part: Iproute2Part | null;
  readonly kind: 'name' | 'link' | 'value';
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly expected: string;
  readonly actual: string;
  readonly more: number;
}

export type Iproute2Error =
  | { readonly _tag: 'MissingPart'; readonly part: Iproute2Part }
  | { readonly _tag: 'NoOutput'; readonly part: Iproute2Part }
  | { readonly _tag: 'OneOutput'; readonly part: Iproute2Part }
  | { readonly _tag: 'WithoutDetails'; readonly lacks: 'kinds' | 'addresses' }
  | {
      readonly _tag: 'WithoutDevice';
      readonly part: Iproute2Part;
      readonly path: string;
      readonly count: number;
    }
  | { readonly _tag: 'Text'; readonly part: Iproute2Part; readonly failure: Failure }
  | Mistake;

export type Iproute2Errors = RNEA.ReadonlyNonEmptyArray<Iproute2Error>;

const again = (part: Iproute2Part): string => `run \`${IPROUTE2_PARTS[part].command}\` again`;

/** `a > DIR/a.json; b > DIR/b.json`, of the outputs that are needed. */
const ALL = PARTS.filter((part) => IPROUTE2_PARTS[part].required || part.startsWith('rule'))
  .map((part) => `${IPROUTE2_PARTS[part].command} > DIR/${IPROUTE2_PARTS[part].file}`)
  .join('; ');

const place = ({ line, column }: Pick<Failure, 'line' | 'column'>): string =>
  line === null || column === null ? '' : `line ${line}, column ${column}: `;

const MISTAKES = {
  name: 'iproute2/name',
  link: 'iproute2/other-namespace',
  value: 'iproute2/value',
} as const satisfies Record<Mistake['kind'], keyof typeof IPROUTE2_CODES>;

const remedyOf = ({ kind, part }: Mistake): string => {
  if (part === null) return `run the commands again: ${ALL}`;
  const { command } = IPROUTE2_PARTS[part];
  switch (kind) {
    case 'name':
      return `run \`${command.replace('ip ', 'ip -N ')}\`, which prints numbers`;
    case 'link':
      return `run \`${IPROUTE2_PARTS.addr.command}\` and \`${command}\` in one namespace, one after the other`;
    case 'value':
      return `${again(part)}, with iproute2 4.17 or newer; if it prints the same, report it with the output`;
  }
};

const describeMistake = (e: Mistake): Diagnostic => ({
  code: MISTAKES[e.kind],
  path: e.path,
  summary: `${place(e)}expected ${e.expected}, got ${e.actual}${e.more === 0 ? '' : ` (and ${e.more} more like it)`}`,
  remedy: remedyOf(e),
});

/** Total: an error without a summary and a remedy does not compile. */
export const describeIproute2Error = (e: Iproute2Error): Diagnostic => {
  switch (e._tag) {
    case 'MissingPart':
      return {
        code: 'iproute2/missing-part',
        path: e.part,
        summary: `the document has no "${e.part}"`,
        remedy: `add "${e.part}", the output of \`${IPROUTE2_PARTS[e.part].command}\`; [] says that there is none`,
      };
    case 'NoOutput':
      return {
        code: 'iproute2/no-output',
        path: e.part,
        summary: `\`${IPROUTE2_PARTS[e.part].command}\` printed nothing; ${e.part === 'addr' ? 'every namespace has a loopback' : 'where there is none, it prints []'}`,
        remedy: `${again(e.part)}, and see what it says: it failed`,
      };
    case 'OneOutput':
      return {
        code: 'iproute2/one-output',
        path: '',
        summary: `this is the output of \`${IPROUTE2_PARTS[e.part].command}\` alone, and a state has addresses, routes and neighbors`,
        remedy: `give a folder of outputs: ${ALL}; or, for a state without routes, a document {"addr": ..., "route": [], "route6": [], "neigh": []}`,
      };
    case 'WithoutDetails':
      return {
        code: 'iproute2/without-details',
        path: 'addr',
        summary:
          e.lacks === 'kinds'
            ? 'this is the output of `ip -j addr`, which does not say of what kind links are'
            : 'this is the output of `ip -j link`, which has no addresses',
        remedy: `run \`${IPROUTE2_PARTS.addr.command}\``,
      };
    case 'WithoutDevice':
      return {
        code: 'iproute2/without-device',
        path: e.path,
        summary: `the link is left out${e.count === 1 ? '' : ` here and in ${e.count - 1} more`}, as where it is asked for by name (\`dev LINK\`)`,
        remedy: `run \`${IPROUTE2_PARTS[e.part].command}\``,
      };
    case 'Text':
      return {
        code: 'iproute2/text',
        path: e.part,
        summary: `${place(e.failure)}expected JSON (${e.failure.expected}), got ${e.failure.actual}`,
        remedy: `${again(e.part)}, with iproute2 4.17 or newer, and see what it says`,
      };
    case 'Mistake':
      return describeMistake(e);
  }
};
