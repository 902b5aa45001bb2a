/** What the kernel calls the states and flags of a neighbor table entry. */
import type { FlagNames } from './names.js';

// linux/neighbour.h
export const NTF_PROXY = 1 << 3;
export const NUD_PERMANENT = 0x80;

/** NUD_*, linux/neighbour.h. */
export const NEIGHBOR_STATE: FlagNames = [
  [0x01, 'incomplete'],
  [0x02, 'reachable'],
  [0x04, 'stale'],
  [0x08, 'delay'],
  [0x10, 'probe'],
  [0x20, 'failed'],
  [0x40, 'noarp'],
  [NUD_PERMANENT, 'permanent'],
];

/** NTF_* of ndm_flags, then NTF_EXT_* of NDA_FLAGS_EXT eight bits up; linux/neighbour.h. */
export const NEIGHBOR_FLAGS = [
  [0x80, 'router'],
  [NTF_PROXY, 'proxy'],
  [0x10, 'extern_learn'],
  [0x20, 'offload'],
  [0x01, 'use'],
  [0x02, 'self'],
  [0x04, 'master'],
  [0x40, 'sticky'],
  [0x100, 'managed'],
  [0x200, 'locked'],
  [0x400, 'ext_validated'],
] as const satisfies FlagNames;
export type NeighborFlag = (typeof NEIGHBOR_FLAGS)[number][1];
