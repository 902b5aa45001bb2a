/**
 * Before each file of properties: those that state no number run as often in CI as fast-check would by itself. A property
 * that fails prints its seed; NETPLAN_SEED makes the same cases again.
 */
import fc from 'fast-check';
import { cases } from './cases.js';

const seed = process.env['NETPLAN_SEED'];

fc.configureGlobal({ ...cases(100), ...(seed === undefined ? {} : { seed: Number(seed) }) });
