/** The vocabulary for writing charts: the whole toolkit except the reading of values files. */

export { form, keyForm, madeOf } from '../text/form.js';
export {
  type ChartProps,
  type Evaluation,
  HelmChart,
  type ReleaseOptions,
  type RuleGroup,
  rules,
} from './chart.js';
export type { Context } from './evaluate/evaluate.js';
export { EvaluationError } from './expressions/call.js';
export {
  chartInfo,
  constant,
  type Expr,
  type Leaf,
  readAs,
  release,
  type Symbolic,
} from './expressions/expression.js';
export * from './expressions/operators.js';
export { filter, flatMap, groupBy, listOf, map, mapOf, some } from './manifest/computed.js';
export { block, comment, each, entries, fields, spread, when } from './manifest/fragments.js';
export { HelmObject, type ObjectOptions } from './manifest/helm-object.js';
export * from './manifest/kubernetes-kinds.js';
export type { Authored, Choice, Conditional, Each, Fields, Member } from './manifest/manifest.js';
export {
  fieldsTemplate,
  stringTemplate,
  stringTemplateOf,
  textTemplate,
  valueTemplate,
  valueTemplateOf,
} from './manifest/named-template.js';
export {
  type AddedVolumes,
  type Autoscaled,
  autoscalerRules,
  type ContainerResources,
  containerResources,
  resourceRules,
  type Scheduled,
  schedulingRules,
  volumeRules,
} from './pod-rules.js';
export * as kubernetes from './schema/kubernetes-shapes.js';
export type { Plain } from './schema/kubernetes-types.js';
export type { ChartMetadata } from './template/chart-metadata.js';
