/** isTaken: which addresses of the host a plan takes. */
import type { NetworkPlan } from '../../plan/model/network-plan.js';
import { addressKey } from '../../plan/model/object-key.js';
import type { Address } from '../../plan/model/state.js';

/** Whether an address is one that `plan` takes: by its key, as the kernel deletes it. */
export const isTaken = ({
  fdLinks,
}: Pick<NetworkPlan, 'fdLinks'>): ((address: Address) => boolean) => {
  const keys = new Set(
    fdLinks.flatMap(({ ifindex, hostAddresses }) =>
      hostAddresses.map((one) => addressKey({ ...one, ifindex })),
    ),
  );
  return (address) => keys.has(addressKey(address));
};
