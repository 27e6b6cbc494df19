/**
 * How a pod that connects to outside hosts resolves names. Kubernetes gives a pod the search list `<its
 * namespace>.svc.<domain>`, `svc.<domain>`, `<domain>`, and tries that list first for names of fewer than five dots.
 * But below `svc.<domain>` a name ends in a namespace: there `api.openai.com` is the pod `api` behind the Service
 * `openai` in the namespace `com`, and the owner of that namespace receives what was meant for the internet.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
import type { k8s } from 'cdk8s-plus-28';
import {
  defaultIfEmpty,
  each,
  type Fields,
  includes,
  map,
  not,
  type Symbolic,
  when,
} from '../helm/authoring.js';
import { shellScript } from '../text/shell-script.js';
import type { PodKeys } from './values/index.js';

/**
 * A pod's `dnsConfig` that looks up a name with a dot unchanged before it tries the search list, unless the values set
 * `ndots`.
 */
export function wholeNamesFirst({
  dnsConfig: { nameservers, options, searches },
}: Symbolic<Pick<PodKeys, 'dnsConfig'>>): Fields<k8s.PodDnsConfig> {
  const names = map(options, ({ name }) => defaultIfEmpty(name, ''));
  return {
    nameservers: when(nameservers, (addresses) => addresses),
    searches: when(searches, (domains) => domains),
    options: [
      when(not(includes(names, 'ndots')), { name: 'ndots', value: '1' }),
      each(options, (option) => option),
    ],
  };
}

/** The file that configures name resolution in a container. */
export const resolverFile = '/etc/resolv.conf';

/** Writes iron-proxy's resolv.conf: `sh -c SCRIPT NAME … … FROM TARGET`, for busybox. */
export const resolverScript = shellScript('./resolver.sh', import.meta.url);
