/** The wire dialects of gVisor's network set-up call: one ordered field table per struct, with intervals. */
import * as t from 'io-ts';

/**
 * Runs of releases with one field set, oldest first. A letter tells two that began in one month apart;
 * `head` is 20260714.0 and later. Source: runsc/boot/network.go of every release tag since 2018-04.
 */
export const DIALECTS = [
  '2018-04',
  '2019-05',
  '2019-06',
  '2019-10',
  '2019-12',
  '2020-05',
  '2020-06',
  '2020-11',
  '2021-11',
  '2022-07',
  '2022-08',
  '2022-09',
  '2022-10',
  '2022-12',
  '2023-03',
  '2023-11',
  '2023-12',
  '2024-03',
  '2024-04',
  '2024-05',
  '2024-05b',
  '2025-07',
  '2025-12',
  '2025-12b',
  '2026-01',
  '2026-02',
  '2026-04',
  '2026-05',
  'head',
] as const;
export type ReleasedDialect = (typeof DIALECTS)[number];

/**
 * Only two changes broke the JSON type of a field, so every server of a family decodes the union of its
 * family's fields: keys that a server does not know are ignored, the rest mean the same.
 */
const FAMILIES = {
  'superset-a': ['2018-04', '2019-06'],
  'superset-b': ['2019-10', '2020-06'],
  'superset-c': ['2020-11', 'head'],
} as const satisfies Record<string, readonly [ReleasedDialect, ReleasedDialect]>;
export type Superset = keyof typeof FAMILIES;
/** Oldest first. */
export const SUPERSETS = Object.keys(FAMILIES) as ReadonlyArray<Superset>;

export type Dialect = ReleasedDialect | Superset;

const isDialect = (name: string): name is Dialect =>
  [...DIALECTS, ...SUPERSETS].some((dialect) => dialect === name);
/** A name of the tables; new releases bring new ones, so its JSON Schema is any string. */
export const Dialect = t.refinement(t.string, isDialect, 'Dialect');

/** One field: its Go name and type, and the first and last dialect that have it, both included. */
type Field<Name extends string = string> = readonly [
  name: Name,
  type: string,
  from?: ReleasedDialect,
  until?: ReleasedDialect,
];

/** Go marshals struct fields in the order of their declaration, which never changed between releases. */
const STRUCTS = {
  CreateLinksAndRoutesArgs: [
    ['LoopbackLinks', '[]LoopbackLink'],
    ['FDBasedLinks', '[]FDBasedLink'],
    ['XDPLinks', '[]XDPLink', '2022-10'],
    ['DefaultGateway', 'DefaultRoute', '2018-04', '2019-10'],
    ['Defaultv4Gateway', 'DefaultRoute', '2019-12'],
    ['Defaultv6Gateway', 'DefaultRoute', '2019-12'],
    ['AFXDP', 'bool', '2022-08', '2022-09'],
    ['PCAP', 'bool', '2022-09'],
    ['LogPackets', 'bool', '2024-03'],
    ['NATBlob', 'bool', '2023-11'],
    ['DisconnectOk', 'bool', '2024-05b', '2025-07'],
    ['PauseExternalNetworking', 'bool', '2026-02'],
    ['AllowConnectedOnSave', 'bool', '2026-05'],
    ['IsRestore', 'bool', 'head'],
  ],
  LoopbackLink: [
    ['Name', 'string'],
    ['Addresses', '[]net.IP', '2018-04', '2020-06'],
    ['Addresses', '[]IPWithPrefix', '2020-11'],
    ['Routes', '[]Route'],
    ['GvisorGROTimeout', 'time.Duration', '2023-03', '2024-03'],
    ['GVisorGRO', 'bool', '2024-04'],
  ],
  FDBasedLink: [
    ['Name', 'string'],
    ['InterfaceIndex', 'int', '2022-09'],
    ['MTU', 'int'],
    ['Addresses', '[]net.IP', '2018-04', '2020-06'],
    ['Addresses', '[]IPWithPrefix', '2020-11'],
    ['Routes', '[]Route'],
    ['GSOMaxSize', 'uint32', '2019-05'],
    ['SoftwareGSOEnabled', 'bool', '2019-10', '2021-11'],
    ['GvisorGSOEnabled', 'bool', '2022-07', '2024-03'],
    ['GVisorGSOEnabled', 'bool', '2024-04'],
    ['GvisorGROTimeout', 'time.Duration', '2022-12', '2024-03'],
    ['GVisorGRO', 'bool', '2024-04'],
    ['TXChecksumOffload', 'bool', '2020-06'],
    ['RXChecksumOffload', 'bool', '2020-06'],
    ['LinkAddress', '[]byte', '2019-05', '2019-05'],
    ['LinkAddress', 'net.HardwareAddr', '2019-06'],
    ['QDisc', 'QueueingDiscipline', '2020-05', '2020-06'],
    ['QDisc', 'config.QueueingDiscipline', '2020-11'],
    ['TBFRate', 'uint64', '2026-05'],
    ['TBFBurst', 'uint32', '2026-05'],
    ['Neighbors', '[]Neighbor', '2021-11'],
    ['NumChannels', 'int', '2019-06'],
    ['ProcessorsPerChannel', 'int', '2024-05'],
    ['IsPacket', '[]bool', 'head'],
    ['PreConfigured', 'bool', 'head'],
  ],
  XDPLink: [
    ['Name', 'string', '2022-10'],
    ['InterfaceIndex', 'int', '2022-10'],
    ['MTU', 'int', '2022-10'],
    ['Addresses', '[]IPWithPrefix', '2022-10'],
    ['Routes', '[]Route', '2022-10'],
    ['TXChecksumOffload', 'bool', '2022-10'],
    ['RXChecksumOffload', 'bool', '2022-10'],
    ['LinkAddress', 'net.HardwareAddr', '2022-10'],
    ['QDisc', 'config.QueueingDiscipline', '2022-10'],
    ['TBFRate', 'uint64', '2026-05'],
    ['TBFBurst', 'uint32', '2026-05'],
    ['Neighbors', '[]Neighbor', '2022-10'],
    ['GvisorGROTimeout', 'time.Duration', '2023-03', '2024-03'],
    ['GVisorGRO', 'bool', '2024-04'],
    ['Bind', 'BindOpt', '2023-12'],
    ['NumChannels', 'int', '2022-10'],
  ],
  Route: [
    ['Destination', 'net.IP', '2018-04', '2019-06'],
    ['Destination', 'net.IPNet', '2019-10'],
    ['Mask', 'net.IPMask', '2018-04', '2019-06'],
    ['Gateway', 'net.IP'],
    // taken out for one release: the server did not subtract the network header (gvisor#11856)
    ['MTU', 'uint32', '2025-07', '2025-12'],
    ['MTU', 'uint32', '2026-01'],
  ],
  DefaultRoute: [
    ['Route', 'Route'],
    ['Name', 'string'],
  ],
  IPWithPrefix: [
    ['Address', 'net.IP', '2020-11'],
    ['PrefixLen', 'int', '2020-11'],
  ],
  Neighbor: [
    ['IP', 'net.IP', '2021-11'],
    ['HardwareAddr', 'net.HardwareAddr', '2021-11'],
  ],
} as const satisfies Record<string, ReadonlyArray<Field>>;

