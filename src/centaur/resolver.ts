/**
 * How a pod that dials outside looks names up. Kubernetes gives a pod the search list `<its namespace>.svc.<domain>`,
 * `svc.<domain>`, `<domain>`, and has it try that list first for names of fewer than five dots. But below `svc.<domain>`
 * a name ends in a namespace: `api.openai.com` is there the pod `api` behind the Service `openai` in the namespace `com`,
 * and whoever has that namespace gets what was meant for the internet.
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
import type { PodKeys } from './values.js';

/**
 * A pod's `dnsConfig` by which a name with a dot is looked up as it stands before the search list is tried, unless the
 * values have an `ndots` of their own.
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

/** The file that says how a container looks names up. */
export const resolverFile = '/etc/resolv.conf';

/**
 * The init container's script, for busybox: `sh -c SCRIPT NAME … … FROM TARGET` writes TARGET from the resolv.conf FROM,
 * without the search domain in which names end in a namespace: the search list is tried, too, for names that do not
 * exist or that no server answers for. It is known by its neighbour, the domain of the pod's own namespace, so that a
 * domain of the node which begins with `svc.` stays.
 *
 * The arguments before FROM are those of the script that this one follows. Kubernetes expands `$(NAME)` and `$$` in a
 * command, so the script has neither.
 */
export const resolverScript = `set -eu
umask 0222
rm -f "$4"
awk '
  # A last word that ends in a carriage return is the word without it.
  { gsub(/\\r/, " ") }

  $1 == "search" {
    split("", parents)
    for (i = 2; i <= NF; i++) {
      name[i] = tolower($i)
      sub(/[.]$/, "", name[i])
      parents[substr(name[i], index(name[i], ".") + 1)]
    }
    line = $1
    for (i = 2; i <= NF; i++)
      if (name[i] !~ /^svc[.]/ || !(name[i] in parents))
        line = line " " $i
    print line
    next
  }
  { print }
' "$3" > "$4"
`;
