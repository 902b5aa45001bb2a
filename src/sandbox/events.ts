/** What a running sandbox tells as it happens: data, printed by whoever started it. */
import type { AcceptedNetwork } from './contract/accepted.js';
import type { Counters } from './stack.js';

export type SandboxEvent =
  | { readonly _tag: 'Listening'; readonly address: string }
  /** a complete request came, with so many descriptors */
  | { readonly _tag: 'CallReceived'; readonly method: string; readonly files: number }
  /** the request was answered with `success: false` and this text */
  | { readonly _tag: 'Refused'; readonly method: string; readonly message: string }
  /** the network there is after the call */
  | { readonly _tag: 'Accepted'; readonly network: AcceptedNetwork }
  /** a connection ended inside a request or before its reply */
  | { readonly _tag: 'ConnectionBroken'; readonly why: string }
  | { readonly _tag: 'Stopped'; readonly counters: Counters };
