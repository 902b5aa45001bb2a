/** What a probe asks for and what its answers mean: the planned MAC has every planned address, and nobody else. */
import { formatAddress, parseAddress } from '../../../plan/model/address.js';
import type { NetworkPlan } from '../../../plan/model/network-plan.js';
import type { IfName } from '../../../plan/model/scalars.js';
import type { WrongAnswer } from '../../failures/amiss.js';

/** A planned address, as formatAddress writes it, and who should answer for it. */
export interface Expected {
  readonly address: string;
  /** six bytes, lower-case hex with colons */
  readonly mac: string;
  readonly link: IfName;
}

/** One answerer of one address. */
export interface Answer {
  readonly address: string;
  readonly mac: string;
  /** the peer's link that it was heard on */
  readonly on: IfName;
}

/** Every address of the plan that somebody can be asked for: those of links with a MAC. */
export const expectedOf = (plan: NetworkPlan): ReadonlyArray<Expected> =>
  plan.fdLinks.flatMap(({ name: link, layer, linkAddress, addresses }) =>
    layer !== 'ethernet' || linkAddress === null
      ? []
      : addresses.flatMap(({ address }) => {
          const bytes = parseAddress(address);
          return bytes === null ? [] : [{ address: formatAddress(bytes), mac: linkAddress, link }];
        }),
  );

const by =
  ({ address, mac }: Expected) =>
  (answer: Answer): boolean =>
    answer.address === address && answer.mac === mac;

/** Whether every planned MAC has answered; others may still come. */
export const allAnswered = (
  expected: ReadonlyArray<Expected>,
  answers: ReadonlyArray<Answer>,
): boolean => expected.every((one) => answers.some(by(one)));

const macsOf = (claims: ReadonlyArray<Answer>): ReadonlyArray<string> =>
  [...new Set(claims.map(({ mac }) => mac))].sort();

const wrongAnswer = (
  one: Expected,
  planned: ReadonlySet<string>,
  answers: ReadonlyArray<Answer>,
): WrongAnswer | null => {
  const claims = answers.filter(({ address }) => address === one.address);
  const others = claims.filter((claim) => !planned.has(claim.mac));
  const own = claims.filter(by(one));
  if (own.length === 0) return { ...one, answered: false, others: macsOf(others) };
  const segment = new Set(own.map(({ on }) => on));
  const rivals = others.filter(({ on }) => segment.has(on));
  return rivals.length === 0 ? null : { ...one, answered: true, others: macsOf(rivals) };
};

/**
 * Empty when all is well. Who answers on a link where the planned MAC does not, while
 * that answers on another, is in another segment, where the same address is none of ours. An address that is
 * planned on several links has as many owners.
 */
export const judgeAnswers = (
  expected: ReadonlyArray<Expected>,
  answers: ReadonlyArray<Answer>,
): ReadonlyArray<WrongAnswer> =>
  expected.flatMap((one) => {
    const same = expected.filter(({ address }) => address === one.address);
    const wrong = wrongAnswer(one, new Set(same.map(({ mac }) => mac)), answers);
    return wrong === null ? [] : [wrong];
  });
