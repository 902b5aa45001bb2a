/** What each code of the command line itself means, for docs/codes.md. */
export const CLI_CODES = {
  'cli/usage': 'wrong flags or arguments',
  'cli/defect': 'a mistake in netplan itself: please report it',
  'file/unreadable': 'a file cannot be read',
  'file/too-large': 'a file, device or pipe has more than a document can have',
  'file/unwritable': 'a file cannot be written',
  'iproute2/missing-file': 'a folder of the outputs of iproute2 lacks one that is needed',
  'bundle/no-network-namespace': 'config.json names no network namespace to plan',
} as const;
