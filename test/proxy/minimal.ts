import { stringify } from 'yaml';
import type { ProxyContainer } from './container.js';
import { infraSecret } from './declared.js';

/** One entry of the config's `secrets`, or of `transforms`. */
type Entry = Readonly<Record<string, unknown>>;

/** What a test's config adds to the minimum that a proxy starts with. */
export interface Additions {
  readonly secrets?: readonly Entry[];
  /** Transforms after `allowlist` and `secrets`. */
  readonly transforms?: readonly Entry[];
  /** Allowed hosts; all if omitted. */
  readonly domains?: readonly string[];
  /** Top-level keys, which override those of the minimal config. */
  readonly config?: Entry;
  readonly env?: Readonly<Record<string, string>>;
}

/** The minimal container that a proxy starts from, with a test's own secrets in it. */
export function minimalContainer(additions: Additions = {}): ProxyContainer {
  return {
    configYaml: stringify(minimalConfig(additions)),
    args: ['-config', '/etc/iron-proxy/config.yaml'],
    env: {
      IRON_MANAGEMENT_API_KEY: infraSecret.IRON_MANAGEMENT_API_KEY,
      PG_PROXY_PASSWORD: infraSecret.PG_PROXY_PASSWORD,
      ...additions.env,
    },
  };
}

/** Where it listens for sandboxes. */
export const minimalListeners = { http_listen: ':8081', https_listen: ':8443', tunnel_listen: ':8080' };

/** Its config, as data. */
export function minimalConfig({ secrets, transforms = [], domains = ['*'], config }: Additions = {}): Entry {
  return {
    dns: { enabled: false },
    proxy: minimalListeners,
    tls: { mode: 'mitm', ca_cert: '/firewall-certs/ca-cert.pem', ca_key: '/firewall-certs/ca-key.pem' },
    metrics: { listen: ':9090' },
    management: { listen: ':9092' },
    transforms: [
      { name: 'allowlist', config: { domains } },
      ...(secrets ? [{ name: 'secrets', config: { secrets } }] : []),
      ...transforms,
    ],
    ...config,
  };
}

/** A secret that is injected into one header of one host. */
export function replaced(source: Entry, host: string, placeholder: string, more: Entry = {}): Entry {
  return {
    source,
    rules: [{ host }],
    replace: { proxy_value: placeholder, match_headers: ['Authorization'], ...more },
  };
}
