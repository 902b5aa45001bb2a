/** Losses in whole sentences: what is said of an object, with the object before it. */
import type { Accounted } from '../model/account.js';
import { namesAmong } from '../model/link-names.js';
import type { Diagnostic, NetworkPlan } from '../model/network-plan.js';
import { isAccountCode } from '../rules/codes.js';
import { objectText } from './object-text.js';

/** `loss`, of `plan`, with a summary that can stand alone: `rule inet 9: from all lookup 100: selects ...`. */
export const lossOf = ({
  objects: account,
}: Pick<NetworkPlan, 'objects'>): ((loss: Diagnostic) => Diagnostic) => {
  const byPath = new Map<string, Accounted>(account.map((one) => [one.object, one]));
  const text = objectText(namesAmong(account));
  return (loss) => {
    const [path] = loss.objects ?? [];
    const object = path === undefined ? undefined : byPath.get(path);
    return object === undefined || !isAccountCode(loss.code)
      ? loss
      : { ...loss, summary: `${text(object)}: ${loss.summary}` };
  };
};
