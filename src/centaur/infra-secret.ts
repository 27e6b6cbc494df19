/**
 * The infra Secret must exist before the install. Which container gets which of its keys is data: the manifests, the
 * documentation and the tests are generated from this table. Each key is referenced separately; nothing reads the whole
 * Secret.
 */
import type { k8s } from 'cdk8s-plus-28';
import {
  constant,
  type Expr,
  type Fields,
  type Leaf,
  listOf,
  type Member,
  type Symbolic,
  str,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import type { Declared } from '../secrets/declared-secrets.js';
import type { SecretSource } from '../secrets/source.js';
import type { Values } from './values/index.js';

export type Container = 'api' | 'iron-proxy' | 'slackbot' | 'postgres';

export interface InfraKey {
  readonly key: string;
  readonly readers: readonly Container[];
  /** Only in these modes; in every mode if omitted. */
  readonly modes?: readonly SecretSource[];
  /** Only when a tool declares a database. */
  readonly forDatabases?: true;
  /** It determines where credentials come from, so no variable from the values may override it. */
  readonly guarded?: true;
}

const onePassword: readonly SecretSource[] = ['onepassword-connect', 'onepassword'];

export const infraKeys: readonly InfraKey[] = [
  { key: 'DATABASE_URL', readers: ['api', 'slackbot'] },
  { key: 'SLACKBOT_API_KEY', readers: ['api', 'slackbot'] },
  { key: 'SLACK_SIGNING_SECRET', readers: ['api', 'slackbot'] },
  { key: 'SLACK_BOT_TOKEN', readers: ['slackbot'] },
  { key: 'SANDBOX_SIGNING_KEY', readers: ['api'] },
  { key: 'IRON_MANAGEMENT_API_KEY', readers: ['api', 'iron-proxy'] },
  { key: 'OP_VAULT', readers: ['api', 'iron-proxy'], modes: onePassword, guarded: true },
  { key: 'OP_CONNECT_TOKEN', readers: ['iron-proxy'], modes: ['onepassword-connect'] },
  { key: 'OP_SERVICE_ACCOUNT_TOKEN', readers: ['iron-proxy'], modes: ['onepassword'] },
  { key: 'PG_PROXY_PASSWORD', readers: ['api', 'iron-proxy'], forDatabases: true },
  { key: 'POSTGRES_PASSWORD', readers: ['postgres'] },
];

/** All of them as an expression. */
export const allInfraKeys = valueTemplate(
  'centaur.infraSecret.keys',
  "The keys of the infra Secret that are the services' own.",
  constant(infraKeys.map(({ key }) => key)),
);

/** Keys that fetch credentials: those of iron-proxy's keys that the API does not get. */
export const tokenKeys = infraKeys
  .filter(({ readers }) => readers.includes('iron-proxy') && !readers.includes('api'))
  .map(({ key }) => key);

export const guardedKeys = infraKeys.filter(({ guarded }) => guarded).map(({ key }) => key);

/** An environment variable from one key of the infra Secret; only the key has the prefix, never the variable. */
export function infraVariable(
  values: Values,
  name: Leaf<string>,
  more: Omit<Fields<k8s.SecretKeySelector>, 'name' | 'key'> = {},
): Fields<k8s.EnvVar> {
  const { existingSecretName, envPrefix } = values.secretManager;
  return {
    name,
    valueFrom: { secretKeyRef: { name: existingSecretName, key: str`${envPrefix}${name}`, ...more } },
  };
}

/** How credentials are resolved, and what is declared. */
export interface Modes {
  readonly mode: (source: SecretSource) => Expr<boolean>;
  /** Whether credentials come from 1Password, through Connect or a service account. */
  readonly usesOnePassword: Expr<boolean>;
  /** What tools and harnesses declare. */
  readonly secrets: Declared;
}

/** The keys that a container gets, depending on the mode and the declarations. */
export function infraKeysOf(
  container: Container,
  { mode, secrets, usesOnePassword }: Modes,
): Symbolic<readonly string[]> {
  const members = infraKeys
    .filter(({ readers }) => readers.includes(container))
    .map(({ key, modes, forDatabases }): Member<string> => {
      if (forDatabases) return when(secrets.declaresDatabase, key);
      if (modes === undefined) return key;
      const [only, ...others] = modes;
      if (only === undefined) throw new TypeError(`${key} is read in no mode`);
      return when(others.length === 0 ? mode(only) : usesOnePassword, key);
    });
  return valueTemplate(
    `centaur.${container === 'iron-proxy' ? 'ironProxy' : container}.infraKeys`,
    `The keys of the infra Secret that ${container} gets, and no others.`,
    listOf(members, 'infraKeys'),
  );
}
