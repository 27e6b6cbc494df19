import type { Schema } from '../ir/schema.js';

/**
 * The values' schema, extended by what Helm passes to a chart inside a parent chart: all keys of `global`, which may
 * belong to any chart of the release, and a boolean `enabled`, by which the parent's `condition` enables the chart. The
 * chart reads neither.
 *
 * https://helm.sh/docs/chart_template_guide/subcharts_and_globals/,
 * https://helm.sh/docs/chart_best_practices/dependencies/#conditions-and-tags
 */
export function openToParents(schema: Schema): Schema {
  const { properties = {} } = schema;
  const { enabled = isOn, global = { type: 'object' } } = properties;
  return {
    ...schema,
    properties: { ...properties, enabled, global: { ...global, additionalProperties: true } },
  };
}

const isOn: Schema = {
  type: 'boolean',
  description:
    "Whether a parent chart includes this chart, by the parent's condition. The chart itself ignores it.",
};
