/** Netlink attributes as they came. */
import * as t from 'io-ts';

/** Attributes that netplan does not interpret, kept to be put back: attribute type (decimal) to payload (hex). */
export const RawAttributes = t.readonly(t.record(t.string, t.string), 'RawAttributes');
export type RawAttributes = t.TypeOf<typeof RawAttributes>;
