/**
 * What the API server checks of a field beyond its OpenAPI document: from Kubernetes' own validation,
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/core/validation/validation.go and its neighbours.
 */
import * as values from '../../src/helm/schema/kubernetes-shapes.js';
import { form } from '../../src/text/form.js';
import type { FieldKeywords } from './openapi.js';

/** Additional keywords, by the names of a type and a field. */
export const amendments: FieldKeywords = {
  ...types('io.k8s.apimachinery.pkg.apis.meta.v1', {
    // Roles and their bindings may have other names; a chart's do not.
    ObjectMeta: {
      name: values.dnsSubdomain(),
      namespace: values.dnsLabel(),
      labels: values.labels(),
      annotations: values.annotations(),
    },
    LabelSelector: { matchLabels: values.labels() },
    LabelSelectorRequirement: { operator: { enum: ['DoesNotExist', 'Exists', 'In', 'NotIn'] } },
  }),
  ...types('io.k8s.api.core.v1', {
    ConfigMap: { binaryData: dataKeys(), data: dataKeys() },
    ConfigMapKeySelector: { key: values.dataKey() },
    ConfigMapVolumeSource: { defaultMode: fileMode() },
    Container: { name: values.dnsLabel() },
    ContainerPort: { containerPort: values.port(), hostPort: values.port(), name: portName() },
    DownwardAPIVolumeFile: { mode: fileMode() },
    DownwardAPIVolumeSource: { defaultMode: fileMode() },
    EmptyDirVolumeSource: {
      medium: {
        pattern: '^(Memory|HugePages(-[0-9A-Za-z]+)?)?$',
        ...form('empty, Memory, or HugePages with a size', 'HugePages-2Mi'),
      },
    },
    // Printable ASCII without `=`, since 1.34.
    EnvVar: { name: { pattern: '^[ -<>-~]+$' } },
    KeyToPath: { key: values.dataKey(), mode: fileMode() },
    NodeSelector: { nodeSelectorTerms: { minItems: 1 } },
    PodDNSConfig: {
      nameservers: { maxItems: 3, items: values.ipAddress() },
      searches: { maxItems: 32, items: { type: 'string', ...searchDomain() } },
    },
    PodDNSConfigOption: { name: { minLength: 1 } },
    PodSecurityContext: {
      fsGroup: id(),
      runAsGroup: id(),
      runAsUser: id(),
      seLinuxChangePolicy: { enum: ['MountOption', 'Recursive'] },
      supplementalGroups: { items: { type: 'integer', ...id() } },
    },
    PodSpec: { nodeSelector: values.labels() },
    PreferredSchedulingTerm: { weight: weight() },
    ProjectedVolumeSource: { defaultMode: fileMode() },
    Secret: { data: dataKeys(), stringData: dataKeys() },
    SecretKeySelector: { key: values.dataKey() },
    SecretVolumeSource: { defaultMode: fileMode() },
    SecurityContext: { runAsGroup: id(), runAsUser: id() },
    ServicePort: { port: values.port(), name: values.dnsLabel() },
    // "Empty means match all taint effects."
    Toleration: { effect: { enum: ['', 'NoExecute', 'NoSchedule', 'PreferNoSchedule'] } },
    TopologySpreadConstraint: { maxSkew: { minimum: 1 }, minDomains: { minimum: 1 } },
    Volume: { name: values.dnsLabel() },
    VolumeMount: {
      mountPath: values.absolutePath(),
      name: values.dnsLabel(),
      recursiveReadOnly: { enum: ['Disabled', 'Enabled', 'IfPossible'] },
    },
    WeightedPodAffinityTerm: { weight: weight() },
  }),
  ...types('io.k8s.api.networking.v1', {
    IngressRule: { host: values.wildcardHost() },
    IPBlock: { cidr: values.cidr(), except: { items: values.cidr() } },
  }),
};

function types<T>(group: string, byKind: { readonly [kind: string]: T }): { readonly [type: string]: T } {
  return Object.fromEntries(Object.entries(byKind).map(([kind, fields]) => [`${group}.${kind}`, fields]));
}

/** A user's or a group's number on a node. */
function id(): object {
  return { minimum: 0, maximum: 2 ** 31 - 1 };
}

/** A name that may end in a dot, or consist of one, and contain underscores. */
function searchDomain(): object {
  const label = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
  return {
    pattern: `^(${label}([.]${label})*[.]?|[.])$`,
    maxLength: 254,
    ...form('a domain in lowercase letters', 'svc.cluster.local'),
  };
}

/** The weight of a preference. */
function weight(): object {
  return { minimum: 1, maximum: 100 };
}

/** Permissions: octal 0777 and below. */
function fileMode(): object {
  return { minimum: 0, maximum: 0o777 };
}

/** The name of a container's port, for Services: RFC 6335 without what a pattern can't express. */
function portName(): object {
  return { pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 15 };
}

function dataKeys(): object {
  return { propertyNames: values.dataKey() };
}
