/** The names and addresses in a sentence, replaced word by word: for what notes and errors say, which is prose. */
import { parseAddress, parsePrefix } from '../model/address.js';
import { trusted } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import type { Words } from './words.js';

/** Every name in a state, as it may stand in a text about it. */
const namesIn = (state: NamespaceState): ReadonlySet<string> =>
  new Set([
    ...state.links.flatMap(({ name, altnames }) => [name, ...(altnames ?? [])]),
    ...state.addresses.flatMap(({ label }) => label ?? []),
    ...state.rules.flatMap(({ iif, oif }) => [iif ?? [], oif ?? []].flat()),
  ]);

const redactToken = (words: Words, names: ReadonlySet<string>, token: string): string | null => {
  if (names.has(token)) return words.word(token);
  if (parseAddress(token) !== null) return words.address(trusted.ipAddress(token));
  if (parsePrefix(token) !== null) return words.prefix(trusted.prefix(token));
  const [, host = '', length = ''] = /^(.+)\/(\d+)$/.exec(token) ?? [];
  if (parseAddress(host) !== null) return `${words.address(trusted.ipAddress(host))}/${length}`;
  const isMac = /^[0-9a-f]{2}(:[0-9a-f]{2}){5,31}$/.test(token);
  return isMac ? words.linkAddress(trusted.linkAddress(token)) : null;
};

/** Each word of a text that is a name or address, also in quotes, in brackets, behind `--option=` or before a comma. */
export const textEdit = (words: Words, state: NamespaceState): ((text: string) => string) => {
  const names = namesIn(state);
  return (text) =>
    text.replace(/\S+/g, (token) => {
      const whole = redactToken(words, names, token);
      if (whole !== null) return whole;
      const [, before = '', word = '', after = ''] =
        /^((?:--[\w-]+=)?["'(]*)(.*?)(["'),;:.]*)$/.exec(token) ?? [];
      return `${before}${redactToken(words, names, word) ?? word}${after}`;
    });
};
