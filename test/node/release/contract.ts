/**
 * What a release gives to whom, in the words of the contract: repeated here so that the chart's own tables are checked.
 */
import type { SecretSource } from '../../../src/secrets/source.js';

/** The long-running containers of a release. */
export type Container = 'api' | 'iron-proxy' | 'connect-api' | 'connect-sync';

/** For the infra Secret: in which modes a container gets a key, `databases` if only with a declared database. */
type Given = readonly SecretSource[] | 'every mode' | 'databases' | 'never';

const both1Password: Given = ['onepassword-connect', 'onepassword'];

/** Key by key, with what the API and iron-proxy get. Connect gets none. */
export const infraTable: readonly (readonly [key: string, api: Given, ironProxy: Given])[] = [
  ['DATABASE_URL', 'every mode', 'never'],
  ['SLACKBOT_API_KEY', 'every mode', 'never'],
  ['SLACK_SIGNING_SECRET', 'every mode', 'never'],
  ['SLACK_BOT_TOKEN', 'never', 'never'],
  ['SANDBOX_SIGNING_KEY', 'every mode', 'never'],
  ['IRON_MANAGEMENT_API_KEY', 'every mode', 'every mode'],
  ['OP_VAULT', both1Password, both1Password],
  ['OP_CONNECT_TOKEN', 'never', ['onepassword-connect']],
  ['OP_SERVICE_ACCOUNT_TOKEN', 'never', ['onepassword']],
  ['PG_PROXY_PASSWORD', 'databases', 'databases'],
  ['POSTGRES_PASSWORD', 'never', 'never'],
];

/** The parts of a release's values that determine who gets what. */
export interface Asked {
  readonly mode: SecretSource;
  /** The credentials that tools and harnesses declare. */
  readonly credentials: readonly string[];
  /** Whether one of them is a database's. */
  readonly databases: boolean;
}

/** The keys of the infra Secret that a container gets, and no others. */
export function keysOf(container: Container, { mode, credentials, databases }: Asked): readonly string[] {
  if (container !== 'api' && container !== 'iron-proxy') return [];
  const gets = (given: Given) =>
    given === 'every mode' || (given === 'databases' && databases) || given.includes(mode);
  const keys = infraTable
    .filter(([, api, ironProxy]) => gets(container === 'api' ? api : ironProxy))
    .map(([key]) => key);
  return container === 'iron-proxy' && mode === 'env' ? [...keys, ...credentials] : keys;
}

/** Mounts from Secrets, ConfigMaps and by Kubernetes, and the file in memory that the init container writes. */
export const filesOf: { readonly [container in Container]: readonly string[] } = {
  api: [
    '/firewall-certs/ca-cert.pem',
    '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
  ],
  'iron-proxy': [
    '/etc/iron-proxy-ca/ca-cert.pem',
    '/etc/iron-proxy-ca/ca-key.pem',
    '/run/iron-proxy/iron-proxy.yaml',
    '/run/iron-proxy/resolv.conf',
  ],
  'connect-api': ['/home/opuser/.op/1password-credentials.json'],
  'connect-sync': ['/home/opuser/.op/1password-credentials.json'],
};

/** The init containers: their keys of the infra Secret in the 1Password modes, and their mounts. */
export const initContainers: {
  readonly [component in 'api' | 'iron-proxy' | 'connect']: {
    readonly [container: string]: { readonly keys: readonly string[]; readonly mounts: readonly string[] };
  };
} = {
  api: { ca: { keys: [], mounts: ['/firewall-certs', '/var/run/secrets/kubernetes.io/serviceaccount'] } },
  'iron-proxy': {
    config: { keys: ['OP_VAULT'], mounts: ['/etc/iron-proxy', '/run/iron-proxy'] },
    ca: { keys: [], mounts: ['/etc/iron-proxy-ca'] },
  },
  connect: { credentials: { keys: [], mounts: ['/home/opuser/.op/1password-credentials.json'] } },
};

/** The rights of a ServiceAccount, by resource. */
export type Rights = { readonly [resource: string]: readonly string[] };

/** The rights of the API in its namespace. */
export const rightsOfTheApi: Rights = {
  pods: ['create', 'delete', 'get', 'list', 'watch'],
  services: ['create', 'delete', 'get', 'list', 'watch'],
  'pods/attach': ['create', 'get'],
  'pods/exec': ['create', 'get'],
  'pods/log': ['get'],
  secrets: ['create', 'delete', 'get'],
  configmaps: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  'deployments.apps': ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  'networkpolicies.networking.k8s.io': ['create', 'delete', 'get', 'list', 'watch'],
};

/** Its rights in `api.egressDiscovery.namespace`. */
export const rightsOfDiscovery: Rights = { services: ['list'] };

/** What Kubernetes allows every authenticated user: to ask what they may do. */
export const rightsOfEverybody: Rights = {
  'selfsubjectreviews.authentication.k8s.io': ['create'],
  'selfsubjectaccessreviews.authorization.k8s.io': ['create'],
  'selfsubjectrulesreviews.authorization.k8s.io': ['create'],
};
