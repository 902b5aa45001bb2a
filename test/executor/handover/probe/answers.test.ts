/** Who answered for what, judged: the planned MAC and only it, on the segment where it is. */
import { expect, test } from 'vitest';
import { answerText } from '../../../../src/executor/failures/amiss.js';
import {
  type Answer,
  allAnswered,
  type Expected,
  judgeAnswers,
} from '../../../../src/executor/handover/probe/answers.js';
import { trusted } from '../../../../src/plan/model/scalars.js';

const OURS = '02:00:00:00:00:02';
const OTHER = '02:00:00:00:00:99';
const THIRD = '02:00:00:00:00:77';

const asked = (address: string, mac = OURS, link = 'eth0'): Expected => ({
  address,
  mac,
  link: trusted.ifName(link),
});
const heard = (address: string, mac = OURS, on = 'h0'): Answer => ({
  address,
  mac,
  on: trusted.ifName(on),
});

test.each<readonly [string, ReadonlyArray<Expected>, ReadonlyArray<Answer>, readonly string[]]>([
  ['nothing asked', [], [heard('10.0.0.9', OTHER)], []],
  ['the planned MAC alone', [asked('10.0.0.2')], [heard('10.0.0.2')], []],
  [
    'nobody',
    [asked('10.0.0.2'), asked('fd00::2')],
    [heard('fd00::2')],
    [`nobody answers for 10.0.0.2: it should be ${OURS} of eth0`],
  ],
  [
    'only another',
    [asked('10.0.0.2')],
    [heard('10.0.0.2', OTHER)],
    [`${OTHER} answers for 10.0.0.2 instead of ${OURS} of eth0`],
  ],
  [
    'others too, heard on two links',
    [asked('fd00::2')],
    [
      heard('fd00::2', OTHER),
      heard('fd00::2'),
      heard('fd00::2', THIRD),
      heard('fd00::2', OTHER, 'br0'),
      heard('fd00::2', OURS, 'br0'),
    ],
    [`besides ${OURS} of eth0, ${THIRD} and ${OTHER} answers for fd00::2`],
  ],
  [
    'another in another segment',
    [asked('10.0.0.2')],
    [heard('10.0.0.2'), heard('10.0.0.2', OTHER, 'uplink')],
    [],
  ],
  [
    'one address on two links',
    [asked('10.0.0.2'), asked('10.0.0.2', THIRD, 'eth1')],
    [heard('10.0.0.2'), heard('10.0.0.2', THIRD)],
    [],
  ],
  [
    'one address on two links, one of them silent',
    [asked('10.0.0.2'), asked('10.0.0.2', THIRD, 'eth1')],
    [heard('10.0.0.2')],
    [`nobody answers for 10.0.0.2: it should be ${THIRD} of eth1`],
  ],
])('%s', (_, expected, answers, differences) => {
  expect(judgeAnswers(expected, answers).map(answerText)).toStrictEqual(differences);
});

test('all have answered when every planned MAC has, whoever else did', () => {
  const expected = [asked('10.0.0.2'), asked('fd00::2')];
  expect(allAnswered(expected, [heard('10.0.0.2'), heard('fd00::2', OTHER)])).toBe(false);
  expect(allAnswered(expected, [heard('10.0.0.2'), heard('fd00::2')])).toBe(true);
});
