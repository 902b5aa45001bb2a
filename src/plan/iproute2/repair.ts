/** What some iproute2 print as JSON and is none, written as they meant it. */

import { MAX_DEPTH } from '../documents/json.js';
import { isBracket } from '../documents/text.js';
import { MAX_YAML } from '../documents/yaml.js';

/** A string, which may lack its end, a mark, or a run of anything else: every text is a row of these. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[{}[\],:]|[^"{}[\],:]+/gs;

/** Characters of what is put right, as of YAML: of that little, the time and memory are bounded. */
const MAX_REPAIR = MAX_YAML;

/** An open list or mapping: its keys, and where among the pieces of the text each was written. */
interface Open {
  readonly mapping: boolean;
  readonly keys: Map<string, number>;
}

const LIST: Open = { mapping: false, keys: new Map() };

/** Until 5.x an apostrophe is escaped, which JSON does not know; a control in a name is printed as it is. */
const asJson = (string: string): string =>
  string
    .replaceAll(/\\(.)/gs, (pair, escaped) => (escaped === "'" ? "'" : pair))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    .replaceAll(/[\u0000-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * Writes a key. One that stands twice where there is an encapsulation is the tunnel's where that comes
 * later, or where it came first and the key is repeated: the tunnel's gets another name.
 */
const writeKey = (out: string[], key: string, { keys }: Open): void => {
  const before = keys.get(key);
  const encap = keys.get('"encap"');
  const tunnels = `"encap ${key.slice(1)}`;
  const isTunnels = before !== undefined && encap !== undefined && before < encap;
  if (before !== undefined && encap !== undefined && !isTunnels) out[before] = tunnels;
  keys.set(key, isTunnels ? before : out.length);
  out.push(isTunnels ? tunnels : key);
};

/** Whether the text behind `at` goes on with a colon. */
const isKey = (text: string, at: number): boolean => /^\s*:/.test(text.slice(at, at + 8));

/** A string where a key stands: a key, or a word without one, which is the type of the object. */
const writeName = (out: string[], name: string, hasValue: boolean, inside: Open): void => {
  if (hasValue) writeKey(out, name, inside);
  else out.push(`"type":${name}`);
};

/** Keeps count of what is open. */
const enter = (open: Open[], token: string): void => {
  if (token === '{') open.push({ mapping: true, keys: new Map() });
  else if (token === '[') open.push(LIST);
  else if (token === '}' || token === ']') open.pop();
};

const BEFORE_KEYS = new Set(['{', ',']);

/**
 * `text` with what is known to be wrong put right:
 * - `{"unicast","dst":...`, of 4.17 to 4.20: the word is the type of the route;
 * - `"dst":...,"encap":"ip","dst":...`: of two keys of one name, one is of the tunnel;
 * - `\'` and raw controls in strings.
 * Source: iproute2's commit 07366177; ip/iproute_lwtunnel.c; lib/json_writer.c.
 */
export const repaired = (text: string): string => {
  if (!isBracket(text) || text.length > MAX_REPAIR) return text;
  const open: Open[] = [];
  const out: string[] = [];
  let before = '';
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const inside = open.at(-1);
    enter(open, token);
    if (open.length > MAX_DEPTH) return text;
    if (!token.startsWith('"')) out.push(token);
    else if (inside?.mapping === true && BEFORE_KEYS.has(before))
      writeName(out, asJson(token), isKey(text, index + token.length), inside);
    else out.push(asJson(token));
    if (token.trim() !== '') before = token;
  }
  return out.join('');
};
