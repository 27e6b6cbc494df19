/**
 * Rules about pods that hold in every chart: what Kubernetes refuses although the schema of each key accepts it, and
 * what it accepts but can never run. A chart adds them with the paths of its own keys:
 *
 *     chart.addRules(...resourceRules(containerResources('resources', values.resources)));
 */
import type { k8s } from 'cdk8s-plus-28';
import Type, { type Static } from 'typebox';
import { type Expr, readAs, type Symbolic } from './expressions/expression.js';
import {
  and,
  contains,
  count,
  defaultIfAbsent,
  eq,
  exceeds,
  get,
  gt,
  hasKey,
  hasPrefix,
  includes,
  isNonEmpty,
  isPresent,
  ne,
  not,
  or,
  str,
  trimSuffix,
} from './expressions/operators.js';
import { groupBy, listOf, mapOf } from './manifest/computed.js';
import { each, when } from './manifest/fragments.js';
import type { Member } from './manifest/manifest.js';
import * as kubernetes from './schema/kubernetes-shapes.js';
import type { Plain } from './schema/kubernetes-types.js';

// ---------------------------------------------------------------------------------------------------------- volumes

/** Volumes and mounts that values add to those that a chart itself gives to a pod. */
export interface AddedVolumes {
  /** The paths of the keys. */
  readonly keys: { readonly volumes: string; readonly mounts: string };
  /** The names of the chart's own volumes, and the paths at which its containers mount them. */
  readonly own: { readonly volumes: readonly string[]; readonly mounts: readonly string[] };
  readonly volumes: Expr<readonly { readonly name: string }[] | undefined>;
  readonly mounts: Expr<readonly { readonly name: string; readonly mountPath: string }[] | undefined>;
}

/** A pod's volumes and mounts, those of the chart first; `mounted` are the volumes that the mounts of the values name. */
const podVolumes = Type.Object({
  volumesKey: Type.String(),
  mountsKey: Type.String(),
  names: Type.Array(Type.String()),
  paths: Type.Array(Type.String()),
  mounted: Type.Array(Type.String()),
});

/** A pod has no two volumes of one name and no two mounts at one path, and mounts only volumes that it has. */
export function volumeRules(...pods: readonly AddedVolumes[]): readonly Member<string>[] {
  const all = listOf<Static<typeof podVolumes>>(pods.map(volumesOf), 'pods');
  return [
    each(all, ({ volumesKey, names }) =>
      each(
        groupBy(names, (name) => name, 'volumesByName'),
        (volumes, name) =>
          when(gt(count(volumes), 1), str`${volumesKey}: the pod has two volumes named ${name}: rename one`),
        'named',
      ),
    ),
    each(all, ({ mountsKey, paths }) =>
      each(
        groupBy(paths, (path) => path, 'mountsByPath'),
        (mounts, path) =>
          when(
            gt(count(mounts), 1),
            str`${mountsKey}: two volumes are mounted at ${path}: choose another mountPath for one`,
          ),
        'mounts',
      ),
    ),
    each(all, ({ volumesKey, mountsKey, names, mounted }) =>
      each(
        mounted,
        (volume) =>
          when(
            not(includes(names, volume)),
            str`${mountsKey}: the pod has no volume named ${volume}: add it to ${volumesKey}`,
          ),
        'volume',
      ),
    ),
  ];
}

function volumesOf({ keys, own, volumes, mounts }: AddedVolumes): Symbolic<Static<typeof podVolumes>> {
  return readAs(
    podVolumes,
    mapOf<string | readonly string[]>(
      {
        volumesKey: keys.volumes,
        mountsKey: keys.mounts,
        names: listOf<string>([...own.volumes, each(volumes, ({ name }) => name)], 'volumeNames'),
        paths: listOf<string>(
          [...own.mounts, each(mounts, ({ mountPath }) => trimSuffix('/', mountPath))],
          'mountPaths',
        ),
        mounted: listOf<string>([each(mounts, ({ name }) => name)], 'mountedVolumes'),
      },
      'pod',
    ),
  );
}

// -------------------------------------------------------------------------------------------------------- resources

/** The amounts that a container requests and is limited to, and the path of their key. */
export interface ContainerResources {
  readonly key: string;
  readonly requests: Expr<Amounts>;
  readonly limits: Expr<Amounts>;
}

/** Those of a key of Kubernetes' own shape. */
export function containerResources(
  key: string,
  resources: Symbolic<Plain<k8s.ResourceRequirements> | undefined>,
): ContainerResources {
  const given = defaultIfAbsent(resources, {});
  return { key, requests: defaultIfAbsent(given.requests, {}), limits: defaultIfAbsent(given.limits, {}) };
}

const amounts = Type.Record(Type.String(), kubernetes.quantity());
type Amounts = Static<typeof amounts>;
const containerAmounts = Type.Object({ key: Type.String(), requests: amounts, limits: amounts });

/**
 * A container's request is at most its limit. What nodes can't lend, such as GPUs and huge pages, needs a limit:
 * https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources
 */
export function resourceRules(...containers: readonly ContainerResources[]): readonly Member<string>[] {
  const all = listOf<Static<typeof containerAmounts>>(
    containers.map(({ key, requests, limits }) =>
      readAs(containerAmounts, mapOf<string | Amounts>({ key, requests, limits }, 'container')),
    ),
    'containers',
  );
  return [
    each(all, ({ key, requests, limits }) =>
      each(
        requests,
        (amount, resource) =>
          when(
            exceeds(amount, get(limits, resource, amount)),
            str`${key}: the request of ${resource} is above its limit: lower requests.${resource}, or raise limits.${resource}`,
          ),
        'request',
      ),
    ),
    each(all, ({ key, requests, limits }) =>
      each(
        requests,
        (_, resource) =>
          when(
            and(isNotLent(resource), not(hasKey(limits, resource))),
            str`${key}: ${resource} is requested without a limit, which it needs: set limits.${resource} to the same amount`,
          ),
        'request',
      ),
    ),
  ];
}

