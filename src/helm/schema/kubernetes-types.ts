/** Kubernetes' types as in cdk8s-plus, converted to JSON values and to Kubernetes' own names. */
import type { k8s } from 'cdk8s-plus-28';

/** cdk8s's classes for Kubernetes' "integer or string" types, which share a structure that nothing else has. */
export type IsUnionClass<T> = T extends k8s.Quantity ? (k8s.Quantity extends T ? true : false) : false;

/** The value itself, as in JSON. */
export type Plain<T> = T extends string | number | boolean
  ? T
  : T extends Date
    ? string
    : IsUnionClass<T> extends true
      ? string | number
      : T extends readonly (infer E)[]
        ? readonly Plain<E>[]
        : T extends object
          ? { readonly [K in keyof T as KubernetesName<K>]: Plain<T[K]> }
          : T;

/** cdk8s changes the capitalization of some of Kubernetes' names; manifests use Kubernetes' own. */
export type KubernetesName<K> = K extends keyof Renamed ? Renamed[K] : K;

interface Renamed {
  clientIp: 'clientIP';
  clusterIp: 'clusterIP';
  clusterIPs: 'clusterIPs';
  downwardApi: 'downwardAPI';
  hostIp: 'hostIP';
  hostIpc: 'hostIPC';
  hostPid: 'hostPID';
  insecureSkipTlsVerify: 'insecureSkipTLSVerify';
  loadBalancerIp: 'loadBalancerIP';
  nonResourceUrls: 'nonResourceURLs';
  setHostnameAsFqdn: 'setHostnameAsFQDN';
}
