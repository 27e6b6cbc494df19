/**
 * The order in which Helm prints and installs objects, so that output can be compared with that of `helm template`:
 * pkg/release/v1/util/kind_sorter.go and manifest_sorter.go in Helm 4.
 */
import { isHook, type RenderedObject } from './hooks.js';

const kinds: readonly string[] = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

/** Hooks come last; then objects are sorted by kind, then by file name. Unknown kinds come after known ones. */
export function inInstallOrder(objects: readonly RenderedObject[]): readonly RenderedObject[] {
  return [...objects].sort(
    (left, right) =>
      Number(isHook(left)) - Number(isHook(right)) ||
      rank(left) - rank(right) ||
      compare(kindOf(left), kindOf(right)) ||
      compare(left.file, right.file),
  );
}

function rank(object: RenderedObject): number {
  const index = kinds.indexOf(kindOf(object));
  return index < 0 ? kinds.length : index;
}

function kindOf({ object }: RenderedObject): string {
  return String(object.kind);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
