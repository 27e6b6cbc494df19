/**
 * Volumes and mounts that the values add to a pod, in addition to those from the chart. When the pod is created,
 * Kubernetes refuses two with the same name or path, and a mount without its volume:
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/#volumemount-v1-core
 */
import Type, { type Static } from 'typebox';
import {
  count,
  each,
  groupBy,
  gt,
  hasPrefix,
  includes,
  listOf,
  type Member,
  mapOf,
  not,
  readAs,
  type Symbolic,
  str,
  trimSuffix,
  when,
} from '../helm/authoring.js';
import type { Platform } from './platform.js';
import type { PodKeys } from './values/index.js';

interface Own {
  readonly volumes: readonly string[];
  readonly mounts: readonly string[];
}

/** The volumes and mounts of the chart's own pods. A test compares it with the manifests. */
export const ownVolumes = {
  api: { volumes: ['firewall-ca', 'tmp'], mounts: ['/firewall-certs', '/tmp'] },
  ironProxy: {
    volumes: ['config', 'run', 'ca', 'tmp'],
    mounts: ['/run/iron-proxy', '/etc/resolv.conf', '/etc/iron-proxy-ca', '/tmp'],
  },
  'onepasswordConnect.connect': {
    volumes: ['data', 'credentials'],
    mounts: ['/home/opuser/.op/data', '/home/opuser/.op/1password-credentials.json'],
  },
} as const satisfies { readonly [keys: string]: Own };

/**
 * A pod's volumes and mounts, those of the chart before those of the values; `mounted` are the volumes that the latter
 * name.
 */
const volumesSchema = Type.Object({
  keys: Type.String(),
  names: Type.Array(Type.String()),
  paths: Type.Array(Type.String()),
  mounted: Type.Array(Type.String()),
});
type Volumes = Static<typeof volumesSchema>;

export function volumeRules({ values }: Platform): readonly Member<string>[] {
  const { api, ironProxy, onepasswordConnect } = values;
  const pods = listOf<Volumes>(
    [
      volumesOf('api', api),
      volumesOf('ironProxy', ironProxy),
      volumesOf('onepasswordConnect.connect', onepasswordConnect.connect),
    ],
    'pods',
  );
  return [
    each(pods, ({ keys, names }) =>
      each(
        groupBy(names, (name) => name, 'volumesByName'),
        (volumes, name) =>
          when(
            gt(count(volumes), 1),
            str`${keys}.extraVolumes: the pod has two volumes named ${name}: rename one`,
          ),
        'named',
      ),
    ),
    each(pods, ({ keys, paths }) =>
      each(
        groupBy(paths, (path) => path, 'mountsByPath'),
        (mounts, path) =>
          when(
            gt(count(mounts), 1),
            str`${keys}.extraVolumeMounts: two volumes are mounted at ${path}: choose another mountPath for one`,
          ),
        'mounts',
      ),
    ),
    each(pods, ({ keys, names, mounted }) =>
      each(
        mounted,
        (volume) =>
          when(
            not(includes(names, volume)),
            str`${keys}.extraVolumeMounts: the pod has no volume named ${volume}: add it to ${keys}.extraVolumes`,
          ),
        'volume',
      ),
    ),
    // The search domain in which names end in a namespace: resolver.sh recognizes it by its neighbour, which may be
    // missing.
    each(ironProxy.dnsConfig.searches, (domain) =>
      when(
        hasPrefix('svc.', domain),
        str`ironProxy.dnsConfig.searches: below ${domain} a name ends in a namespace, whose owner would get the credentials for a host of that name: leave the domain out, and write the names of Services with their namespace and svc`,
      ),
    ),
  ];
}

function volumesOf(
  keys: keyof typeof ownVolumes,
  { extraVolumes, extraVolumeMounts }: Symbolic<Pick<PodKeys, 'extraVolumes' | 'extraVolumeMounts'>>,
): Symbolic<Volumes> {
  const { volumes, mounts } = ownVolumes[keys];
  const names = listOf<string>([...volumes, each(extraVolumes, ({ name }) => name)], 'volumeNames');
  const paths = listOf<string>(
    [...mounts, each(extraVolumeMounts, ({ mountPath }) => trimSuffix('/', mountPath))],
    'mountPaths',
  );
  const mounted = listOf<string>([each(extraVolumeMounts, ({ name }) => name)], 'mountedVolumes');
  return readAs(volumesSchema, mapOf<string | readonly string[]>({ keys, names, paths, mounted }, 'pod'));
}
