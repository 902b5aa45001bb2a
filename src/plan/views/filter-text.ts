/** Filters in words, each on one line: what a person needs to find them again. */
import type {
  FilterChain,
  IpsecPolicies,
  LinkFilter,
  Sysctl,
  Translation,
} from '../model/filters.js';
import type { LastingFilter } from '../model/lasting-object.js';
import { type LinkNames, linkName } from '../model/link-names.js';

const counted = (count: number, one: string, many: string, partial = false): string =>
  `${partial ? 'at least ' : ''}${count} ${count === 1 ? one : many}`;

/** As far as a pair of address and port is known; IPv6 in brackets where a port follows. */
const endpoint = (address: string | undefined, port: number | undefined): string => {
  if (port === undefined) return address ?? '';
  return `${address?.includes(':') === true ? `[${address}]` : (address ?? '')}:${port}`;
};

/** `dnat udp 127.0.0.11:53 to 127.0.0.11:36527` */
export const translationText = (one: Translation): string => {
  const source = endpoint(one.source, one.sourcePort);
  const to = endpoint(one.to, one.toPort);
  return [
    one.kind,
    one.protocol,
    source !== '' && `from ${source}`,
    endpoint(one.destination, one.destinationPort),
    to !== '' && `to ${to}`,
  ]
    .filter(Boolean)
    .join(' ');
};

/** Translations that are shown; the others are of the same kinds. */
const SHOWN = 3;

const shown = (translations: ReadonlyArray<Translation>): string => {
  const more = translations.length > SHOWN ? ` and ${translations.length - SHOWN} more` : '';
  return `; ${translations.slice(0, SHOWN).map(translationText).join(', ')}${more}`;
};

/** By what table the framework's own commands find it. */
const frameworkName = ({ framework }: Pick<FilterChain, 'framework'>): string =>
  framework === 'iptables' ? 'iptables-legacy' : 'nftables';

const chainText = (one: FilterChain): string => {
  const { family, table, chain, hook, policy, rules, actions, translations = [] } = one;
  const where = [
    `${frameworkName(one)} ${family} table ${table} chain ${chain}:`,
    one.dormant === true && 'dormant',
    one.type !== undefined && `type ${one.type}`,
    `hook ${hook}`,
    one.devices !== undefined && `dev ${one.devices.join(',')}`,
    `priority ${one.priority} policy ${policy}`,
  ].filter(Boolean);
  const does = actions.length === 0 ? '' : ` (${actions.join(', ')})`;
  const content = `${counted(rules, 'rule', 'rules', one.partial)}${does}`;
  return `${where.join(' ')}, ${content}${translations.length === 0 ? '' : shown(translations)}`;
};

const ipsecText = ({ direction, policies, blocking, partial }: IpsecPolicies): string =>
  `ipsec ${direction}: ${counted(policies, 'policy', 'policies', partial)}${blocking === 0 ? '' : ` (${blocking} blocking)`}`;

const linkFilterText = (
  names: LinkNames,
  { ifindex, hook, kinds, filters }: LinkFilter,
): string => {
  const link = linkName(names, ifindex);
  return hook === 'xdp'
    ? `xdp program on ${link} (${kinds.join(', ')})`
    : `tc ${hook} on ${link}: ${counted(filters, 'classifier', 'classifiers')} (${kinds.join(', ')})`;
};

const sysctlText = (names: LinkNames, { key, value, ifindex }: Sysctl): string =>
  `sysctl ${ifindex === undefined ? key : key.replace('*', linkName(names, ifindex))} = ${value}`;

export const filterText = (names: LinkNames, object: LastingFilter): string => {
  if ('chain' in object) return chainText(object.chain);
  if ('ipsec' in object) return ipsecText(object.ipsec);
  if ('linkFilter' in object) return linkFilterText(names, object.linkFilter);
  return sysctlText(names, object.sysctl);
};
