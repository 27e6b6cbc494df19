/** Kubernetes' types as cdk8s-plus has them, turned into what JSON holds and into Kubernetes' own names. */
import type { k8s } from 'cdk8s-plus-28';

/** cdk8s's classes for Kubernetes' "integer or string" types, which are alike and unlike everything else. */
export type IsUnionClass<T> = T extends k8s.Quantity ? (k8s.Quantity extends T ? true : false) : false;

/** The value itself, as JSON holds it. */
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

/** cdk8s changes the capitals in some of Kubernetes' names; manifests are written with Kubernetes' own. */
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
