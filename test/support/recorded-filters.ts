/** What a Linux 6.18 answered about a namespace with all kinds of filters, recorded in fixtures/wire. */
import { readFileSync } from 'node:fs';
import * as abi from '../../src/executor/netfilter/abi.js';
import type { NlMessage } from '../../src/executor/netlink/message.js';
import { type Reply, replay } from '../executor/netlink/scripted-transport.js';

const RECORDED: ReadonlyMap<number, string> = new Map([
  [abi.NFT_MSG_GETTABLE, 'nft-tables'],
  [abi.NFT_MSG_GETCHAIN, 'nft-chains'],
  [abi.NFT_MSG_GETRULE, 'nft-rules'],
  [abi.NFT_MSG_GETGEN, 'nft-generation'],
]);

/** The kernel's side of reading the recorded ruleset. */
export const nftables = (request: NlMessage): ReadonlyArray<Reply> => {
  const name = RECORDED.get(request.type);
  if (name === undefined) throw new Error(`a request of type ${request.type}`);
  return replay(name, request);
};

/** A table of ip_tables or ip6_tables: what the two socket options gave. */
export const legacyTable = (
  name: string,
): { readonly info: Uint8Array; readonly entries: Uint8Array } => {
  const [info, entries] = readFileSync(`fixtures/wire/xtables/${name}.hex`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Uint8Array.from(Buffer.from(line, 'hex')));
  if (info === undefined || entries === undefined) throw new Error(`${name}: two lines`);
  return { info, entries };
};
