/** Network set-up calls without descriptors, and what runsc 20221219.0 answers to each. */

export const lo = (link: object) => ({ LoopbackLinks: [{ Name: 'lo', ...link }] });
export const gateway = (name: string, route: object) => ({
  LoopbackLinks: [{ Name: 'lo' }],
  Defaultv4Gateway: { Name: name, Route: route },
});
export const destination = (IP: string, Mask: string | null) => ({ Destination: { IP, Mask } });
const ZERO_MASK_16 = Buffer.alloc(16).toString('base64');

/** Refused, with these words. */
export const REFUSED: ReadonlyArray<readonly [what: string, arg: object, text: string]> = [
  [
    'too few descriptors',
    { FDBasedLinks: [{ Name: 'x', NumChannels: 1000 }] },
    'args.FilePayload.Files has 0 FDs but we need 1000 entries based on FDBasedLinks, XDPLinks, and PCAP',
  ],
  [
    'FD and XDP links',
    { FDBasedLinks: [{ Name: 'x' }], XDPLinks: [{}] },
    'received both fdbased and XDP links, but only one can be used at a time',
  ],
  [
    'no channels',
    { FDBasedLinks: [{ Name: 'x', NumChannels: 0 }] },
    'opts.FD is empty, at least one FD must be specified',
  ],
  [
    'a name twice',
    { LoopbackLinks: [{ Name: 'a' }, { Name: 'a' }] },
    'CreateNICWithOptions(2, _, {Name:a Disabled:false Context:<nil> QDisc:<nil> GROTimeout:0s}) failed: duplicate nic id',
  ],
  [
    'an IPv4 address twice',
    lo({
      Addresses: [
        { Address: '10.0.0.1', PrefixLen: 8 },
        { Address: '10.0.0.1', PrefixLen: 8 },
      ],
    }),
    'AddProtocolAddress(1, {Protocol:2048 AddressWithPrefix:10.0.0.1/8}, {}) failed: duplicate address',
  ],
  [
    'an IPv6 address twice',
    lo({
      Addresses: [
        { Address: 'fd00::1', PrefixLen: 64 },
        { Address: 'fd00::1', PrefixLen: 64 },
      ],
    }),
    'AddProtocolAddress(1, {Protocol:34525 AddressWithPrefix:fd00::1/64}, {}) failed: duplicate address',
  ],
  [
    'host bits',
    lo({ Routes: [destination('10.0.0.1', '/wAAAA==')] }),
    'subnet address has bits set outside the mask',
  ],
  [
    'no mask',
    lo({ Routes: [destination('10.0.0.0', null)] }),
    'subnet length of address and mask differ',
  ],
  [
    '16 zero bytes for IPv4',
    lo({ Routes: [destination('0.0.0.0', ZERO_MASK_16)] }),
    'subnet length of address and mask differ',
  ],
  [
    'an empty mask in a gateway that is none',
    gateway('', destination('', '')),
    'invalid interface name "" for default route',
  ],
  [
    'a gateway on no link',
    gateway('q"é\u0001\u200b😀', { Gateway: '10.0.0.1' }),
    'invalid interface name "q\\"é\\x01\\u200b😀" for default route',
  ],
];

/** Accepted, and of no effect. */
export const IDLE: ReadonlyArray<readonly [what: string, arg: object]> = [
  ['an address that is nil', lo({ Addresses: [{ Address: '', PrefixLen: 8 }] })],
  ['a gateway without destination', gateway('lo', { Gateway: '10.0.0.1' })],
  ['a route without anything', lo({ Routes: [{}] })],
];
