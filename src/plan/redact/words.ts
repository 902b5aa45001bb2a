/** Words: the pseudonym of whatever a state holds of names, addresses and bytes. */
import { type IfName, trusted } from '../model/scalars.js';
import type { NamespaceState, RawAttributes } from '../model/state.js';
import { fnv1a64 } from '../model/state-hash.js';
import { type AddressPseudonyms, addressPseudonyms } from './addresses.js';

export interface Words extends AddressPseudonyms {
  readonly name: (name: IfName) => IfName;
  /** a name anywhere: a label, an alternative name, the device of a rule */
  readonly word: (name: string) => string;
  readonly raw: (other: RawAttributes) => RawAttributes;
  /** of the bytes of what is not shown at all */
  readonly digest: (hex: string) => string;
}

/** `lo` is the loopback of every namespace and stays; the others are `n` and ten hex digits. */
const pseudonym = (seed: string, name: string): string =>
  name === 'lo' ? name : `n${fnv1a64([seed, 'name', name]).slice(0, 10)}`;

/** A label is its link's name, or that with a ':' and more (ifconfig's aliases). */
const wordOf =
  (seed: string) =>
  (word: string): string => {
    const [link = '', alias] = word.split(/:(.*)/s);
    if (alias === undefined) return pseudonym(seed, link);
    return `${pseudonym(seed, link)}:${fnv1a64([seed, 'label', alias]).slice(0, 4)}`;
  };

/** Other bytes in the same number. */
const hexOf = (seed: string, hex: string): string => {
  let out = '';
  for (let i = 0; out.length < hex.length; i++) out += fnv1a64([seed, 'raw', hex, String(i)]);
  return out.slice(0, hex.length);
};

export const wordsOf = (seed: string, state: NamespaceState): Words => ({
  ...addressPseudonyms(seed, state),
  name: (name) => trusted.ifName(pseudonym(seed, name)),
  word: wordOf(seed),
  digest: (hex) => hexOf(seed, hex),
  raw: (other) =>
    Object.fromEntries(Object.entries(other).map(([type, hex]) => [type, hexOf(seed, hex)])),
});
