/** --verify and --probe-from: how it is made sure, after an apply, that the network is where it should be. */
import * as Flags from '@oclif/core/flags';

const helpGroup = 'VERIFICATION';

export const verifyFlags = {
  verify: Flags.option({
    helpGroup,
    options: ['observe', 'probe'] as const,
    default: 'observe' as const,
    summary:
      'after the call, observe the namespace again; probe: also ask from outside, by ARP and neighbor discovery, whether the planned MAC answers for every planned address, and only it',
  })(),
  'probe-from': Flags.string({
    helpGroup,
    helpValue: 'NAME|PATH',
    summary:
      'the namespace at the other end of the links, which --verify=probe asks from on all its Ethernet links that are UP',
  }),
};

/** What oclif parses `verifyFlags` to. */
export interface VerifyFlags {
  readonly verify?: 'observe' | 'probe';
  readonly 'probe-from'?: string | undefined;
}

/** What is wrong with the flags, or null. */
export const misverified = ({ verify, 'probe-from': from }: VerifyFlags): string | null => {
  if (verify === 'probe') return from === undefined ? '--verify=probe needs --probe-from' : null;
  return from === undefined ? null : '--probe-from is for --verify=probe';
};
