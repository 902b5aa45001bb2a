/** Addresses as numbers: the fake kernel's own arithmetic, which shares nothing with the one it is a witness of. */

const isV4 = (address: string): boolean => !address.includes(':');

export const widthOf = (address: string): 32 | 128 => (isV4(address) ? 32 : 128);

const quads = (text: string): bigint =>
  text.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

/** The groups of one side of `::`; a dotted tail is two of them. */
const groups = (side: string): ReadonlyArray<bigint> =>
  side === ''
    ? []
    : side
        .split(':')
        .flatMap((group) =>
          group.includes('.')
            ? [quads(group) >> 16n, quads(group) & 0xffffn]
            : [BigInt(`0x${group}`)],
        );

export const numberOf = (address: string): bigint => {
  if (isV4(address)) return quads(address);
  const [head = '', tail = ''] = address.split('::');
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => 0n);
  return [...groups(head), ...zeros, ...groups(tail)].reduce((sum, group) => sum * 65536n + group);
};

/** The text of RFC 5952: the longest run of two zero groups or more is `::`, the first of equal ones. */
const sixText = (value: bigint): string => {
  const all = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const runs = all.map((_, start) => {
    const end = all.findIndex((group, i) => i >= start && group !== '0');
    return { start, length: (end === -1 ? 8 : end) - start };
  });
  const [longest] = runs.filter(({ length }) => length > 1).sort((a, b) => b.length - a.length);
  if (longest === undefined) return all.join(':');
  const { start, length } = longest;
  return `${all.slice(0, start).join(':')}::${all.slice(start + length).join(':')}`;
};

const textOf = (value: bigint, width: 32 | 128): string =>
  width === 128
    ? sixText(value)
    : [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');

/** The bits of `address` that `length` leaves free. */
const hostBits = (address: string, length: number): bigint =>
  (1n << BigInt(widthOf(address) - length)) - 1n;

/** `192.0.2.7`, 24: `192.0.2.0/24`. */
export const networkOf = (address: string, length: number): string =>
  `${textOf(numberOf(address) & ~hostBits(address, length), widthOf(address))}/${length}`;

/** `192.0.2.7`, 24: `192.0.2.255`. */
export const lastOf = (address: string, length: number): string =>
  textOf(numberOf(address) | hostBits(address, length), widthOf(address));

export const lengthOf = (prefix: string): number => Number(prefix.split('/')[1]);

export const covers = (prefix: string, address: string): boolean => {
  const [network = '', length] = prefix.split('/');
  const free = BigInt(widthOf(address) - Number(length));
  return (
    widthOf(network) === widthOf(address) && numberOf(network) >> free === numberOf(address) >> free
  );
};
