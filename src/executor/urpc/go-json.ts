/** JSON text as Go's encoding/json writes it, byte for byte, for the types of the network set-up call. */
import { formatAddress, parseAddress } from '../../plan/model/address.js';

export interface GoJsonBrand {
  readonly GoJson: unique symbol;
}
/** Finished JSON text of one value. */
export type GoJson = string & GoJsonBrand;

const json = (text: string): GoJson => text as GoJson;

/** What `json.Marshal` escapes and `JSON.stringify` does not. Source: encoding/json, HTMLEscape. */
const GO_ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * A string. Half a surrogate pair has no UTF-8 and becomes U+FFFD, escaped, as Go writes invalid UTF-8.
 * Backspace and form feed are `\b` and `\f`, as since Go 1.22; before they were `\u0008` and `\u000c`.
 */
export const string = (s: string): GoJson => {
  const parts = s
    .split(/\p{Cs}/u)
    .map((part) => JSON.stringify(part).slice(1, -1))
    .map((part) => part.replace(/[<>&\u2028\u2029]/g, (c) => GO_ESCAPES[c] ?? c));
  return json(`"${parts.join('\\ufffd')}"`);
};

export const bool = (b: boolean): GoJson => json(b ? 'true' : 'false');

/**
 * Any integer type. Go refuses `1.5e3` and fractions, so only integers are written; beyond 2^53 a number
 * of this language is no longer the one that was meant. Throws RangeError: plans hold nothing larger.
 */
export const integer = (n: number): GoJson => {
  if (!Number.isSafeInteger(n)) throw new RangeError(`not an exact integer: ${n}`);
  return json(String(n));
};

/** A nil slice is null; gVisor's structs have no slice that is empty and not nil. */
export const slice = (items: ReadonlyArray<GoJson>): GoJson =>
  json(items.length === 0 ? 'null' : `[${items.join(',')}]`);

/** []byte, net.IPMask, net.HardwareAddr: standard base64. nil is null: "" would be an empty mask, which is not nil. */
export const bytes = (b: Uint8Array | null): GoJson =>
  json(
    b === null
      ? 'null'
      : `"${Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString('base64')}"`,
  );

/** net.IP: text in RFC 5952 form, a v4-mapped address as IPv4, and the empty string for nil. */
export const ip = (address: string | null): GoJson => {
  if (address === null) return json('""');
  const parsed = parseAddress(address);
  if (parsed === null) throw new TypeError(`not an IP address: ${address}`);
  return json(`"${formatAddress(parsed).replace(/^::ffff:(?=\d+\.)/, '')}"`);
};

/** A struct: its fields in the order given. */
export const object = (fields: ReadonlyArray<readonly [name: string, value: GoJson]>): GoJson =>
  json(`{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`);

/** The value of an interface that is nil. */
export const NULL: GoJson = json('null');
