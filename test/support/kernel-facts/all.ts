/**
 * What the executor relies on in the kernel, as data: a namespace with eth0 and eth1, what is done to it, and what that
 * does. The fake kernel keeps every one of them (test/kernel-facts.test.ts), and so does the real one, where they are
 * from (test/integration/kernel-facts.itest.ts).
 */
import type { KernelFact } from './fact.js';
import { LOSING_ADDRESSES } from './losing-addresses.js';
import { PUTTING_ADDRESSES } from './putting-addresses.js';
import { PUTTING_ROUTES } from './putting-routes.js';

export const KERNEL_FACTS: ReadonlyArray<KernelFact> = [
  ...LOSING_ADDRESSES,
  ...PUTTING_ADDRESSES,
  ...PUTTING_ROUTES,
];
