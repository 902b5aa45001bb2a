/** docs/codes.md, made from the tables of codes and from the fixtures that show them. */
import * as E from 'fp-ts/lib/Either.js';
import { CLI_CODES } from '../../src/cli/ending/codes.js';
import { DOCTOR_CODES, PREFLIGHT_CODES } from '../../src/executor/failures/check-codes.js';
import { EXEC_CODES } from '../../src/executor/failures/table.js';
import { DOCUMENT_CODES } from '../../src/plan/documents/errors.js';
import { IPROUTE2_CODES } from '../../src/plan/iproute2/errors.js';
import type { Diagnostic } from '../../src/plan/model/network-plan.js';
import { CODES, type Code, classOf, meaningOf, OTHER_CODES } from '../../src/plan/rules/codes.js';
import { decide } from '../../src/plan/rules/decide.js';
import { NOTES } from '../../src/plan/rules/notes.js';
import { describe as diagnose, PLAN_FAILURES } from '../../src/plan/views/failure-text.js';
import { fixtures, optionsOf, outcomeOf, stateOf } from './fixtures.js';

/** A fixture that has a code in what is recorded of it, with the words it has there. */
export interface Sighting {
  readonly fixture: string;
  readonly remedy: string;
}

const diagnosticsOf = (fixture: string): ReadonlyArray<Diagnostic> => {
  const outcome = outcomeOf(fixture);
  return E.isLeft(outcome)
    ? outcome.left.map(diagnose)
    : [...outcome.right.losses, ...outcome.right.notes];
};

/** What became of the objects: of those of a refused state as explain tells it. */
const objectCodesOf = (fixture: string): ReadonlyArray<string> => {
  const decision = decide(optionsOf(fixture), stateOf(fixture));
  if (E.isLeft(decision)) return [];
  const { plan, errors } = decision.right;
  const codes = plan.objects.map(({ code }) => code);
  return errors.length === 0 ? codes : codes.filter((code) => code.startsWith('refused/'));
};

/** The first fixture with each code, in the order of their names. */
export const sightings = (): ReadonlyMap<string, Sighting> => {
  const found = new Map<string, Sighting>();
  const see = (code: string, sighting: Sighting): void => {
    if (!found.has(code)) found.set(code, sighting);
  };
  for (const fixture of fixtures) {
    for (const { code, remedy } of diagnosticsOf(fixture)) see(code, { fixture, remedy });
    for (const code of objectCodesOf(fixture)) see(code, { fixture, remedy: '' });
  }
  return found;
};

/** Every code of the planner that a state and options can bring about. */
export const plannerCodes = (): ReadonlyArray<string> => [
  ...Object.keys(CODES),
  ...Object.values(PLAN_FAILURES).map(({ code }) => code),
  ...Object.keys(NOTES).map((key) => `note/${key}`),
  'loss/forwarding',
];

