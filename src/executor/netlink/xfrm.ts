/** IPsec policies: XFRM_MSG_NEWPOLICY bytes to records. */
import * as E from 'fp-ts/lib/Either.js';
import type { IpsecPolicies } from '../../plan/model/filters.js';
import { fnv1a64 } from '../../plan/model/state-hash.js';
import { AttributeReader, hexText } from './attribute.js';
import type { Dump } from './dump.js';
import type { WireError } from './failure.js';

// linux/xfrm.h
const XFRM_MSG_NEWPOLICY = 0x13;
const XFRM_MSG_GETPOLICY = 0x15;
/** struct xfrm_userpolicy_info: selector, two structures of lifetimes, then what is read here */
const POLICY_LEN = 168;
const SELECTOR_BYTES = 56;
const PRIORITY_AT = 152;
const DIRECTION_AT = 160;
const ACTION_AT = 161;
const XFRM_POLICY_BLOCK = 1;
/** struct xfrm_userpolicy_id */
const POLICY_ID_LEN = 64;
const XFRMA_TMPL = 5;

/** Policies read of one namespace. */
const MOST = 10_000;

const DIRECTIONS = ['in', 'out', 'fwd'] as const;

interface Policy {
  readonly direction: string;
  readonly blocks: boolean;
  readonly digest: string;
}

/** The payload of an XFRM_MSG_NEWPOLICY; null for the policy of a single socket. */
export const decodePolicy = (payload: Uint8Array): E.Either<WireError, Policy | null> => {
  const reader = new AttributeReader(payload, POLICY_LEN);
  const content = [
    hexText(payload.subarray(0, SELECTOR_BYTES)),
    hexText(payload.subarray(PRIORITY_AT, PRIORITY_AT + 4)),
    hexText(payload.subarray(ACTION_AT, ACTION_AT + 1)),
  ];
  while (reader.next()) if (reader.type === XFRMA_TMPL) content.push(reader.hex());
  if (reader.error !== null) return E.left(reader.error);
  const direction = DIRECTIONS[reader.headerU8(DIRECTION_AT)];
  if (direction === undefined) return E.right(null);
  const blocks = reader.headerU8(ACTION_AT) === XFRM_POLICY_BLOCK;
  return E.right({ direction, blocks, digest: fnv1a64(content) });
};

export const policyDump: Dump<Policy> = {
  name: 'XFRM_MSG_GETPOLICY',
  type: XFRM_MSG_GETPOLICY,
  payload: new Uint8Array(POLICY_ID_LEN),
  reply: XFRM_MSG_NEWPOLICY,
  decode: decodePolicy,
  atMost: MOST,
};

/** One record a direction that has any. */
export const byDirection = (policies: ReadonlyArray<Policy>): ReadonlyArray<IpsecPolicies> =>
  DIRECTIONS.flatMap((direction) => {
    const own = policies.filter((policy) => policy.direction === direction);
    if (own.length === 0) return [];
    return [
      {
        direction,
        policies: own.length,
        blocking: own.filter(({ blocks }) => blocks).length,
        digest: fnv1a64(own.map(({ digest }) => digest)),
        ...(policies.length === MOST ? { partial: true } : {}),
      },
    ];
  });
