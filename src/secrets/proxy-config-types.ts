/** The part of iron-proxy 0.45.0's configuration that is used here. */
export interface ProxyConfig {
  readonly dns: { readonly enabled: boolean };
  readonly proxy: {
    readonly http_listen: string;
    readonly https_listen: string;
    readonly tunnel_listen: string;
    readonly max_request_body_bytes: number;
    readonly upstream_response_header_timeout: string;
    /** Replaces iron-proxy's own list: loopback, and the metadata addresses of AWS and of clouds that use the same. */
    readonly upstream_deny_cidrs: readonly string[];
  };
  readonly tls: { readonly mode: 'mitm'; readonly ca_cert: string; readonly ca_key: string };
  readonly metrics: { readonly listen: string };
  readonly management: { readonly listen: string };
  readonly log: { readonly level: string };
  /** In the order in which they are applied to a request. */
  readonly transforms: readonly Transform[];
  readonly postgres?: Postgres;
}

export type Transform =
  | {
      readonly name: 'allowlist';
      readonly config: {
        readonly domains?: readonly string[];
        readonly cidrs?: readonly string[];
        readonly rules?: readonly Rule[];
      };
    }
  | { readonly name: 'secrets'; readonly config: { readonly secrets: readonly SecretEntry[] } }
  | {
      readonly name: 'gcp_auth';
      readonly config: {
        readonly keyfile: SourceEntry;
        readonly scopes: readonly string[];
        readonly rules: readonly Rule[];
      };
    }
  | { readonly name: 'oauth_token'; readonly config: { readonly tokens: readonly OAuthToken[] } }
  | {
      readonly name: 'aws_auth';
      readonly config: {
        readonly access_key_id: SourceEntry;
        readonly secret_access_key: SourceEntry;
        readonly allowed_services?: readonly string[];
        readonly allowed_regions?: readonly string[];
        readonly rules: readonly Rule[];
      };
    }
  | {
      readonly name: 'header_allowlist';
      readonly config: { readonly headers: readonly string[]; readonly rules?: readonly Rule[] };
    };

/** A host or an address range, and its restrictions. */
export interface Rule {
  readonly host?: string;
  readonly cidr?: string;
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
}

/** `type`, and depending on it `var` or `secret_ref` and `ttl`; `json_key` if the value is a member of JSON. */
export interface SourceEntry {
  readonly [key: string]: string;
}

export interface SecretEntry {
  readonly source: SourceEntry;
  readonly rules: readonly Rule[];
  readonly replace?: {
    readonly proxy_value: string;
    /** Names or /regular expressions/. An empty list means all headers. */
    readonly match_headers: readonly string[];
    readonly match_path?: boolean;
    readonly match_query?: boolean;
    /** Whether a request is refused if nothing in it is replaced. */
    readonly require?: boolean;
  };
  readonly inject?: {
    readonly header?: string;
    readonly query_param?: string;
    readonly formatter?: string;
  };
}

/** In addition, each credential of the grant under its own name, as a source. */
export interface OAuthToken {
  readonly grant: string;
  readonly token_endpoint: string;
  readonly audience?: string;
  readonly scopes?: readonly string[];
  readonly rules: readonly Rule[];
}

export interface Postgres {
  readonly listen: string;
  readonly client: { readonly user: string; readonly password_env: string };
  readonly upstreams: readonly { readonly database: string; readonly dsn: SourceEntry }[];
}
