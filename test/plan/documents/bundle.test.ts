import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { BundleConfig, bundleNetns, bundleOptions } from '../../../src/plan/documents/bundle.js';
import { readDocument } from '../../../src/plan/documents/read.js';

const config = (value: object): BundleConfig => {
  const read = readDocument(BundleConfig, JSON.stringify(value));
  if (E.isLeft(read)) throw new TypeError(JSON.stringify(read.left));
  return read.right;
};

const namespaces = (...found: ReadonlyArray<object>) => config({ linux: { namespaces: found } });

describe('bundleNetns', () => {
  test('is the path of the network namespace', () => {
    const found = namespaces({ type: 'pid' }, { type: 'network', path: '/run/netns/blue' });
    expect(bundleNetns(found)).toStrictEqual({ _tag: 'At', path: '/run/netns/blue' });
  });

  test.each([
    ['inherited', config({})],
    ['inherited', namespaces({ type: 'pid', path: '/proc/1/ns/pid' })],
    ['new', namespaces({ type: 'network' })],
    ['new', namespaces({ type: 'network', path: '' })],
    ['twice', namespaces({ type: 'network', path: '/a' }, { type: 'network', path: '/b' })],
  ])('is nowhere: %s', (why, found) => {
    expect(bundleNetns(found)).toStrictEqual({ _tag: 'Nowhere', why });
  });
});

describe('bundleOptions', () => {
  const annotated = (name: string, value: string) => config({ annotations: { [name]: value } });
  const sysctl = (value: string) =>
    config({ linux: { sysctl: { 'net.ipv6.conf.all.disable_ipv6': value } } });

  test.each(['io.kubernetes.cri-o.ContainerType', 'io.kubernetes.cri.container-type'])(
    '%s tells a pause container',
    (name) => {
      expect(bundleOptions(annotated(name, 'sandbox'))).toStrictEqual({ pause: true });
      expect(bundleOptions(annotated(name, 'container'))).toStrictEqual({});
    },
  );

  test('disable_ipv6 that is not 0 leaves IPv4 alone', () => {
    expect(bundleOptions(sysctl('1'))).toStrictEqual({ families: ['inet'] });
    expect(bundleOptions(sysctl('2'))).toStrictEqual({ families: ['inet'] });
    expect(bundleOptions(sysctl('0'))).toStrictEqual({});
  });
});

test("the runtime's other keys are left alone, wrong types of ours are not", () => {
  expect(
    config({ ociVersion: '1.2.0', process: { args: ['sh'] }, linux: { seccomp: {} } }),
  ).toBeDefined();
  const wrong = readDocument(BundleConfig, '{"linux": {"sysctl": {"a": 1}}}');
  expect(E.isLeft(wrong) && wrong.left[0].path).toBe('linux.sysctl.a');
});
