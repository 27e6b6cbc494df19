import { eq, ne, type Symbolic } from '../helm/authoring.js';
import { declared } from '../secrets/declared-secrets.js';
import type { SecretSource } from '../secrets/source.js';
import { type ConnectServer, connectServerOf } from './connect-server.js';
import { infraKeysOf, type Modes } from './infra-secret.js';
import { type Names, namesOf } from './names.js';
import type { Values } from './values/index.js';

/** What all components are built from. Each named template is created here, once. */
export interface Platform extends Modes {
  readonly values: Values;
  readonly names: Names;
  readonly connectServer: ConnectServer;
  /** The keys of the infra Secret that each container gets. */
  readonly infraKeys: { readonly [container in 'api' | 'iron-proxy']: Symbolic<readonly string[]> };
}

export function platformOf(values: Values): Platform {
  const modes: Modes = {
    mode: (source: SecretSource) => eq(values.ironProxy.secretSource, source),
    usesOnePassword: ne(values.ironProxy.secretSource, 'env'),
    secrets: declared(values),
  };
  return {
    ...modes,
    values,
    names: namesOf(values),
    connectServer: connectServerOf(values),
    infraKeys: { api: infraKeysOf('api', modes), 'iron-proxy': infraKeysOf('iron-proxy', modes) },
  };
}
