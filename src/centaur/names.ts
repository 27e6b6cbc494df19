import Type from 'typebox';
import {
  chartInfo,
  defaultIfEmpty,
  type Expr,
  fieldsTemplate,
  release,
  replace,
  str,
  stringTemplate,
  trimSuffix,
  trunc,
} from '../helm/authoring.js';
import type { Values } from './values/index.js';

/** The parts of a release that have their own names, pods and policies. */
export type Component = 'api' | 'iron-proxy' | 'firewall' | 'network-policy' | 'test';

/** Kubernetes' limit for the names of Services, and for label values. */
const nameLength = 63;

/** The labels and names that the objects of one release share. */
export function namesOf(values: Values) {
  const name = stringTemplate(
    'centaur.name',
    'What the chart is called in labels: the chart, unless nameOverride says otherwise.',
    defaultIfEmpty(values.nameOverride, chartInfo.Name),
  );

  const fullname = stringTemplate(
    'centaur.fullname',
    'What the release is called: <release>-<name>. The release name is never folded in, so release "centaur" gives "centaur-centaur".',
    trimSuffix('-', trunc(nameLength, defaultIfEmpty(values.fullnameOverride, str`${release.Name}-${name}`))),
  );

  /** A long release name is truncated before the component, so two components never share a name. */
  const componentName = (id: Component, summary: string): Expr<string> => {
    const suffix = `-${id}`;
    return stringTemplate(
      `centaur.${camelCase(id)}.fullname`,
      summary,
      str`${trimSuffix('-', trunc(nameLength - suffix.length, fullname))}${suffix}`,
    );
  };

  // Pods have these labels, without any that contain a version: otherwise each new version of the chart would restart
  // them all.
  const selectorLabels = fieldsTemplate(
    'centaur.selectorLabels',
    "The labels by which a component's pods are found. They never change on upgrade.",
    { component: Type.String() },
    ({ component }) => ({
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': release.Name,
      'app.kubernetes.io/component': component,
    }),
  );

  const chartLabels = fieldsTemplate(
    'centaur.chartLabels',
    'The labels that all objects have: the chart with its version, and what installed it.',
    {},
    () => ({
      'helm.sh/chart': trimSuffix(
        '-',
        trunc(nameLength, str`${chartInfo.Name}-${replace('+', '_', chartInfo.Version)}`),
      ),
      'app.kubernetes.io/version': chartInfo.AppVersion,
      'app.kubernetes.io/managed-by': release.Service,
    }),
  );

  const labels = fieldsTemplate(
    'centaur.labels',
    "A component's labels.",
    { component: Type.String() },
    ({ component }) => ({ ...selectorLabels({ component }), ...chartLabels({}) }),
  );

  return {
    name,
    fullname,
    api: componentName('api', 'The name of the API.'),
    ironProxy: componentName('iron-proxy', "The name of the chart's own iron-proxy."),
    test: componentName('test', 'The name of the pod of `helm test`.'),
    selectorLabels: (component: Component) => selectorLabels({ component }),
    labels: (component: Component) => labels({ component }),
    chartLabels: chartLabels({}),
  };
}

export type Names = ReturnType<typeof namesOf>;

function camelCase(id: string): string {
  return id.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
