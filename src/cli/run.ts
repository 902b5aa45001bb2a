/** The command line: bin/run.js starts it, as scripts/bundle.mjs has bundled it. */
import { execute } from '@oclif/core/execute';

await execute({ dir: import.meta.url });
