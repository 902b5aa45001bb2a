/** Route metrics: RTA_METRICS, a nest of RTAX_* attributes. */

import { nameOf, numberOf } from '../../plan/model/kernel-names/names.js';
import { METRIC } from '../../plan/model/kernel-names/route.js';
import type { Route } from '../../plan/model/state.js';
import { RTA_METRICS, RTAX_CC_ALGO, RTAX_LOCK } from './abi.js';
import type { AttributeReader } from './attribute.js';
import { AttributeWriter, textBytes, u32Bytes } from './attribute-writer.js';
import type { Draft } from './draft.js';

/** Reads the nest at `reader` into `metrics`, `lock` and `congctl` of `route`. */
export const readMetrics = (reader: AttributeReader, route: Draft<Route>): void => {
  const metrics: Record<string, number> = {};
  reader.nested((metric) => {
    if (metric.type === RTAX_LOCK) route.lock = metric.u32();
    else if (metric.type === RTAX_CC_ALGO) route.congctl = metric.string();
    else metrics[nameOf(METRIC, metric.type)] = metric.u32();
  });
  if (Object.keys(metrics).length > 0) route.metrics = metrics;
};

/** Writes the nest, or nothing for a route without any. */
export const writeMetrics = (writer: AttributeWriter, route: Route): void => {
  const nest = new AttributeWriter();
  if (route.lock !== undefined) nest.attribute(RTAX_LOCK, u32Bytes(route.lock));
  for (const [name, value] of Object.entries(route.metrics ?? {}))
    nest.attribute(nest.known(numberOf(METRIC, name), name), u32Bytes(value));
  if (route.congctl !== undefined) nest.attribute(RTAX_CC_ALGO, textBytes(route.congctl));
  if (nest.size > 0) writer.nested(RTA_METRICS, nest);
};
