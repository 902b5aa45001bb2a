/** edited: a record with some of its fields replaced, where it has them. */

/** For fields of `B`, what becomes of a value that is there. */
export type Edits<B> = {
  readonly [K in keyof B]?: (value: Exclude<B[K], undefined | null>) => B[K];
};

/** `record`, whose fields of `B` are edited; null stays null, and what is absent stays absent. */
export const edited = <B extends object, A extends B>(record: A, edits: Edits<B>): A => {
  const out: A = { ...record };
  for (const key in edits) {
    const [edit, value] = [edits[key], record[key]];
    if (edit !== undefined && value !== undefined && value !== null)
      out[key] = edit(value as Exclude<B[typeof key], undefined | null>) as A[typeof key];
  }
  return out;
};
