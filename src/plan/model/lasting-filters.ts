/** Lasting content of filters: all of it, since what counts or passes is in none of their fields. */
import * as t from 'io-ts';
import { FilterChain, IpsecPolicies, LinkFilter, Sysctl, Translation } from './filters.js';
import { lastingRecord } from './lasting-record.js';

const translation = lastingRecord('LastingTranslation', Translation, {
  kind: 'lasts',
  protocol: 'lasts',
  source: 'lasts',
  sourcePort: 'lasts',
  destination: 'lasts',
  destinationPort: 'lasts',
  to: 'lasts',
  toPort: 'lasts',
});

const chain = lastingRecord('LastingFilterChain', FilterChain, {
  framework: 'lasts',
  family: 'lasts',
  table: 'lasts',
  chain: 'lasts',
  hook: 'lasts',
  priority: 'lasts',
  policy: 'lasts',
  rules: 'lasts',
  actions: 'lasts',
  digest: 'lasts',
  type: 'lasts',
  devices: 'lasts',
  translations: {
    codec: t.readonlyArray(translation.codec),
    of: (all) => all.map(translation.of),
  },
  dormant: 'lasts',
  partial: 'lasts',
});

const ipsec = lastingRecord('LastingIpsecPolicies', IpsecPolicies, {
  direction: 'lasts',
  policies: 'lasts',
  blocking: 'lasts',
  digest: 'lasts',
  partial: 'lasts',
});

const linkFilter = lastingRecord('LastingLinkFilter', LinkFilter, {
  ifindex: 'lasts',
  hook: 'lasts',
  kinds: 'lasts',
  filters: 'lasts',
  digest: 'lasts',
});

const sysctl = lastingRecord('LastingSysctl', Sysctl, {
  key: 'lasts',
  value: 'lasts',
  ifindex: 'lasts',
});

export const LastingFilterChain = chain.codec;
export type LastingFilterChain = t.TypeOf<typeof LastingFilterChain>;
export const LastingIpsecPolicies = ipsec.codec;
export type LastingIpsecPolicies = t.TypeOf<typeof LastingIpsecPolicies>;
export const LastingLinkFilter = linkFilter.codec;
export type LastingLinkFilter = t.TypeOf<typeof LastingLinkFilter>;
export const LastingSysctl = sysctl.codec;
export type LastingSysctl = t.TypeOf<typeof LastingSysctl>;

export const lastingFilterChain = chain.of;
export const lastingIpsecPolicies = ipsec.of;
export const lastingLinkFilter = linkFilter.of;
export const lastingSysctl = sysctl.of;
