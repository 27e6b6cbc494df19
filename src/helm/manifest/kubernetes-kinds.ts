/** Kubernetes' kinds as constructs: the fields of cdk8s-plus's types, each a constant or an expression. */
import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { HelmObject, type ObjectOptions } from './helm-object.js';
import type { Fields } from './manifest.js';

/** The fields of a kind, and the options of the chart object. */
export type ObjectProps<T> = Fields<T> & ObjectOptions;

type KubeKind<T> = new (scope: Construct, id: string, props: ObjectProps<T>) => HelmObject;

function kind<T>(apiVersion: string, kind: string): KubeKind<T> {
  return class extends HelmObject {
    constructor(scope: Construct, id: string, props: ObjectProps<T>) {
      super(scope, id, { apiVersion, kind, ...props });
    }
  };
}

export const KubeConfigMap = kind<k8s.KubeConfigMapProps>('v1', 'ConfigMap');
export const KubeCronJob = kind<k8s.KubeCronJobProps>('batch/v1', 'CronJob');
export const KubeDaemonSet = kind<k8s.KubeDaemonSetProps>('apps/v1', 'DaemonSet');
export const KubeDeployment = kind<k8s.KubeDeploymentProps>('apps/v1', 'Deployment');
export const KubeHorizontalPodAutoscaler = kind<k8s.KubeHorizontalPodAutoscalerV2Props>(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
);
export const KubeIngress = kind<k8s.KubeIngressProps>('networking.k8s.io/v1', 'Ingress');
export const KubeJob = kind<k8s.KubeJobProps>('batch/v1', 'Job');
export const KubeNamespace = kind<k8s.KubeNamespaceProps>('v1', 'Namespace');
export const KubeNetworkPolicy = kind<k8s.KubeNetworkPolicyProps>('networking.k8s.io/v1', 'NetworkPolicy');
export const KubePersistentVolumeClaim = kind<k8s.KubePersistentVolumeClaimProps>(
  'v1',
  'PersistentVolumeClaim',
);
export const KubePod = kind<k8s.KubePodProps>('v1', 'Pod');
export const KubePodDisruptionBudget = kind<k8s.KubePodDisruptionBudgetProps>(
  'policy/v1',
  'PodDisruptionBudget',
);
export const KubeRole = kind<k8s.KubeRoleProps>('rbac.authorization.k8s.io/v1', 'Role');
export const KubeRoleBinding = kind<k8s.KubeRoleBindingProps>('rbac.authorization.k8s.io/v1', 'RoleBinding');
export const KubeSecret = kind<k8s.KubeSecretProps>('v1', 'Secret');
export const KubeService = kind<k8s.KubeServiceProps>('v1', 'Service');
export const KubeServiceAccount = kind<k8s.KubeServiceAccountProps>('v1', 'ServiceAccount');
export const KubeStatefulSet = kind<k8s.KubeStatefulSetProps>('apps/v1', 'StatefulSet');
