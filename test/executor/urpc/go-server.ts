/** A gVisor of one dialect, as far as its JSON goes: codecs from the field tables, and its answers. */
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SandboxConnection } from '../../../src/executor/urpc/client.js';
import {
  DIALECTS,
  type Dialect,
  fieldsOf,
  type ReleasedDialect,
  type StructName,
} from '../../../src/plan/model/dialects.js';
import {
  type AnyGoType,
  decodeGo,
  goBool,
  goBytes,
  goInteger,
  goIp,
  goSlice,
  goString,
  goStruct,
} from '../../../src/sandbox/contract/go-decode.js';

const MAX = Number.MAX_SAFE_INTEGER;
const SCALARS: Readonly<Record<string, AnyGoType | undefined>> = {
  string: goString,
  bool: goBool,
  int: goInteger('int', -MAX, MAX),
  uint32: goInteger('uint32', 0, 0xffff_ffff),
  uint64: goInteger('uint64', 0, MAX),
  'time.Duration': goInteger('time.Duration', -MAX, MAX),
  QueueingDiscipline: goInteger('boot.QueueingDiscipline', -MAX, MAX),
  'config.QueueingDiscipline': goInteger('config.QueueingDiscipline', -MAX, MAX),
  BindOpt: goInteger('boot.BindOpt', -MAX, MAX),
  'net.IP': goIp,
  'net.IPMask': goBytes('net.IPMask'),
  'net.HardwareAddr': goBytes('net.HardwareAddr'),
  '[]byte': goBytes('[]uint8'),
  'net.IPNet': goStruct('net.IPNet', { IP: goIp, Mask: goBytes('net.IPMask') }),
};

/** The codec of a Go type in `dialect`. */
const codecOf = (dialect: Dialect, type: string): AnyGoType => {
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar;
  if (type.startsWith('[]')) return goSlice(codecOf(dialect, type.slice(2)));
  const fields = [...fieldsOf(dialect, type as StructName)];
  return goStruct(
    `boot.${type}`,
    Object.fromEntries(fields.map(([name, of]) => [name, codecOf(dialect, of)])),
  );
};

/** What a server of `dialect` makes of `arg`. */
export const decodeAs = (
  dialect: Dialect,
  arg: unknown,
): E.Either<string, Readonly<Record<string, unknown>>> =>
  decodeGo(codecOf(dialect, 'CreateLinksAndRoutesArgs'), arg);

const METHODS: ReadonlyArray<readonly [method: string, from: ReleasedDialect, struct: string]> = [
  ['Network.CreateLinksAndRoutes', '2018-04', 'CreateLinksAndRoutesArgs'],
  ['containerManager.CreateLinksAndRoutes', '2026-04', 'CreateLinksAndRoutesArgs'],
];

const pluginArgs = goStruct('boot.InitPluginStackArgs', { InitStr: goString });

/** A server's error text; every question of these tests is one that it refuses. */
const refusal = (
  dialect: ReleasedDialect,
  plugin: boolean,
  method: string,
  arg: unknown,
): string => {
  if (method === 'Network.InitPluginStack' && plugin)
    return E.match(
      (text: string) => text,
      () => 'accepted',
    )(decodeGo(pluginArgs, arg));
  const found = METHODS.find(
    ([name, from]) => name === method && DIALECTS.indexOf(from) <= DIALECTS.indexOf(dialect),
  );
  if (found === undefined) return 'unknown method';
  return E.match(
    (text: string) => text,
    () =>
      'args.FilePayload.Files has 0 FDs but we need 1000 entries based on FDBasedLinks, XDPLinks, and PCAP',
  )(decodeAs(dialect, arg));
};

/** A connection to a server of `dialect`; `plugin`: 20240930.0 or later. Every call must be refused. */
export const goServer = (
  dialect: ReleasedDialect,
  plugin = DIALECTS.indexOf(dialect) > DIALECTS.indexOf('2024-05b'),
): SandboxConnection => ({
  call: ({ method, json }) => {
    const request: { method: string; arg: unknown } = JSON.parse(json);
    const message = refusal(dialect, plugin, request.method, request.arg);
    return TE.left({ _tag: 'RemoteError', method, message });
  },
  close: () => undefined,
});
