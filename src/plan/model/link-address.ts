/** Link-layer addresses between text and bytes: two hex digits a byte, with colons. */
import { type LinkAddress, trusted } from './scalars.js';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `02:42:0a:01:02:03`; of no bytes, as point-to-point devices have, the empty text. */
export const formatLinkAddress = (bytes: Uint8Array): LinkAddress => {
  let text = '';
  for (const byte of bytes) text += text === '' ? HEX[byte] : `:${HEX[byte]}`;
  return trusted.linkAddress(text);
};

/** The bytes of a text that `formatLinkAddress` could have written. */
export const linkAddressBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));

/** Whether all bytes are zero, which stands for no address. */
export const isZeroLinkAddress = (text: LinkAddress): boolean => /^[0:]+$/.test(text);
