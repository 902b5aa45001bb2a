/** Kernel numbers by the names that `ip -j` prints for them, and back. */

/** A value's names; one that has none is written as its number. */
export type Names = ReadonlyMap<number, string>;

export const nameOf = (names: Names, value: number): string => names.get(value) ?? String(value);

/** The inverse of `nameOf`; null for a name that is not known and not a number. */
export const numberOf = (names: Names, name: string): number | null => {
  for (const [value, known] of names) if (known === name) return value;
  return /^\d+$/.test(name) ? Number(name) : null;
};

/** Flags in the order in which iproute2 prints them. */
export type FlagNames = ReadonlyArray<readonly [bit: number, name: string]>;

const NONE: ReadonlyArray<string> = Object.freeze([]);

/** The names of the bits of `value`; what is left of it without a name comes last, in hex. */
export const flagsOf = (names: FlagNames, value: number): ReadonlyArray<string> => {
  if (value === 0) return NONE;
  const out: string[] = [];
  let rest = value;
  for (const [bit, name] of names) {
    if ((value & bit) === 0) continue;
    out.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) out.push(`0x${(rest >>> 0).toString(16)}`);
  return out;
};

/** The inverse of `flagsOf`; null where a name is not known. */
export const bitsOf = (names: FlagNames, flags: ReadonlyArray<string>): number | null => {
  let out = 0;
  for (const flag of flags) {
    const named = names.find(([, name]) => name === flag)?.[0];
    if (named === undefined && !/^0x[0-9a-f]{1,8}$/.test(flag)) return null;
    out |= named ?? Number(flag);
  }
  return out >>> 0;
};
