/**
 * Kubernetes' own shapes for a chart's values: the types of cdk8s-plus at compile time and, at run time, JSON Schema
 * that every Helm and every JavaScript validator interprets alike (draft-07 without `format`; patterns that mean the
 * same in RE2).
 *
 * Shapes with many fields are references to definitions, which a schema document contains once: {@link
 * kubernetesDefinitions}.
 */
import type { k8s } from 'cdk8s-plus-28';
import Type, { type TSchemaOptions, type TString } from 'typebox';
import * as addresses from '../../text/addresses.js';
import { type Form, form, formOrEmpty, keyForm, madeOf } from '../../text/form.js';
import { definitions } from './kubernetes-definitions.js';
import type { Plain } from './kubernetes-types.js';

const pointer = '#/definitions/';

/** A type of Kubernetes' core API: a reference, and next to it the type `object`. */
function shape<T extends object>(name: string) {
  return (options: TSchemaOptions = {}) =>
    Type.Unsafe<Plain<T>>({ ...options, type: 'object', allOf: [{ $ref: `${pointer}${name}` }] });
}

/** A container's resource requests and limits. */
export const resources = shape<k8s.ResourceRequirements>('io.k8s.api.core.v1.ResourceRequirements');

export const affinity = shape<k8s.Affinity>('io.k8s.api.core.v1.Affinity');

/** One member of a pod's `tolerations`. */
export const toleration = shape<k8s.Toleration>('io.k8s.api.core.v1.Toleration');

/** One member of a pod's `topologySpreadConstraints`. */
export const topologySpreadConstraint = shape<k8s.TopologySpreadConstraint>(
  'io.k8s.api.core.v1.TopologySpreadConstraint',
);

/** A pod's `dnsConfig`: it adds to the result of its `dnsPolicy`. */
export const podDnsConfig = shape<k8s.PodDnsConfig>('io.k8s.api.core.v1.PodDNSConfig');

export const podSecurityContext = shape<k8s.PodSecurityContext>('io.k8s.api.core.v1.PodSecurityContext');

/** A container's security context. */
export const securityContext = shape<k8s.SecurityContext>('io.k8s.api.core.v1.SecurityContext');

/**
 * A volume of a kind that the restricted Pod Security Standard admits on every version of Kubernetes: `hostPath` and
 * similar kinds are refused.
 */
export const volume =
  shape<
    Pick<
      k8s.Volume,
      | 'name'
      | 'configMap'
      | 'csi'
      | 'downwardApi'
      | 'emptyDir'
      | 'ephemeral'
      | 'persistentVolumeClaim'
      | 'projected'
      | 'secret'
    >
  >('io.k8s.api.core.v1.Volume');

export const volumeMount = shape<k8s.VolumeMount>('io.k8s.api.core.v1.VolumeMount');

/** One member of a NetworkPolicy's `ingress`. */
export const networkPolicyIngressRule = shape<k8s.NetworkPolicyIngressRule>(
  'io.k8s.api.networking.v1.NetworkPolicyIngressRule',
);

/** One member of a NetworkPolicy's `egress`. */
export const networkPolicyEgressRule = shape<k8s.NetworkPolicyEgressRule>(
  'io.k8s.api.networking.v1.NetworkPolicyEgressRule',
);

/** One member of an Ingress' `tls`. */
export const ingressTls = shape<k8s.IngressTls>('io.k8s.api.networking.v1.IngressTLS');

/** An amount such as 500m, 1.5 or 2Gi, as a string or a number, never negative. */
export const quantity = (options: TSchemaOptions = {}) =>
  Type.Unsafe<string | number>({
    ...options,
    type: ['string', 'number'],
    allOf: [{ $ref: `${pointer}io.k8s.apimachinery.pkg.api.resource.Quantity` }],
  });

