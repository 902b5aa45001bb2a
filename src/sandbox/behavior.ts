/** Ways to misbehave, for the tests of what talks to a sandbox: data, so that a test says what it gets. */

/**
 * What the sandbox does instead of answering a call as it should. Only `Refuse` takes nothing; all others
 * take what the call hands over and then fail to say so.
 */
export type Behavior =
  /** as the sentry */
  | { readonly _tag: 'Serve' }
  /** `success: false` with this text */
  | { readonly _tag: 'Refuse'; readonly message: string }
  /** the reply's first bytes, then the end of the connection; 0 for no reply at all */
  | { readonly _tag: 'CloseAfter'; readonly bytes: number }
  /** this text in place of the reply, then nothing */
  | { readonly _tag: 'Garbage'; readonly text: string }
  /** a reply of this many bytes */
  | { readonly _tag: 'Oversized'; readonly bytes: number }
  /** nothing, and the connection stays open */
  | { readonly _tag: 'Silence' }
  /** the reply, this many milliseconds late */
  | { readonly _tag: 'Delay'; readonly delayMs: number };

/** The bytes of a reply, when they go, and what becomes of the connection after them. */
export interface Delivery {
  readonly bytes: Uint8Array;
  readonly delayMs: number;
  readonly next: 'call' | 'close' | 'hang';
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** How `reply`, the right one, is delivered. */
export const deliver = (behavior: Behavior, reply: string): Delivery => {
  const bytes = utf8(reply);
  switch (behavior._tag) {
    case 'Serve':
    case 'Refuse':
      return { bytes, delayMs: 0, next: 'call' };
    case 'CloseAfter':
      return { bytes: bytes.subarray(0, behavior.bytes), delayMs: 0, next: 'close' };
    case 'Garbage':
      return { bytes: utf8(behavior.text), delayMs: 0, next: 'hang' };
    case 'Oversized':
      return {
        bytes: utf8(`{"success":true,"err":"${'x'.repeat(behavior.bytes)}","result":{}}`),
        delayMs: 0,
        next: 'hang',
      };
    case 'Silence':
      return { bytes: new Uint8Array(), delayMs: 0, next: 'hang' };
    case 'Delay':
      return { bytes, delayMs: behavior.delayMs, next: 'call' };
  }
};
