/** Requests and replies of the sandbox's control socket, as gVisor's urpc reads and writes them. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fd } from '../executor/linux/fd.js';
import { close } from '../executor/linux/libc.js';
import * as go from '../executor/urpc/go-json.js';
import { METHODS, type Target, targetOf } from '../plan/model/target.js';
import type { Behavior } from './behavior.js';
import type { AcceptedNetwork } from './contract/accepted.js';
import { decodeArgs } from './contract/args.js';
import { checkContract } from './contract/contract.js';
import type { SandboxEvent } from './events.js';
import type { HostedNetwork } from './hosted-network.js';

const METHOD_NAMES: ReadonlyArray<string> = METHODS;

/** Later releases keep the methods of earlier ones. A target of many releases is taken as its last. */
const knows = ({ releases: [, last] }: Target, method: string): boolean => {
  const index = METHOD_NAMES.indexOf(method);
  return index >= 0 && index <= METHOD_NAMES.indexOf(targetOf(last).method);
};

interface UrpcRequest {
  readonly method: string;
  /** undefined where the request has no such key */
  readonly arg: unknown;
}

/** Null for what is no JSON object: there gVisor closes the connection without a word. */
const parseRequest = (text: string): UrpcRequest | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const method = 'method' in parsed && typeof parsed.method === 'string' ? parsed.method : '';
  return { method, arg: 'arg' in parsed ? parsed.arg : undefined };
};

const checkRequest = (
  { method, arg }: UrpcRequest,
  files: number,
  target: Target,
): E.Either<string, AcceptedNetwork> => {
  if (!knows(target, method)) return E.left('unknown method');
  if (arg === undefined) return E.left('unexpected end of JSON input');
  return pipe(
    decodeArgs(arg),
    E.flatMap((args) => checkContract(args, files, target)),
  );
};

/** Key order, spacing and escapes of encoding/json; no newline after. Source: pkg/urpc/urpc.go, callResult. */
const replyText = (outcome: E.Either<string, void>): string =>
  E.isRight(outcome)
    ? '{"success":true,"err":"","result":{}}'
    : `{"success":false,"err":${go.string(outcome.left)},"result":null}`;

export interface CallOptions {
  readonly network: HostedNetwork;
  readonly target: Target;
  readonly behavior: Behavior;
  readonly onEvent: (event: SandboxEvent) => void;
}

/**
 * Answers one request: the reply's text, or null for what is no request. The descriptors end in the
 * network or closed. SetNetworkArgs replaces what an earlier one set, as before the sandbox's start.
 */
export const answerCall = (
  { network, target, behavior, onEvent }: CallOptions,
  text: string,
  files: ReadonlyArray<Fd>,
): string | null => {
  const request = parseRequest(text);
  const checked =
    request === null
      ? E.left('no request')
      : unlessToldToRefuse(behavior, checkRequest(request, files.length, target));
  if (request !== null)
    onEvent({ _tag: 'CallReceived', method: request.method, files: files.length });
  if (E.isLeft(checked)) for (const file of files) close(file)();
  if (request === null) return null;
  if (E.isRight(checked) && request.method === 'containerManager.SetNetworkArgs') network.clear();
  const outcome = E.isLeft(checked) ? checked : network.take(checked.right, files);
  if (E.isLeft(outcome))
    onEvent({ _tag: 'Refused', method: request.method, message: outcome.left });
  else onEvent({ _tag: 'Accepted', network: network.accepted() });
  return replyText(outcome);
};

const unlessToldToRefuse = <A>(
  behavior: Behavior,
  checked: E.Either<string, A>,
): E.Either<string, A> =>
  E.isRight(checked) && behavior._tag === 'Refuse' ? E.left(behavior.message) : checked;
