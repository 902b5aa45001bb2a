import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { decodeAs } from '../../executor/urpc/go-server.js';

const decode = (text: string) => decodeAs('head', JSON.parse(text));

// Each text was printed by Go's json.Unmarshal into structs of these names; those of bool, slice and
// nested fields also by runsc 20221219.0 on its control socket.
test.each([
  [
    '{"PCAP":"x"}',
    'json: cannot unmarshal string into Go struct field CreateLinksAndRoutesArgs.PCAP of type bool',
  ],
  [
    '{"PCAP":1}',
    'json: cannot unmarshal number into Go struct field CreateLinksAndRoutesArgs.PCAP of type bool',
  ],
  [
    '{"PCAP":[]}',
    'json: cannot unmarshal array into Go struct field CreateLinksAndRoutesArgs.PCAP of type bool',
  ],
  [
    '{"XDPLinks":"x"}',
    'json: cannot unmarshal string into Go struct field CreateLinksAndRoutesArgs.XDPLinks of type []boot.XDPLink',
  ],
  [
    '{"FDBasedLinks":{}}',
    'json: cannot unmarshal object into Go struct field CreateLinksAndRoutesArgs.FDBasedLinks of type []boot.FDBasedLink',
  ],
  [
    '{"FDBasedLinks":[1]}',
    'json: cannot unmarshal number into Go struct field CreateLinksAndRoutesArgs.FDBasedLinks of type boot.FDBasedLink',
  ],
  [
    '{"FDBasedLinks":[{"MTU":"x"}]}',
    'json: cannot unmarshal string into Go struct field FDBasedLink.FDBasedLinks.MTU of type int',
  ],
  [
    '{"FDBasedLinks":[{"MTU":1.5}]}',
    'json: cannot unmarshal number 1.5 into Go struct field FDBasedLink.FDBasedLinks.MTU of type int',
  ],
  [
    '{"FDBasedLinks":[{"GSOMaxSize":-1}]}',
    'json: cannot unmarshal number -1 into Go struct field FDBasedLink.FDBasedLinks.GSOMaxSize of type uint32',
  ],
  [
    '{"FDBasedLinks":[{"GSOMaxSize":4294967296}]}',
    'json: cannot unmarshal number 4294967296 into Go struct field FDBasedLink.FDBasedLinks.GSOMaxSize of type uint32',
  ],
  [
    '{"FDBasedLinks":[{"Name":true}]}',
    'json: cannot unmarshal bool into Go struct field FDBasedLink.FDBasedLinks.Name of type string',
  ],
  [
    '{"FDBasedLinks":[{"IsPacket":["x"]}]}',
    'json: cannot unmarshal string into Go struct field FDBasedLink.FDBasedLinks.IsPacket of type bool',
  ],
  [
    '{"FDBasedLinks":[{"Addresses":["10.0.0.1"]}]}',
    'json: cannot unmarshal string into Go struct field FDBasedLink.FDBasedLinks.Addresses of type boot.IPWithPrefix',
  ],
  [
    '{"FDBasedLinks":[{"Addresses":[{"Address":1}]}]}',
    'json: cannot unmarshal number into Go struct field IPWithPrefix.FDBasedLinks.Addresses.Address of type net.IP',
  ],
  [
    '{"FDBasedLinks":[{"Addresses":[{"PrefixLen":"x"}]}]}',
    'json: cannot unmarshal string into Go struct field IPWithPrefix.FDBasedLinks.Addresses.PrefixLen of type int',
  ],
  [
    '{"FDBasedLinks":[{"Routes":[{"Destination":"10.0.0.0"}]}]}',
    'json: cannot unmarshal string into Go struct field Route.FDBasedLinks.Routes.Destination of type net.IPNet',
  ],
  [
    '{"FDBasedLinks":[{"LinkAddress":5}]}',
    'json: cannot unmarshal number into Go struct field FDBasedLink.FDBasedLinks.LinkAddress of type net.HardwareAddr',
  ],
  ['{"FDBasedLinks":[{"LinkAddress":"!!"}]}', 'illegal base64 data at input byte 0'],
  ['{"FDBasedLinks":[{"LinkAddress":"AA"}]}', 'illegal base64 data at input byte 0'],
  ['{"FDBasedLinks":[{"Addresses":[{"Address":"foo"}]}]}', 'invalid IP address: foo'],
  [
    '{"FDBasedLinks":[{"Addresses":[{"Address":"fe80::1%eth0"}]}]}',
    'invalid IP address: fe80::1%eth0',
  ],
  ['{"FDBasedLinks":[{"Addresses":[{"Address":"010.0.0.1"}]}]}', 'invalid IP address: 010.0.0.1'],
  [
    '{"FDBasedLinks":[{"MTU":"x"}],"PCAP":3}',
    'json: cannot unmarshal string into Go struct field FDBasedLink.FDBasedLinks.MTU of type int',
  ],
  ['[]', 'json: cannot unmarshal array into Go value of type boot.CreateLinksAndRoutesArgs'],
  ['5', 'json: cannot unmarshal number into Go value of type boot.CreateLinksAndRoutesArgs'],
])('%s is refused in the words of Go', (text, error) => {
  expect(decode(text)).toStrictEqual(E.left(error));
});

