/** Prefix-preserving pseudonyms of addresses: two that share n leading bits share exactly n afterwards. */
import {
  type AddressBytes,
  formatAddress,
  formatPrefix,
  maskBytes,
  parseAddress,
  parsePrefix,
} from '../model/address.js';
import { formatLinkAddress, linkAddressBytes } from '../model/link-address.js';
import { type IpAddress, type LinkAddress, type Prefix, trusted } from '../model/scalars.js';
import type { NamespaceState } from '../model/state.js';
import { fnv1a64 } from '../model/state-hash.js';

/**
 * Ranges that stay themselves, since what an address means hangs on them: addresses in one get
 * pseudonyms in it, addresses outside get none in it. Source: RFC 6890 and the IANA special registries.
 */
const CLASSES = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...[
    '192.0.2.0/24',
    '192.168.0.0/16',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  ...[
    '::/96',
    '::ffff:0:0/96',
    '64:ff9b::/96',
    '2001:db8::/32',
    'fc00::/8',
    'fd00::/8',
    'fe80::/10',
    'ff00::/8',
  ],
];

/** Ranges whose addresses all keep theirs: they say nothing of a network, or stand for one thing only. */
const KEPT = [
  ...['0.0.0.0/32', '127.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32'],
  ...['::/96', 'ff00::/8', 'fe80::/128'],
];

/** A node of the tree of all addresses, at the depth of its prefix. */
interface Node {
  /** the next bit stays as it is */
  keep: boolean;
  /** so do all bits below */
  keepBelow: boolean;
  readonly children: [Node | null, Node | null];
}

const node = (): Node => ({ keep: false, keepBelow: false, children: [null, null] });

const bitOf = (bytes: AddressBytes, i: number): 0 | 1 =>
  (((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 0 ? 0 : 1;

/** Keeps the bits `from` to `to` of everything that shares those before them with `bytes`; the last node. */
const keepPath = (root: Node, bytes: AddressBytes, from: number, to: number): Node => {
  let at = root;
  for (let i = 0; i < to; i++) {
    if (i >= from) at.keep = true;
    const bit = bitOf(bytes, i);
    const next = at.children[bit] ?? node();
    at.children[bit] = next;
    at = next;
  }
  return at;
};

/** A 32-bit mixing step: multiply, xor, shift (the finalizer of MurmurHash3). */
const mix = (h: number): number => {
  let x = h;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

/** `bytes` with bits flipped by what stands before each of them, keyed by `key`, except where `root` keeps them. */
const flipBits = (
  key: number,
  root: Node | null,
  bytes: AddressBytes,
  length: number,
): AddressBytes => {
  const out = Uint8Array.from(bytes);
  let at = root;
  let kept = false;
  let hash = key;
  for (let i = 0; i < length; i++) {
    kept ||= at?.keepBelow === true;
    const bit = bitOf(bytes, i);
    if (!kept && at?.keep !== true && (mix(hash) & 1) === 1)
      out[i >> 3] = (out[i >> 3] ?? 0) ^ (0x80 >> (i & 7));
    hash = mix(hash + 0x9e3779b9 + bit);
    at = at?.children[bit] ?? null;
  }
  return out;
};

const ones = (bytes: AddressBytes, prefixLen: number): AddressBytes => {
  const network = maskBytes(bytes, prefixLen);
  const host = maskBytes(new Uint8Array(bytes.length).fill(0xff), prefixLen);
  return network.map((byte, i) => byte | (0xff & ~(host[i] ?? 0)));
};

/** Keeps the first and the last address of the subnet of `address` what they are: the network and its broadcast. */
const keepSubnet = (root: Node, address: string, prefixLen: number): void => {
  const bytes = parseAddress(address);
  if (bytes === null) return;
  const width = bytes.length * 8;
  keepPath(root, maskBytes(bytes, prefixLen), prefixLen, width);
  keepPath(root, ones(bytes, prefixLen), prefixLen, width);
};

const keyOf = (seed: string, domain: string): number =>
  Number.parseInt(fnv1a64([seed, domain]).slice(0, 8), 16);

/** The bits that stay, in a tree of each family: of the classes, and of the subnets of a state. */
const keptOf = (state: NamespaceState): { readonly inet: Node; readonly inet6: Node } => {
  const roots = { inet: node(), inet6: node() };
  for (const text of [...CLASSES, ...KEPT]) {
    const prefix = parsePrefix(text);
    if (prefix === null) throw new TypeError(`not a prefix: ${text}`);
    const end = keepPath(roots[prefix.family], prefix.bytes, 0, prefix.prefixLen);
    if (KEPT.includes(text)) end.keepBelow = true;
  }
  for (const { family, local, peer, prefixLen } of state.addresses)
    for (const address of [local, peer ?? local]) keepSubnet(roots[family], address, prefixLen);
  return roots;
};

export interface AddressPseudonyms {
  readonly address: (address: IpAddress) => IpAddress;
  /** the network of the pseudonyms of all its addresses */
  readonly prefix: (prefix: Prefix) => Prefix;
  /** groups and the addresses of all zeros or ones stay, so do the group and local bits of the others */
  readonly linkAddress: (address: LinkAddress) => LinkAddress;
}

/** Pseudonyms for `state`, the same for the same seed. Bijections, each of them: what differs goes on differing. */
export const addressPseudonyms = (seed: string, state: NamespaceState): AddressPseudonyms => {
  const roots = keptOf(state);
  const keys = { inet: keyOf(seed, 'inet'), inet6: keyOf(seed, 'inet6') };
  const linkKey = keyOf(seed, 'link');
  const linkTrees = new Map<number, Node>();
  const treeOf = (length: number): Node => {
    const tree = linkTrees.get(length) ?? linkTree(length);
    linkTrees.set(length, tree);
    return tree;
  };
  return {
    address: (text) => {
      const bytes = parseAddress(text);
      if (bytes === null) return text;
      const family = bytes.length === 4 ? 'inet' : 'inet6';
      return trusted.ipAddress(
        formatAddress(flipBits(keys[family], roots[family], bytes, bytes.length * 8)),
      );
    },
    prefix: (text) => {
      const parsed = parsePrefix(text);
      if (parsed === null) return text;
      const { family, prefixLen } = parsed;
      const bytes = flipBits(keys[family], roots[family], parsed.bytes, prefixLen);
      return trusted.prefix(formatPrefix({ bytes, prefixLen }));
    },
    linkAddress: (text) => {
      const bytes = linkAddressBytes(text);
      if (bytes.every((b) => b === 0) || ((bytes[0] ?? 0) & 1) === 1) return text;
      return formatLinkAddress(flipBits(linkKey, treeOf(bytes.length), bytes, bytes.length * 8));
    },
  };
};

/** Keeps the group and local bits, the last two of the first byte, and the address of all zeros. */
const linkTree = (length: number): Node => {
  const root = node();
  for (let first = 0; first < 256; first++) keepPath(root, Uint8Array.of(first), 6, 8);
  keepPath(root, new Uint8Array(length), 0, 8 * length);
  return root;
};
