/** Finds out the target of a running sandbox by calls that are refused before they do anything. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  DIALECTS,
  newFieldOf,
  type ReleasedDialect,
  type StructName,
} from '../../plan/model/dialects.js';
import { METHODS } from '../../plan/model/target.js';
import type { SandboxConnection } from './client.js';
import type { CallError, RemoteError } from './failure.js';

/**
 * A call with one value of the wrong type. A server that knows the field says so, by name; one that does
 * not goes on to compare descriptors and finds none, or has no such method.
 */
interface Question {
  readonly method: string;
  readonly arg: unknown;
  /** the Go field that holds the wrong value */
  readonly field: string;
}

const [NETWORK, MANAGER] = METHODS;

/** No Go type of the fields asked for takes this string. */
const WRONG = 'x';

/**
 * In every call: a link that needs more descriptors than any call can carry, so that the check of their
 * number, which comes before any effect, can never pass.
 */
const IMPOSSIBLE_LINK = { Name: 'x', NumChannels: 1000 };

const askNetwork = (field: string, arg: object): Question => ({
  method: NETWORK,
  arg: { FDBasedLinks: [IMPOSSIBLE_LINK], ...arg },
  field,
});
const askLink = (field: string, values: object): Question =>
  askNetwork(field, { FDBasedLinks: [{ ...IMPOSSIBLE_LINK, ...values }] });

/** About a field of each struct, where a call has such a struct. */
const ABOUT: Readonly<Record<StructName, (field: string) => Question>> = {
  CreateLinksAndRoutesArgs: (field) => askNetwork(field, { [field]: WRONG }),
  LoopbackLink: (field) => askNetwork(field, { LoopbackLinks: [{ [field]: WRONG }] }),
  FDBasedLink: (field) => askLink(field, { [field]: WRONG }),
  XDPLink: (field) => askNetwork(field, { XDPLinks: [{ [field]: WRONG }] }),
  Route: (field) => askLink(field, { Routes: [{ [field]: WRONG }] }),
  DefaultRoute: (field) => askNetwork(field, { DefaultGateway: { [field]: WRONG } }),
  IPWithPrefix: (field) => askLink(field, { Addresses: [{ [field]: WRONG }] }),
  Neighbor: (field) => askLink(field, { Neighbors: [{ [field]: WRONG }] }),
};

const DISCONNECT_OK = ABOUT.CreateLinksAndRoutesArgs('DisconnectOk');
const ROUTE_MTU = ABOUT.Route('MTU');
/** in every build since 20240930.0, though only plugin stacks use it */
const PLUGIN_STACK: Question = {
  method: 'Network.InitPluginStack',
  arg: { InitStr: 0 },
  field: 'InitStr',
};
const MANAGER_LINKS: Question = {
  method: MANAGER,
  arg: { FDBasedLinks: WRONG },
  field: 'FDBasedLinks',
};

type TargetQuestions = readonly [target: string, ...Question[]];

/** The dialects from `first` to `last`, newest first, each known by a field that came with it. */
const byNewField = (
  first: ReleasedDialect,
  last: ReleasedDialect,
): ReadonlyArray<TargetQuestions> =>
  DIALECTS.slice(DIALECTS.indexOf(first), DIALECTS.indexOf(last) + 1)
    .toReversed()
    .flatMap((dialect) => {
      const found = newFieldOf(dialect);
      return found === null ? [] : [[dialect, ABOUT[found.struct](found.field)] as const];
    });

/**
 * Targets, newest first: the first of which every question is answered with knowledge. 2025-12 cannot be
 * told from 2026-01, nor needs to be. Where releases of one dialect differ in behaviour, the older
 * behaviour stands: a plan whose routes are ordered for first match is right for longest prefix too.
 */
const TARGET_QUESTIONS: ReadonlyArray<TargetQuestions> = [
  ...byNewField('2026-05', 'head'),
  ['2026-04', MANAGER_LINKS],
  ...byNewField('2026-02', '2026-02'),
  ['2025-07', ROUTE_MTU, DISCONNECT_OK],
  ['2026-01', ROUTE_MTU],
  ['20240715.0', DISCONNECT_OK, PLUGIN_STACK],
  ['2024-05b', DISCONNECT_OK],
  ['2025-12b', ABOUT.FDBasedLink('ProcessorsPerChannel'), PLUGIN_STACK],
  ...byNewField('2021-11', '2024-05'),
  ['2020-11', ABOUT.IPWithPrefix('PrefixLen')],
  ...byNewField('2019-05', '2020-06'),
];

/** The one tagged release of the first dialect. */
const OLDEST = '20190304.1';

/** Source: UnmarshalTypeError.Error in encoding/json/decode.go; the path ends in the field. */
const GO_TYPE_ERROR = /^json: cannot unmarshal .* into Go struct field (?:\S+\.)?(\w+) of type /;

const showsKnowledge = (question: Question, answer: string): boolean =>
  GO_TYPE_ERROR.exec(answer)?.[1]?.toLowerCase() === question.field.toLowerCase();

/** Every sandbox with a stack of its own has the NETWORK method; only the others may be missing. */
const isAnswer = (method: string, e: CallError): e is RemoteError =>
  e._tag === 'RemoteError' && !(method === NETWORK && e.message === 'unknown method');

/** An answer is an error text; success would mean that the peer is not the sandbox that it should be. */
const answerTo =
  (connection: SandboxConnection) =>
  ({ method, arg, field }: Question): TE.TaskEither<CallError, string> =>
    pipe(
      connection.call({ method, json: JSON.stringify({ method, arg }) }, []),
      TE.matchE(
        (e) => TE.fromEither(isAnswer(method, e) ? E.right(e.message) : E.left(e)),
        () =>
          TE.left<CallError, string>({
            _tag: 'ExchangeBroken',
            method,
            sent: true,
            why: 'garbage',
            detail: `a wrong value of ${field} was accepted: not a gVisor sandbox`,
          }),
      ),
    );

/** Asks until one is not known. */
const allKnown = (
  connection: SandboxConnection,
  [question, ...others]: ReadonlyArray<Question>,
): TE.TaskEither<CallError, boolean> =>
  question === undefined
    ? TE.right(true)
    : pipe(
        answerTo(connection)(question),
        TE.flatMap((answer) =>
          showsKnowledge(question, answer) ? allKnown(connection, others) : TE.right(false),
        ),
      );

const newestKnown = (
  connection: SandboxConnection,
  [row, ...older]: typeof TARGET_QUESTIONS,
): TE.TaskEither<CallError, string> => {
  if (row === undefined) return TE.right(OLDEST);
  const [target, ...questions] = row;
  return pipe(
    allKnown(connection, questions),
    TE.flatMap((known) => (known ? TE.right(target) : newestKnown(connection, older))),
  );
};

/**
 * The name of the target that the sandbox behind `connection` is, for findTarget. Nothing is changed in
 * it, whatever its state. Fails with RemoteError `unknown method` where the sandbox uses the host's stack
 * or has no network object, and as the connection does. Up to 34 calls, one after the other.
 */
export const probeTarget = (connection: SandboxConnection): TE.TaskEither<CallError, string> =>
  newestKnown(connection, TARGET_QUESTIONS);
