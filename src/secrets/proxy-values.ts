/** The values that determine which credentials iron-proxy resolves, from where, and what it lets pass. */
import Type, { type Static } from 'typebox';
import { durationPattern } from '../text/duration.js';
import { form } from '../text/form.js';
import { allowedHost, requestHeader } from './declaration-schema.js';
import { cidrPattern } from './host.js';
import { secretSourceNames, secretSources } from './source.js';

export { toolsSchema } from './declaration-schema.js';
export { harnessesSchema } from './harness.js';

/** A positive duration in Go's notation. */
const duration = (value: string, description: string) =>
  Type.String({
    default: value,
    pattern: durationPattern,
    ...form('a duration', '10m', '1h30m'),
    description,
  });

const sourceLines = secretSourceNames.map((source) => `${source}: ${secretSources[source].summary}`);

/** Keys of `ironProxy` that this part of the project uses. */
export const proxyKeys = {
  secretSource: Type.Enum(secretSourceNames, {
    default: 'onepassword',
    description: `Where iron-proxy takes credentials from. ${sourceLines.join('. ')}.`,
  }),
  secretTtl: duration(
    '10m',
    'How long iron-proxy keeps a credential before it asks 1Password again: hours, minutes, seconds or milliseconds, such as 10m or 1h30m.',
  ),
  allowedHosts: Type.Array(allowedHost, {
    default: [],
    description:
      'Hosts that may be reached in addition to those that declared secrets name: names, *.example.com, addresses or CIDR ranges. Not the release\'s own Connect or iron-proxy. ["*"] opens the proxy.',
  }),
  headerAllowlist: Type.Object(
    {
      enabled: Type.Boolean({ default: true, description: 'Strip all other request headers.' }),
      extra: Type.Array(requestHeader, {
        default: [],
        description: 'Additional headers that pass: names, or /regular expressions/.',
      }),
    },
    {
      additionalProperties: false,
      description:
        'The request headers that pass: content, conditional and websocket headers, those of the model vendors, and those that declared secrets use.',
    },
  ),
  upstreamDenyCidrs: Type.Array(
    Type.String({ pattern: cidrPattern, ...form('a CIDR range in lower case', '10.0.0.0/8', 'fd00::/8') }),
    {
      default: [],
      description:
        "Address ranges that iron-proxy never connects to, such as the cluster's own, besides loopback and the addresses at which clouds serve credentials. It holds for requests, but not for databases and token endpoints.",
    },
  ),
  maxRequestBodyBytes: Type.Integer({
    default: 10485760,
    minimum: 1,
    maximum: 2 ** 40,
    description: 'Maximum size of a request body, in bytes.',
  }),
  upstreamResponseHeaderTimeout: duration(
    '5m',
    'How long an upstream may take to begin its response. Models can take minutes.',
  ),
  logLevel: Type.Enum(['debug', 'info', 'warn', 'error'], {
    default: 'info',
    description: 'Log level.',
  }),
};

const proxyValues = Type.Object(proxyKeys);
export type ProxyValues = Static<typeof proxyValues>;
