/** The exit codes of every command. */

/** 65 to 77 are sysexits.h's EX_DATAERR, EX_SOFTWARE, EX_IOERR, EX_TEMPFAIL and EX_NOPERM. */
export const exitCodes = {
  done: 0,
  /** `diff` found differences, as diff(1) */
  different: 1,
  /** oclif's own code for a wrong flag or argument */
  usage: 2,
  /** bad input, or a plan that is refused: nothing was done */
  badInput: 65,
  /** a broken invariant of netplan */
  defect: 70,
  /** the kernel, a file or the sandbox refused, and the host is as before */
  refused: 74,
  /** not undone, or unknown whether done: a person is needed */
  personNeeded: 75,
  notPermitted: 77,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
