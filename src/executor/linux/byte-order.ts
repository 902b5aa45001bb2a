/** Byte order of this machine, for the kernel structures that are in host order. */
import { endianness } from 'node:os';

/** The `littleEndian` argument of DataView methods for a field in host order. */
export const HOST_LE: boolean = endianness() === 'LE';
