/** What ethtool says of a link, by ioctl(2) on any socket in its namespace. */
import * as E from 'fp-ts/lib/Either.js';
import type * as IOE from 'fp-ts/lib/IOEither.js';
import { kernelBytes } from '../../plan/model/kernel-text.js';
import type { IfName } from '../../plan/model/scalars.js';
import { ETHTOOL_GGSO, SIOCETHTOOL } from './abi.js';
import { HOST_LE } from './byte-order.js';
import { EOPNOTSUPP } from './errno.js';
import type { LibcError } from './failure.js';
import { failedWith } from './failure.js';
import type { Fd } from './fd.js';
import { about, addressOf, ioctl } from './libc.js';

/** Bytes of struct ifreq on a 64-bit system: a name of 16, a union of 24. Source: linux/if.h. */
const IFREQ = 40;
const IFNAMSIZ = 16;

/**
 * Whether the host segments large frames that are sent through `link` (generic segmentation offload).
 * A driver without the question answers no. Source: ETHTOOL_GGSO and struct ethtool_value, linux/ethtool.h.
 */
export const ethtoolGso = (socket: Fd, link: IfName): IOE.IOEither<LibcError, boolean> =>
  about(link)(() => {
    const value = new Uint8Array(8); // u32 command, u32 data
    const view = new DataView(value.buffer);
    view.setUint32(0, ETHTOOL_GGSO, HOST_LE);
    const ifreq = new Uint8Array(IFREQ);
    ifreq.set(kernelBytes(link), 0); // ifr_name
    new DataView(ifreq.buffer).setBigUint64(IFNAMSIZ, addressOf(value)(), HOST_LE); // ifr_data
    const asked = ioctl(socket, SIOCETHTOOL, ifreq)();
    if (E.isRight(asked)) return E.right(view.getUint32(4, HOST_LE) !== 0);
    return failedWith(EOPNOTSUPP)(asked.left) ? E.right(false) : asked;
  });