export type StructName = keyof typeof STRUCTS;
/** Every name that a field of the struct has had in some dialect. */
export type FieldName<S extends StructName> = (typeof STRUCTS)[S][number][0];

/** The names under which gVisor segmentation has been asked for. */
export const GVISOR_GSO_FIELDS = [
  'SoftwareGSOEnabled',
  'GvisorGSOEnabled',
  'GVisorGSOEnabled',
] as const satisfies ReadonlyArray<FieldName<'FDBasedLink'>>;

const order = (dialect: ReleasedDialect): number => DIALECTS.indexOf(dialect);

/** First and last released dialect that `dialect` speaks to. */
const span = (dialect: Dialect): readonly [number, number] => {
  const [first, last] = isSuperset(dialect) ? FAMILIES[dialect] : [dialect, dialect];
  return [order(first), order(last)];
};

const isSuperset = (dialect: Dialect): dialect is Superset => Object.hasOwn(FAMILIES, dialect);

/** The superset whose servers all decode `dialect`. */
export const supersetOf = (dialect: ReleasedDialect): Superset =>
  SUPERSETS.findLast((superset) => span(superset)[0] <= order(dialect)) ?? 'superset-a';

/**
 * The first field, by its struct, that no dialect before `dialect` had under that name: Go's decoder takes
 * names without regard to case. Null where the dialect only retyped or left out fields.
 */
export const newFieldOf = (
  dialect: ReleasedDialect,
): { readonly struct: StructName; readonly field: string } | null => {
  for (const [struct, rows] of Object.entries(STRUCTS) as [StructName, ReadonlyArray<Field>][]) {
    const names = rows.map(([name]) => name.toLowerCase());
    const found = rows.find(
      ([name, , from], i) => from === dialect && names.indexOf(name.toLowerCase()) === i,
    );
    if (found !== undefined) return { struct, field: found[0] };
  }
  return null;
};

/** The fields of `struct` in `dialect` and their Go types, in the order Go writes them. */
export const fieldsOf = <S extends StructName>(
  dialect: Dialect,
  struct: S,
): ReadonlyMap<FieldName<S>, string> => {
  const [first, last] = span(dialect);
  const rows: ReadonlyArray<Field<FieldName<S>>> = STRUCTS[struct];
  return new Map(
    rows
      .filter(
        ([, , from = '2018-04', until = 'head']) => order(from) <= last && first <= order(until),
      )
      .map(([name, type]) => [name, type]),
  );
};