/** Resources outside of Kubernetes' own domain, and huge pages. */
function isNotLent(resource: Expr<string>): Expr<boolean> {
  return or(
    hasPrefix('hugepages-', resource),
    and(contains('/', resource), not(contains('kubernetes.io/', resource))),
  );
}

// ------------------------------------------------------------------------------------------------------ autoscalers

/** An autoscaler that compares the usage of a resource with the pods' requests. */
export interface Autoscaled {
  /** The path of its key. */
  readonly key: string;
  readonly autoscaling: Symbolic<{
    readonly enabled: boolean;
    readonly minReplicas: number;
    readonly maxReplicas: number;
  }>;
  readonly resource: 'cpu' | 'memory';
  /** All containers of a pod, except those that end before it runs. */
  readonly containers: readonly ContainerResources[];
}

/**
 * An autoscaler's maximum is at least its minimum. It measures usage as a share of the requests of all containers, and
 * does nothing if one has none; a limit is the request of a container without one.
 */
export function autoscalerRules(...autoscalers: readonly Autoscaled[]): readonly Member<string>[] {
  return autoscalers.flatMap(({ key, autoscaling, resource, containers }) => [
    when<string>(
      and(autoscaling.enabled, gt(autoscaling.minReplicas, autoscaling.maxReplicas)),
      str`${key}.maxReplicas: ${autoscaling.maxReplicas} is less than minReplicas, ${autoscaling.minReplicas}: raise it`,
    ),
    ...containers.map((container) =>
      when<string>(
        and(
          autoscaling.enabled,
          not(hasKey(container.requests, resource)),
          not(hasKey(container.limits, resource)),
        ),
        `${container.key}: ${key} compares the usage of ${resource} with what each container requests, and this one requests none: set requests.${resource}`,
      ),
    ),
  ]);
}

// ------------------------------------------------------------------------------------------------------- scheduling

/** Where pods may run, and the paths of the keys. */
export interface Scheduled {
  readonly keys: { readonly tolerations: string; readonly topologySpreadConstraints: string };
  readonly tolerations: Expr<readonly Plain<k8s.Toleration>[] | undefined>;
  readonly topologySpreadConstraints: Expr<readonly Plain<k8s.TopologySpreadConstraint>[] | undefined>;
}

const scheduling = Type.Object({
  tolerationsKey: Type.String(),
  constraintsKey: Type.String(),
  tolerations: Type.Array(kubernetes.toleration()),
  constraints: Type.Array(kubernetes.topologySpreadConstraint()),
});

/** Tolerations and spread constraints whose fields fit each other. */
export function schedulingRules(...pods: readonly Scheduled[]): readonly Member<string>[] {
  const all = listOf<Static<typeof scheduling>>(pods.map(schedulingOf), 'pods');
  const isSet = (text: Expr<string | undefined>) => isNonEmpty(text);
  return [
    each(all, ({ tolerationsKey, tolerations }) =>
      each(tolerations, ({ key, operator }) =>
        when(
          and(not(isSet(key)), ne(defaultIfAbsent(operator, ''), 'Exists')),
          str`${tolerationsKey}: a toleration without a key tolerates every taint, and then needs the operator Exists: set its key, or operator: Exists`,
        ),
      ),
    ),
    each(all, ({ tolerationsKey, tolerations }) =>
      each(tolerations, ({ operator, value }) =>
        when(
          and(eq(defaultIfAbsent(operator, ''), 'Exists'), isSet(value)),
          str`${tolerationsKey}: a toleration with the operator Exists tolerates every value: remove its value, or the operator`,
        ),
      ),
    ),
    each(all, ({ tolerationsKey, tolerations }) =>
      each(tolerations, ({ effect, tolerationSeconds }) =>
        when(
          and(isPresent(tolerationSeconds), ne(defaultIfAbsent(effect, ''), 'NoExecute')),
          str`${tolerationsKey}: tolerationSeconds is only for the effect NoExecute: set that effect, or remove tolerationSeconds`,
        ),
      ),
    ),
    each(all, ({ constraintsKey, constraints }) =>
      each(
        groupBy(
          constraints,
          ({ topologyKey, whenUnsatisfiable }) => str`${topologyKey} and ${whenUnsatisfiable}`,
          'constraintsByKey',
        ),
        (same) =>
          when(
            gt(count(same), 1),
            str`${constraintsKey}: two constraints have the same topologyKey and whenUnsatisfiable: remove one`,
          ),
        'same',
      ),
    ),
    each(all, ({ constraintsKey, constraints }) =>
      each(constraints, ({ minDomains, whenUnsatisfiable }) =>
        when(
          and(isPresent(minDomains), ne(whenUnsatisfiable, 'DoNotSchedule')),
          str`${constraintsKey}: minDomains has no meaning with ${whenUnsatisfiable}: remove it, or set whenUnsatisfiable to DoNotSchedule`,
        ),
      ),
    ),
  ];
}

function schedulingOf({
  keys,
  tolerations,
  topologySpreadConstraints,
}: Scheduled): Symbolic<Static<typeof scheduling>> {
  return readAs(
    scheduling,
    mapOf<string | readonly object[]>(
      {
        tolerationsKey: keys.tolerations,
        constraintsKey: keys.topologySpreadConstraints,
        tolerations: defaultIfAbsent(tolerations, []),
        constraints: defaultIfAbsent(topologySpreadConstraints, []),
      },
      'pod',
    ),
  );
}