/** Settings of a probe: its period and timeout in seconds, and its thresholds as numbers of results. */
export const probeThresholds = (
  defaults: Plain<
    Pick<k8s.Probe, 'failureThreshold' | 'initialDelaySeconds' | 'periodSeconds' | 'timeoutSeconds'>
  >,
  options: TSchemaOptions = {},
) =>
  Type.Object(
    {
      failureThreshold: Type.Integer({
        description: 'Number of consecutive failures that count as failed.',
        minimum: 1,
        maximum: int32,
        default: defaults.failureThreshold ?? 3,
      }),
      initialDelaySeconds: Type.Integer({
        description: 'Delay before the first probe, in seconds.',
        minimum: 0,
        maximum: int32,
        default: defaults.initialDelaySeconds ?? 0,
      }),
      periodSeconds: Type.Integer({
        description: 'Interval between probes, in seconds.',
        minimum: 1,
        maximum: int32,
        default: defaults.periodSeconds ?? 10,
      }),
      timeoutSeconds: Type.Integer({
        description: 'Timeout of a probe, in seconds.',
        minimum: 1,
        maximum: int32,
        default: defaults.timeoutSeconds ?? 1,
      }),
    },
    { ...options, additionalProperties: false },
  );

const int32 = 2 ** 31 - 1;

// ---------------------------------------------------------------------------------------------------------- strings

/** A string that matches a pattern; `maxLength` counts code points, in Helm as here. */
function string(pattern: string, maxLength: number, words: Form) {
  return (options: TSchemaOptions = {}): TString =>
    Type.String({ pattern: `^${pattern}$`, maxLength, ...words, ...options });
}

/** A name as most kinds require it, such as Service or Namespace (RFC 1123 label). */
export const dnsLabel = string(
  addresses.dnsLabel,
  63,
  madeOf('lowercase letters, digits and -', 'centaur-api'),
);

/** Several labels joined by dots: the name of a Secret or ConfigMap, a host (RFC 1123 subdomain). */
export const dnsSubdomain = string(
  addresses.dnsSubdomain,
  addresses.maxDnsNameLength,
  madeOf('lowercase letters, digits, - and .', 'centaur-infra-env'),
);

/** A host that may begin with `*.`, as in an Ingress. */
export const wildcardHost = string(
  `([*][.])?${addresses.dnsSubdomain}`,
  addresses.maxDnsNameLength,
  form('a host in lowercase letters', 'api.example.com', '*.example.com'),
);

/** The name of a key in a ConfigMap or Secret. */
export const dataKey = string(
  '([-_a-zA-Z0-9]|[.][-_a-zA-Z0-9])[-._a-zA-Z0-9]*',
  253,
  form('a key of a Secret or ConfigMap, of letters, digits, -, _ and .,', 'tls.crt', 'DATABASE_URL'),
);

/** An absolute path in a container: printable ASCII without colons, which mounts can't contain. */
export const absolutePath = string('/[ -9;-~]*', 4096, form('an absolute path without :', '/etc/centaur'));

/** An IPv4 or IPv6 address such as 10.0.0.1 or fd00::1. */
export const ipAddress = string(
  `(${addresses.addressOfAnyCase})`,
  39,
  form('an IP address', '10.0.0.1', 'fd00::1'),
);

/** An IPv4 or IPv6 network such as 10.0.0.0/8 or fd00::/8. */
export const cidr = string(
  `(${addresses.cidrOfAnyCase})`,
  43,
  form('a CIDR range', '10.0.0.0/8', 'fd00::/8'),
);

/**
 * A positive duration in Go's notation, such as 10m, 1h30m or 0.5s. Its length and that of its numbers are bounded so
 * that it fits into Go's 64 bits of nanoseconds.
 */
export const duration = (options: TSchemaOptions = {}): TString =>
  string(
    '([0-9]{1,6}ns|[0-9]{1,6}([.][0-9]{1,3})?(us|ms|s|m|h))+',
    20,
    form('a duration', '10m', '1h30m'),
  )({ allOf: [{ pattern: '[1-9]', patternErrorMessage: 'must be more than zero' }], ...options });

/** An image's name without tag and digest, such as `docker.io/1password/connect-api`. */
export const imageRepository = (() => {
  const component = '[a-z0-9]+(([.]|_|__|-+)[a-z0-9]+)*';
  const domain = '[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?';
  return string(
    `(${domain}([.]${domain})*(:[0-9]{1,5})?/)?${component}(/${component})*`,
    255,
    form('an image without tag and digest', 'ghcr.io/acme/centaur-api'),
  );
})();

