/** Finds out the target of a running sandbox by calls that are refused before they do anything. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
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

const NETWORK = 'Network.CreateLinksAndRoutes';

/** No Go type of the fields asked for takes this string. */
const WRONG = 'x';

/**
 * In every call: a link that needs more descriptors than any call can carry, so that the check of their
 * number, which comes before any effect, can never pass.
 */
const LINK = { Name: 'x', NumChannels: 1000 };

const ask = (field: string, arg: object): Question => ({ method: NETWORK, arg, field });
const args = (field: string): Question => ask(field, { FDBasedLinks: [LINK], [field]: WRONG });
const fdLink = (field: string, value: unknown = WRONG, named = field): Question =>
  ask(named, { FDBasedLinks: [{ ...LINK, [field]: value }] });
const element = (list: string, field: string): Question =>
  fdLink(list, [{ [field]: WRONG }], field);
const linkOf = (list: string, field: string): Question =>
  ask(field, { FDBasedLinks: [LINK], [list]: [{ [field]: WRONG }] });

const DISCONNECT_OK = args('DisconnectOk');
const ROUTE_MTU = element('Routes', 'MTU');
/** in every build since 20240930.0, though only plugin stacks use it */
const PLUGIN_STACK: Question = {
  method: 'Network.InitPluginStack',
  arg: { InitStr: 0 },
  field: 'InitStr',
};
const MANAGER_LINKS: Question = {
  method: 'containerManager.CreateLinksAndRoutes',
  arg: { FDBasedLinks: WRONG },
  field: 'FDBasedLinks',
};

/**
 * Targets, newest first: the first of which every question is answered with knowledge. 2025-12 cannot be
 * told from 2026-01, nor needs to be. Where releases of one dialect differ in behaviour, the older
 * behaviour stands: a plan whose routes are ordered for first match is right for longest prefix too.
 */
const TARGET_QUESTIONS: ReadonlyArray<readonly [target: string, ...Question[]]> = [
  ['head', args('IsRestore')],
  ['2026-05', args('AllowConnectedOnSave')],
  ['2026-04', MANAGER_LINKS],
  ['2026-02', args('PauseExternalNetworking')],
  ['2025-07', ROUTE_MTU, DISCONNECT_OK],
  ['2026-01', ROUTE_MTU],
  ['20240715.0', DISCONNECT_OK, PLUGIN_STACK],
  ['2024-05b', DISCONNECT_OK],
  ['2025-12b', fdLink('ProcessorsPerChannel'), PLUGIN_STACK],
  ['2024-05', fdLink('ProcessorsPerChannel')],
  ['2024-04', fdLink('GVisorGRO')],
  ['2024-03', args('LogPackets')],
  ['2023-12', linkOf('XDPLinks', 'Bind')],
  ['2023-11', args('NATBlob')],
  ['2023-03', linkOf('LoopbackLinks', 'GvisorGROTimeout')],
  ['2022-12', fdLink('GvisorGROTimeout')],
  ['2022-10', args('XDPLinks')],
  ['2022-09', args('PCAP')],
  ['2022-08', args('AFXDP')],
  ['2022-07', fdLink('GvisorGSOEnabled')],
  ['2021-11', fdLink('Neighbors')],
  ['2020-11', element('Addresses', 'PrefixLen')],
  ['2020-06', fdLink('TXChecksumOffload')],
  ['2020-05', fdLink('QDisc')],
  ['2019-12', args('Defaultv4Gateway')],
  ['2019-10', fdLink('SoftwareGSOEnabled')],
  ['2019-06', fdLink('NumChannels')],
  ['2019-05', fdLink('GSOMaxSize')],
];

/** The one tagged release of the first dialect. */
const OLDEST = '20190304.1';

/** Source: UnmarshalTypeError.Error in encoding/json/decode.go; the path ends in the field. */
const GO_TYPE_ERROR = /^json: cannot unmarshal .* into Go struct field (?:\S+\.)?(\w+) of type /;

const knows = (question: Question, answer: string): boolean =>
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

/**
 * The name of the target that the sandbox behind `connection` is, for findTarget. Nothing is changed in
 * it, whatever its state. Fails with RemoteError `unknown method` where the sandbox uses the host's stack
 * or has no network object, and as the connection does. Up to 34 calls, one after the other.
 */
export const probeTarget = (connection: SandboxConnection): TE.TaskEither<CallError, string> => {
  const answer = answerTo(connection);
  return async () => {
    for (const [target, ...questions] of TARGET_QUESTIONS) {
      const known = await allKnown(answer, questions)();
      if (E.isLeft(known)) return known;
      if (known.right) return E.right(target);
    }
    return E.right(OLDEST);
  };
};

/** Asks until one is not known. */
const allKnown =
  (
    answer: (question: Question) => TE.TaskEither<CallError, string>,
    questions: ReadonlyArray<Question>,
  ): TE.TaskEither<CallError, boolean> =>
  async () => {
    for (const question of questions) {
      const text = await answer(question)();
      if (E.isLeft(text)) return text;
      if (!knows(question, text.right)) return E.right(false);
    }
    return E.right(true);
  };
