/** Before each file of properties: those that state no number run as often in CI as fast-check would by itself. */
import fc from 'fast-check';
import { cases } from './cases.js';

fc.configureGlobal(cases(100));