export const imageTag = string(
  '[A-Za-z0-9_][-._A-Za-z0-9]*',
  128,
  form("an image's tag", '1.27.3', 'latest'),
);

export const imageDigest = string(
  'sha256:[0-9a-f]{64}',
  71,
  form('a digest: sha256: and 64 hexadecimal digits'),
);

/** The same string, or an empty one, which means "not set". */
export function orEmpty(schema: TString & Partial<Form> & { readonly pattern?: string }): TString {
  const { pattern } = schema;
  if (!pattern?.startsWith('^') || !pattern.endsWith('$')) {
    throw new TypeError(`orEmpty takes a string whose pattern is anchored, not ${JSON.stringify(schema)}`);
  }
  return Type.String({ ...schema, ...formOrEmpty(schema), pattern: `^(${pattern.slice(1, -1)})?$` });
}

/**
 * A string that may be a secret, for the data of a Secret. Its schema checks nothing but the type, since Helm prints
 * values that a schema refuses. Its format is checked by a rule instead, with `matches`, which does not reveal the
 * value.
 */
export const secretValue = ({ description }: { readonly description: string }): TString =>
  Type.String({ writeOnly: true, description, default: '' });

// ------------------------------------------------------------------------------------------------- numbers and maps

/** A TCP or UDP port. */
export const port = (options: TSchemaOptions = {}) =>
  Type.Integer({ minimum: 1, maximum: 65535, ...options });

/** A port that a process without privileges may listen on. */
export const unprivilegedPort = (options: TSchemaOptions = {}) => port({ minimum: 1024, ...options });

interface MapOptions extends TSchemaOptions {
  /** Keys that users must not set, as a pattern. */
  readonly reserved?: string;
}

/**
 * Entries whose keys match a pattern and whose values are strings. `propertyNames` is not used, since Helm reports the
 * wrong place for a key that it refuses.
 */
function entries(keyPattern: string, keys: { readonly keyErrorMessage: string }, values: object) {
  return ({ reserved, ...options }: MapOptions = {}) =>
    Type.Unsafe<{ readonly [key: string]: string }>({
      ...keys,
      ...options,
      type: 'object',
      additionalProperties: false,
      patternProperties: {
        [keyPattern]: { type: 'string', ...values },
        ...(reserved === undefined ? {} : { [reserved]: false }),
      },
    });
}

const qualifiedName = `^(${addresses.dnsSubdomain}/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$`;

/** Labels, or a label selector: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
export const labels = entries(qualifiedName, keyForm(form("a label's name", 'team', 'example.com/team')), {
  pattern: '^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?$',
  maxLength: 63,
  ...madeOf('letters, digits, -, _ and ., with a letter or digit at both ends', 'platform-team'),
});

export const annotations = entries(
  qualifiedName,
  keyForm(form("an annotation's name", 'owner', 'example.com/owner')),
  {},
);

/** Environment variables: values by name. */
export const environment = entries(
  '^([-_A-Za-z]|[.][-_A-Za-z0-9])[-._A-Za-z0-9]*$',
  keyForm(form("a variable's name of letters, digits, _, - and .,", 'LOG_FORMAT')),
  {},
);

/** A Secret with registry credentials: a reference as in Kubernetes, or just its name, as many charts accept it. */
export const imagePullSecret = (options: TSchemaOptions = {}) =>
  Type.Union([localObjectReference(), dnsSubdomain()], options);

/** A reference to a Secret or ConfigMap of the release's namespace, such as a member of `imagePullSecrets`. */
export const localObjectReference = (options: TSchemaOptions = {}) =>
  Type.Object({ name: dnsSubdomain() }, { ...options, additionalProperties: false });

// ------------------------------------------------------------------------------------------------------ definitions

/** The definitions reachable from a schema's references, for the `definitions` at the root of its document. */
export function kubernetesDefinitions(schema: object): { readonly [name: string]: object } {
  const reached = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('$ref' in part && typeof part.$ref === 'string' && part.$ref.startsWith(pointer)) {
      const name = part.$ref.slice(pointer.length);
      if (!reached.has(name)) {
        reached.add(name);
        visit(definitions[name]);
      }
    }
    Object.values(part).forEach(visit);
  };
  visit(schema);
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => reached.has(name)));
}
