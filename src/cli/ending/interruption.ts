/** interruption: signals as an AbortSignal, so that what was begun is undone before the process ends. */

/** SIGPIPE: nobody reads the output any more. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE'] as const;

/** Aborted by the first signal, with its name as the reason. From now on signals no longer end the process. */
export const interruption = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => controller.abort(signal));
  return controller.signal;
};
