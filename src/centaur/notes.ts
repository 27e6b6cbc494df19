/** NOTES.txt: the Secrets that must exist, and the page's Verify commands with the names of this release. */
import {
  chartInfo,
  each,
  ifElse,
  isNonEmpty,
  type Member,
  not,
  release,
  replace,
  str,
  when,
} from '../helm/authoring.js';
import type { Platform } from './platform.js';

export function notesOf(platform: Platform): readonly Member<string>[] {
  const { values, names, mode, usesOnePassword, infraKeys, secrets } = platform;
  const { existingSecretName, envPrefix } = values.secretManager;
  const { connect } = values.onepasswordConnect;
  const namespaced = str`-n ${release.Namespace}`;
  const deployed = connect.create;
  const authorityExists = not(isNonEmpty(values.firewall.ca.certPem));
  return [
    str`${chartInfo.Name} ${chartInfo.Version} uses the secret source ${values.ironProxy.secretSource}. Sandboxes and the API receive placeholders only.`,
    '',
    'Pods start when these Secrets exist. The chart does not create them:',
    str`  ${existingSecretName}: the infra Secret, with the keys`,
    each(infraKeys.api, (key) => str`    ${envPrefix}${key}`),
    when(mode('onepassword-connect'), str`    ${envPrefix}OP_CONNECT_TOKEN`),
    when(mode('onepassword'), str`    ${envPrefix}OP_SERVICE_ACCOUNT_TOKEN`),
    when(
      mode('env'),
      each(
        secrets.credentialKeys,
        ({ key, optional }) => str`    ${envPrefix}${key}${ifElse(optional, ' (may be missing)', '')}`,
      ),
    ),
    when(authorityExists, str`  ${values.firewall.existingCaSecretName}: ca-cert.pem`),
    when(authorityExists, str`  ${values.firewall.existingCaKeySecretName}: ca-cert.pem and ca-key.pem`),
    when(deployed, str`  ${connect.credentialsName}: ${connect.credentialsKey}, the JSON file as downloaded`),
    'To see what a pod is waiting for:',
    str`  kubectl describe pods --show-events ${namespaced} -l app.kubernetes.io/instance=${release.Name}`,
    '',
    'Check that the API and iron-proxy received the expected source mode:',
    str`  kubectl exec ${namespaced} deploy/${names.api} -- env | \\`,
    "    grep -E 'FIREWALL_MANAGER_SECRET_SOURCE|OP_VAULT'",
    when(deployed, ''),
    when(deployed, 'Check that the Connect pod and the Secrets exist:'),
    when(deployed, str`  kubectl get pods ${namespaced} -l app.kubernetes.io/name=connect`),
    when(deployed, str`  kubectl get secret ${namespaced} ${connect.credentialsName}`),
    when(
      mode('onepassword-connect'),
      str`  kubectl get secret ${namespaced} ${existingSecretName} -o jsonpath='{.data.${replace('.', '\\.', envPrefix)}OP_CONNECT_TOKEN}' >/dev/null`,
    ),
    when(usesOnePassword, ''),
    when(
      usesOnePassword,
      "Then run a tool or harness call that reaches an allowed host. If injection fails, check the secret entry's hosts and match_* fields, the 1Password item name, OP_VAULT, and whether the item has a credential field.",
    ),
    '',
    'Check that the API and iron-proxy respond:',
    str`  helm test ${namespaced} ${release.Name}`,
  ];
}