const rightOf = (text: string) => {
  const decoded = decode(text);
  if (E.isLeft(decoded)) throw new Error(decoded.left);
  return decoded.right;
};

describe('as in Go', () => {
  test.each(['null', '{}', '{"NoSuchField":{"a":[1]}}', '{"PCAP":null,"FDBasedLinks":null}'])(
    '%s is the zero value',
    (text) => {
      const { PCAP, FDBasedLinks, Defaultv4Gateway } = rightOf(text);
      expect([PCAP, FDBasedLinks]).toStrictEqual([false, []]);
      expect(Defaultv4Gateway).toStrictEqual({
        Route: { Destination: { IP: null, Mask: null }, Gateway: null, MTU: 0 },
        Name: '',
      });
    },
  );

  test('keys match without regard to case', () => {
    expect(rightOf('{"pcAP":true}')['PCAP']).toBe(true);
  });

  test('of two keys for one field the last wins', () => {
    expect(rightOf('{"PCAP":true,"pcap":false}')['PCAP']).toBe(false);
    expect(rightOf('{"pcap":false,"PCAP":true}')['PCAP']).toBe(true);
  });

  test('an empty mask is not nil', () => {
    const mask = (text: string) =>
      rightOf(`{"Defaultv4Gateway":{"Route":{"Destination":{"Mask":${text}}}}}`)[
        'Defaultv4Gateway'
      ];
    expect(mask('""')).toMatchObject({ Route: { Destination: { Mask: new Uint8Array(0) } } });
    expect(mask('null')).toMatchObject({ Route: { Destination: { Mask: null } } });
  });

  test('line breaks inside base64 are skipped', () => {
    expect(rightOf('{"FDBasedLinks":[{"LinkAddress":"AAA\\nA"}]}')['FDBasedLinks']).toMatchObject([
      { LinkAddress: new Uint8Array(3) },
    ]);
  });

  test('a v4-mapped address is IPv4', () => {
    expect(
      rightOf('{"Defaultv4Gateway":{"Route":{"Gateway":"::ffff:1.2.3.4"}}}')['Defaultv4Gateway'],
    ).toMatchObject({ Route: { Gateway: '1.2.3.4' } });
  });
});

test('an integer above 2^53 is refused: the parser has already changed it', () => {
  const decoded = decode('{"FDBasedLinks":[{"TBFRate":9007199254740993}]}');
  expect(decoded).toStrictEqual(
    E.left(
      'json: cannot unmarshal number 9007199254740992 into Go struct field FDBasedLink.FDBasedLinks.TBFRate of type uint64',
    ),
  );
});

test('no JSON makes it throw', () => {
  const key = fc.constantFrom(
    'FDBasedLinks',
    'Routes',
    'Destination',
    '__proto__',
    'constructor',
    'Name',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(key, tie('value')),
  }));
  fc.assert(
    fc.property(value, (arg) => {
      expect(() => decodeAs('head', arg)).not.toThrow();
    }),
  );
});
