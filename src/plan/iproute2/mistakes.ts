/** Mistakes of decoding outputs of iproute2: one for all objects that have the same. */
import type { DecodeError } from '../documents/decode.js';
import { excerpt } from '../documents/errors.js';
import type { PositionOf } from '../documents/place.js';
import { groupBy } from '../model/group-by.js';
import type { Mistake } from './errors.js';
import { isPart } from './parts.js';

/** Keys whose text is a name of the host's where it is no number. */
const NAMED: ReadonlySet<string | undefined> = new Set(['tos', 'table']);

const kindOf = ({ keys, reason, actual }: DecodeError): Mistake['kind'] => {
  const key = keys.at(-1);
  if (reason !== 'value' || typeof actual !== 'string') return 'value';
  if (key === 'dev') return 'link';
  return NAMED.has(key) ? 'name' : 'value';
};

/** One error for all objects of a part that have the same mistake. */
export const mistakes = (
  positionOf: PositionOf,
  errors: ReadonlyArray<DecodeError>,
): ReadonlyArray<Mistake> => {
  const kinds = groupBy(errors, ({ path, reason, expected }) =>
    [path.replaceAll(/\[\d+\]/g, '[]'), reason, expected].join(' '),
  );
  return [...kinds.values()].flatMap(([first, ...more]): Mistake[] => {
    if (first === undefined) return [];
    const [part] = first.keys;
    return [
      {
        _tag: 'Mistake',
        part: isPart(part) ? part : null,
        kind: kindOf(first),
        path: first.path,
        ...positionOf(first.keys, first.reason === 'unknown-key' ? 'key' : 'value'),
        expected: first.expected,
        actual: excerpt(first.actual),
        more: more.length,
      },
    ];
  });
};