/** Every code there is. */
export const allCodes = (): ReadonlyArray<string> => [
  ...new Set([
    ...plannerCodes(),
    ...Object.keys(OTHER_CODES),
    ...Object.keys(DOCUMENT_CODES),
    ...Object.keys(IPROUTE2_CODES),
    ...Object.keys(EXEC_CODES),
    ...Object.keys(PREFLIGHT_CODES),
    ...Object.keys(DOCTOR_CODES),
    ...Object.keys(CLI_CODES),
  ]),
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<');

const table = (
  heads: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): string => {
  const line = (cells: ReadonlyArray<string>): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
};

const code = (text: string): string => `\`${text}\``;

const meanings = (codes: Readonly<Record<string, string>>): string =>
  table(
    ['code', 'meaning'],
    Object.entries(codes).map(([key, means]) => [code(key), means]),
  );

const CLASSES = {
  kept: 'The sandbox has it as the namespace had it.',
  approximated: 'The sandbox has the nearest it can have.',
  dropped: 'The sandbox does not have it, and where that changes what it does it is a loss.',
  refused: 'There is no plan.',
} as const;

/** The whole page. */
export const codesPage = (seen: ReadonlyMap<string, Sighting>): string => {
  const example = (key: string): string => {
    const at = seen.get(key);
    return at === undefined ? '' : `[${at.fixture}](../fixtures/${at.fixture})`;
  };
  const remedy = (key: string): string => seen.get(key)?.remedy ?? '';

  const ofClass = (name: keyof typeof CLASSES): string => {
    const rows = (Object.keys(CODES) as ReadonlyArray<Code>)
      .filter((key) => classOf(key) === name)
      .map((key) => {
        const { loss, means, remedy } = meaningOf(key);
        return [code(key), loss ? 'loss' : '', means, remedy, example(key)];
      });
    const heads = ['code', 'loss?', 'the object …', 'what to do', 'example'];
    return `### ${name}\n\n${CLASSES[name]}\n\n${table(heads, rows)}`;
  };

  const errors = Object.values(PLAN_FAILURES).map(({ code: key, means }) => [
    code(key),
    means,
    remedy(key),
    example(key),
  ]);
  const notes = Object.entries(NOTES).map(([key, means]) => [
    code(`note/${key}`),
    means,
    remedy(`note/${key}`),
    example(`note/${key}`),
  ]);

  return `# Codes

Everything that netplan says of a namespace, a document or a failure has a code. A code never changes its meaning, so that programs can rely on it; the words around it may change. Each message has the code, where it applies (\`routes[3]\`, \`links[1].mtu\`), what is the matter, and what to do.

This page is made from the tables in the source by \`npx vitest run --project unit test/codes.test.ts -u\`, and a test fails when it is stale. The examples are fixtures of the planner: a state, the options, and the plan or the errors that come of them.

## What becomes of an object

Every link, address, route, rule, neighbor and nexthop object of a namespace is in the plan's \`objects\` once, with one of these codes; the part before the slash is its class. A **loss** is something that the sandbox does differently from the kernel because of it: it is listed in the plan's \`losses\`, and with \`--on-loss=error\` the plan is refused.

${(Object.keys(CLASSES) as ReadonlyArray<keyof typeof CLASSES>).map(ofClass).join('\n\n')}

## Losses of no single object

The whole address space is compared: what the kernel's rules and tables decide for an ordinary packet to an address, and what the sandbox will. At most 64 differences are listed, and how many more there are.

${table(
  ['code', 'loss?', 'meaning', 'what to do', 'example'],
  [
    [
      code('loss/forwarding'),
      'loss',
      OTHER_CODES['loss/forwarding'],
      remedy('loss/forwarding'),
      example('loss/forwarding'),
    ],
  ],
)}

## Why a namespace cannot be planned

All errors of a state are reported together; the exit code is 65. What to do is as the example has it.

${table(['code', 'meaning', 'what to do, for example', 'example'], errors)}

\`--on-loss=error\` reports each loss as an error with the loss's own code.

## Notes

What a person should know although nothing is lost by it.

${table(['code', 'meaning', 'what to do, for example', 'example'], notes)}

## explain and --wait-for

${meanings({
  'plan/unknown-subject': OTHER_CODES['plan/unknown-subject'],
  'wait/unmet': OTHER_CODES['wait/unmet'],
})}

## Documents that cannot be read

Of a state, a plan or options in YAML or JSON; the message has the line and column. The exit code is 65.

${meanings(DOCUMENT_CODES)}

## Outputs of iproute2

Of a state that iproute2 printed, each once and with the command to run; the exit code is 65. \`iproute2/unknown-key\` and \`iproute2/table-name\` are notes: the state is read.

${meanings(IPROUTE2_CODES)}

## Doing it

Failures of apply, recover, release and of reading a live namespace. The message has the case's own remedy; the exit code says whether the namespace is as it was (74), a person is needed (75), or a right is missing (77).

${meanings(EXEC_CODES)}

### What apply looks at first

Everything that can be known before anything is changed, told together in one \`exec/preflight\`.

${meanings(PREFLIGHT_CODES)}

### What doctor looks at

Each is there also when all is well.

${meanings(DOCTOR_CODES)}

## The command line

${meanings(CLI_CODES)}
`;
};
