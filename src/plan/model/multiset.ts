/** Lists as multisets: what one has more often than another. */

/** The elements of `list` that `others` has not, in order; one that is in both is left out as often as it is in `others`. */
export const without = <A>(
  list: ReadonlyArray<A>,
  others: ReadonlyArray<A>,
  keyOf: (element: A) => string,
): ReadonlyArray<A> => {
  const left = new Map<string, number>();
  for (const other of others) {
    const key = keyOf(other);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  return list.filter((element) => {
    const key = keyOf(element);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
};
