/** Names as the kernel's structures hold them. */
const text = new TextDecoder();

/** The string in `bytes` up to its NUL, or all of it where it has none. */
export const cString = (bytes: Uint8Array): string => {
  const nul = bytes.indexOf(0);
  return text.decode(nul < 0 ? bytes : bytes.subarray(0, nul));
};
