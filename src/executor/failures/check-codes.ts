/** The codes of what apply and doctor look at: findings, told together, of which a failure may be made. */

/** What apply looks at before it changes anything; each makes it an exec/preflight. */
export const PREFLIGHT_CODES = {
  'preflight/rights': 'a capability is missing',
  'preflight/too-many-files': 'the plan has more sockets than its target takes in one call',
  'preflight/descriptor-limit': 'the process may not open as many descriptors as are needed',
  'preflight/link': 'a link is not there, has another name, or is down',
  'preflight/link-kind': 'a link is of a kind that dies when its addresses are taken',
  'preflight/gso': 'the plan has the host segment for a link that does not',
  'preflight/sandbox-started': 'the container runs already: the call would kill its sandbox',
} as const;

export type PreflightCode = keyof typeof PREFLIGHT_CODES;

/** What doctor looks at, besides the codes above. */
export const DOCTOR_CODES = {
  'doctor/rights': 'the capabilities that apply needs',
  'doctor/descriptors': 'how many descriptors may be opened',
  'doctor/netns': 'whether the namespace can be read',
  'doctor/netns-cookie': 'whether the kernel can tell namespaces apart (SO_NETNS_COOKIE)',
  'doctor/journal': 'whether an earlier apply stands in the way',
  'doctor/sandbox': 'whether the sandbox takes connections',
} as const;
