import Type, { type Static } from 'typebox';
import { kubernetes } from '../../helm/authoring.js';

interface PodDefaults {
  /** The user and group that the image is made for. */
  readonly user: number;
  /** Whether the image writes only to its volumes. */
  readonly readOnly: boolean;
  /** What the chart adds to the pods' `dnsConfig`. */
  readonly dnsConfig?: string;
  readonly resources: { readonly [kind: string]: { readonly [resource: string]: string } };
}

/** The keys of every workload, in Kubernetes' own shapes. */
export function podKeys({ user, readOnly, dnsConfig = '', resources }: PodDefaults) {
  return {
    resources: Type.Optional(
      kubernetes.resources({
        description: 'Resource requests and limits of the container.',
        default: resources,
      }),
    ),
    nodeSelector: Type.Optional(
      kubernetes.labels({ description: 'Node labels that the pods require.', default: {} }),
    ),
    tolerations: Type.Optional(
      Type.Array(kubernetes.toleration(), { description: 'Taints that the pods tolerate.', default: [] }),
    ),
    affinity: Type.Optional(
      kubernetes.affinity({
        description: 'Affinity to nodes and to other pods.',
        default: {},
      }),
    ),
    topologySpreadConstraints: Type.Optional(
      Type.Array(kubernetes.topologySpreadConstraint(), {
        description: 'Rules that spread the pods across zones or nodes.',
        default: [],
      }),
    ),
    priorityClassName: Type.Optional(
      kubernetes.orEmpty(
        kubernetes.dnsSubdomain({ description: 'Name of an existing PriorityClass.', default: '' }),
      ),
    ),
    podAnnotations: Type.Optional(
      kubernetes.annotations({ description: 'Additional annotations for the pods.', default: {} }),
    ),
    podLabels: Type.Optional(
      kubernetes.labels({
        description: 'Additional labels for the pods. Labels that the chart itself selects by are refused.',
        default: {},
        reserved: '^(app|(app[.]kubernetes[.]io|helm[.]sh|centaur[.]ai)/.*)$',
      }),
    ),
    podSecurityContext: Type.Optional(
      kubernetes.podSecurityContext({
        description: 'Security context of the pods. The default meets the Pod Security profile "restricted".',
        default: {
          runAsNonRoot: true,
          runAsUser: user,
          runAsGroup: user,
          fsGroup: user,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      }),
    ),
    containerSecurityContext: Type.Optional(
      kubernetes.securityContext({
        description: 'Security context of the containers.',
        default: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: readOnly,
          capabilities: { drop: ['ALL'] },
        },
      }),
    ),
    dnsPolicy: Type.Enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'], {
      description: 'Where the pods take the settings of DNS from, to which dnsConfig adds.',
      default: 'ClusterFirst',
    }),
    dnsConfig: kubernetes.podDnsConfig({
      description: `Name servers, search domains and options of DNS.${dnsConfig}`,
      default: {},
    }),
    extraVolumes: Type.Optional(
      Type.Array(kubernetes.volume(), { description: 'Additional volumes for the pods.', default: [] }),
    ),
    extraVolumeMounts: Type.Optional(
      Type.Array(kubernetes.volumeMount(), { description: 'Where the containers mount them.', default: [] }),
    ),
  };
}

/** For workloads that connect to outside hosts, see resolver.ts. */
export const ndots = ' The option ndots is 1 unless it is set here.';

const podKeysSchema = Type.Object(podKeys({ user: 0, readOnly: true, resources: {} }));
export type PodKeys = Static<typeof podKeysSchema>;

export function withoutResources<P extends { resources: unknown }>({
  resources: _,
  ...rest
}: P): Omit<P, 'resources'> {
  return rest;
}
