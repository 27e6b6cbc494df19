/** The words that a chart is written with: all of the toolkit but the reading of values files. */

export {
  type ChartProps,
  type Evaluation,
  HelmChart,
  type ReleaseOptions,
} from './chart.js';
export type { ChartMetadata } from './chart-metadata.js';
export type { Context } from './evaluate.js';
export { chart, constant, type Expr, type Leaf, readAs, release, type Symbolic } from './expression.js';
export { HelmObject, type ObjectOptions } from './helm-object.js';
export * from './kubernetes.js';
export * as kubernetes from './kubernetes-schema.js';
export type { Plain } from './kubernetes-types.js';
export type { Authored, Choice, Conditional, Each, Fields, Member } from './manifest.js';
export {
  fieldsTemplate,
  stringTemplate,
  stringTemplateOf,
  textTemplate,
  valueTemplate,
  valueTemplateOf,
} from './named-template.js';
export {
  block,
  comment,
  each,
  entries,
  fields,
  filter,
  flatMap,
  groupBy,
  listOf,
  map,
  mapOf,
  some,
  spread,
  when,
} from './node.js';
export { EvaluationError } from './operator.js';
export * from './operators.js';
