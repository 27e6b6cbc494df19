/** What the chart's pods have in common. */
import type { k8s } from 'cdk8s-plus-28';
import {
  type Expr,
  each,
  type Fields,
  ifElse,
  isNonEmpty,
  isString,
  kubernetes,
  type Leaf,
  listOf,
  not,
  readAs,
  replace,
  type Symbolic,
  sha256,
  str,
  stringTemplateOf,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import { memoize } from '../text/memoize.js';
import { caKeys } from './firewall-ca.js';
import { imageSchema, type PodKeys, type ProbeKeys, type Values } from './values/index.js';

/** An image reference; a digest pins it in case its tag is moved. */
export const imageReference = stringTemplateOf(
  'centaur.image',
  'The reference of an image: repository:tag, with the digest where one is given.',
  { image: imageSchema({ repository: '', tag: '' }) },
  ({ image }) =>
    str`${image.repository}:${image.tag}${ifElse(isNonEmpty(image.digest), str`@${image.digest}`, '')}`,
);

type SharedPodFields =
  | 'securityContext'
  | 'imagePullSecrets'
  | 'nodeSelector'
  | 'tolerations'
  | 'affinity'
  | 'topologySpreadConstraints'
  | 'priorityClassName'
  | 'dnsPolicy'
  | 'dnsConfig';

const pullSecretName = kubernetes.dnsSubdomain();
const pullSecretReference = kubernetes.localObjectReference();

/** The names of the registry Secrets. */
export const pullSecretNames = memoize(
  ({ global }: Values): Symbolic<readonly string[]> =>
    valueTemplate(
      'centaur.imagePullSecretNames',
      'The names of the registry Secrets, which may be given as names or as references.',
      listOf<string>(
        [
          each(global.imagePullSecrets, (secret) => when(isString(secret), readAs(pullSecretName, secret))),
          each(global.imagePullSecrets, (secret) =>
            when(not(isString(secret)), readAs(pullSecretReference, secret).name),
          ),
        ],
        'imagePullSecretNames',
      ),
    ),
);

/** The pod's fields next to the containers; unset ones are omitted. */
export function podFields(
  keys: Symbolic<Omit<PodKeys, 'resources'>>,
  values: Values,
): Pick<Fields<k8s.PodSpec>, SharedPodFields> {
  return {
    securityContext: when(keys.podSecurityContext, (context) => context),
    imagePullSecrets: [each(pullSecretNames(values), (name) => ({ name }))],
    nodeSelector: when(keys.nodeSelector, (selector) => selector),
    tolerations: when(keys.tolerations, (tolerations) => tolerations),
    affinity: when(keys.affinity, (affinity) => affinity),
    topologySpreadConstraints: when(keys.topologySpreadConstraints, (constraints) => constraints),
    priorityClassName: when(keys.priorityClassName, (name) => name),
    dnsPolicy: keys.dnsPolicy,
    dnsConfig: when(keys.dnsConfig, (config) => config),
  };
}

/**
 * A string as the exact value of an environment variable. Kubernetes replaces `$(NAME)` with the value of another
 * variable, so a string for sandboxes could leak a value meant only for its container; and it turns two `$` into one:
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function literal(text: Expr<string>): Expr<string> {
  return replace('$', '$$', text);
}

/** A probe over HTTP; its timing and thresholds come from the values. */
export function httpProbe(
  path: string,
  port: Leaf<string>,
  patience: Symbolic<ProbeKeys>,
): Fields<k8s.Probe> {
  return {
    httpGet: { path, port },
    initialDelaySeconds: patience.initialDelaySeconds,
    failureThreshold: patience.failureThreshold,
    periodSeconds: patience.periodSeconds,
    timeoutSeconds: patience.timeoutSeconds,
  };
}

/** Endpoints are updated some time after a pod is stopped: for this many seconds it keeps serving new connections. */
export const secondsUntilUnknown = 5;

/** The certificate that clients of the proxy must trust: its path in their containers. */
export const caFile = '/firewall-certs/ca-cert.pem';

export const caMount = { name: 'firewall-ca', mountPath: '/firewall-certs', readOnly: true };

export function caVolume(secretName: Leaf<string>): Fields<k8s.Volume> {
  return {
    name: 'firewall-ca',
    secret: { secretName, items: [{ key: caKeys.certificate, path: 'ca-cert.pem' }] },
  };
}

/** Both ends of the proxy's TLS read the CA at startup: a CA given in the values restarts them when it changes. */
export function caChecksum({ firewall: { ca } }: Values) {
  return { 'checksum/firewall-ca': when<string>(isNonEmpty(ca.certPem), sha256(ca.certPem)) };
}
