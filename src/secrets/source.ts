/** Where iron-proxy gets real credentials from: the modes that `ironProxy.secretSource` chooses among. */

/** A key of the infra Secret that a source needs in iron-proxy's environment. */
export type SourceKey = 'OP_VAULT' | 'OP_CONNECT_TOKEN' | 'OP_SERVICE_ACCOUNT_TOKEN';

export interface Source {
  /** iron-proxy's own name for the source. */
  readonly type: '1password_connect' | '1password' | 'env';
  /**
   * What iron-proxy needs in its environment to resolve a reference, in addition to the credentials of the mode `env`.
   */
  readonly keys: readonly SourceKey[];
  /** Whether each look-up counts against 1Password's limits for service accounts. */
  readonly limited: boolean;
  readonly summary: string;
}

export const secretSourceNames = ['onepassword-connect', 'onepassword', 'env'] as const;

export type SecretSource = (typeof secretSourceNames)[number];

export const secretSources: { readonly [source in SecretSource]: Source } = {
  'onepassword-connect': {
    type: '1password_connect',
    keys: ['OP_VAULT', 'OP_CONNECT_TOKEN'],
    limited: false,
    summary: 'items of the vault OP_VAULT, through a 1Password Connect server (production)',
  },
  onepassword: {
    type: '1password',
    keys: ['OP_VAULT', 'OP_SERVICE_ACCOUNT_TOKEN'],
    limited: true,
    summary: 'the same items, with a service-account token (local or low volume: 1Password limits the rate)',
  },
  env: {
    type: 'env',
    keys: [],
    limited: false,
    summary: 'keys of the infra Secret (development and CI)',
  },
};

/** The field of an item that holds its value, if a reference does not name another. */
export const defaultField = 'credential';
