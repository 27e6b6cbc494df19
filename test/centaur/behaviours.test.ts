import { describe, expect, it } from 'vitest';
import { infraKeys } from '../../src/centaur/infra-secret.js';
import { page } from './page.js';
import { Reader, refusal, render } from './release.js';

const envMode = 'ironProxy: {secretSource: env}\n';
const modes = { 'onepassword-connect': page.connect, onepassword: page.serviceAccount, env: envMode };
const api = 'centaur-centaur-api';
const proxy = 'centaur-centaur-iron-proxy';

const database = `
tools:
  ledger:
    secrets:
      - {type: pg_dsn, name: LEDGER_DSN, database: ledger}
`;

describe.each(Object.entries(modes))('in the mode %s', (mode, values) => {
  const text = JSON.stringify(render(values).objects);

  it('the API never sees a token of 1Password', () => {
    const { env } = render(values).get('Deployment', api).container('api');
    expect(Object.keys(env)).not.toContain('OP_CONNECT_TOKEN');
    expect(Object.keys(env)).not.toContain('OP_SERVICE_ACCOUNT_TOKEN');
    expect(Object.values(env).filter((value) => /_TOKEN$/.test(value))).toEqual([]);
  });

  it('the API sees no credential of a tool or harness', () => {
    const { env } = render(values + (values.includes('tools:') ? '' : database))
      .get('Deployment', api)
      .container('api');
    expect(Object.values(env).filter((value) => /OPENAI_API_KEY|LEDGER_DSN/.test(value))).toEqual([]);
  });

  it('every container gets exactly the keys of its row of the infra Secret', () => {
    for (const [declared, extra] of [
      [false, ''],
      [true, database],
    ] as const) {
      const { get } = render(values + extra);
      for (const [container, deployment] of [
        ['api', api],
        ['iron-proxy', proxy],
      ] as const) {
        const keys = infraKeys
          .filter(({ readers }) => readers.includes(container))
          .filter(({ modes: only }) => only === undefined || only.some((name) => name === mode))
          .filter(({ forDatabases }) => declared || !forDatabases)
          .map(({ key }) => key);
        const credentials =
          mode === 'env' && container === 'iron-proxy'
            ? ['OPENAI_API_KEY', ...(declared ? ['LEDGER_DSN'] : [])]
            : [];
        const { env } = get('Deployment', deployment).container(container);
        const referred = Object.values(env)
          .filter((value) => value.startsWith('centaur-infra-env/'))
          .map((value) => value.replace('centaur-infra-env/', ''));
        expect(referred.sort()).toEqual([...keys, ...credentials].sort());
      }
    }
  });

  it('nothing reads a whole Secret', () => {
    expect(text).not.toContain('envFrom');
  });

  it('the API is told the mode under both names', () => {
    const { env } = render(values).get('Deployment', api).container('api');
    expect(env.FIREWALL_MANAGER_SECRET_SOURCE).toBe(mode);
    expect(env.KUBERNETES_FIREWALL_MANAGER_SECRET_SOURCE).toBe(mode);
  });

  it('the key of the CA is mounted only in iron-proxy', () => {
    const mounting = render(values).objects.filter((object) =>
      JSON.stringify(object).includes('centaur-firewall-ca-key"'),
    );
    const names = mounting
      .filter((object) => object.kind === 'Deployment')
      .map((object) => JSON.stringify(object.metadata));
    // The API is given the Secret's name, as the value of a variable.
    expect(
      render(values)
        .get('Deployment', api)
        .pod.list('volumes')
        .map((volume) => volume.at('secret', 'secretName')),
    ).toEqual(['centaur-firewall-ca', undefined]);
    expect(names).toHaveLength(2);
  });

  it('every pod opts out of service links and of tokens that it does not need', () => {
    for (const name of [api, proxy]) {
      expect(render(values).get('Deployment', name).pod.at('enableServiceLinks')).toBe(false);
    }
    expect(render(values).get('Deployment', proxy).pod.at('automountServiceAccountToken')).toBe(false);
  });
});

it('no tool gets the key of the CA, regardless of the names of its Secret and the prefix of keys', () => {
  const shared = `
secretManager: {envPrefix: ca-, existingSecretName: shared}
firewall: {existingCaKeySecretName: shared}
tools: {a: {secrets: [{type: http, name: KEY, secret_ref: key.pem, match_headers: [X], hosts: [a.example.com]}]}}
`;
  expect(refusal(envMode + shared)).toContain('key.pem belongs to the services themselves');
});

it('iron-proxy checks the certificates of databases if some are declared', () => {
  const sslMode = (values: string) =>
    render(values).get('Deployment', proxy).container('iron-proxy').env.PGSSLMODE;
  expect(sslMode(envMode)).toBeUndefined();
  expect(sslMode(envMode + database)).toBe('verify-full');
});

describe('Connect', () => {
  const toConnect = (values: string) =>
    render(values)
      .get('NetworkPolicy', `${proxy}`)
      .list('spec', 'egress')
      .filter((rule) => JSON.stringify(rule.value).includes('"connect"'));

  it('is reached by iron-proxy in its mode, and in no other', () => {
    expect(toConnect(page.connect)).toHaveLength(1);
    expect(toConnect(page.connect)[0]?.at('ports', 0, 'port')).toBe(8080);
    expect(toConnect(page.serviceAccount)).toEqual([]);
    expect(toConnect(envMode)).toEqual([]);
  });

  it('is deployed only on request', () => {
    expect(render(page.connect).find('Deployment', 'onepassword-connect')).toBeDefined();
    expect(render(page.serviceAccount).find('Deployment', 'onepassword-connect')).toBeUndefined();
  });

  it('is found by the label of the page', () => {
    const labels = render(page.connect)
      .get('Deployment', 'onepassword-connect')
      .at('spec', 'template', 'metadata', 'labels');
    expect(labels).toMatchObject({
      'app.kubernetes.io/name': 'connect',
      'app.kubernetes.io/component': 'connect',
      app: 'onepassword-connect',
    });
  });

  it('that exists already is used at its URL, and its port is open', () => {
    const at = (url: string) =>
      render(
        `ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {url: "${url}"}}\n`,
      );
    const ports = (url: string) =>
      at(url)
        .get('NetworkPolicy', proxy)
        .list('spec', 'egress')
        .map((rule) => rule.list('ports').map((port) => port.at('port')));
    expect(
      at('http://connect.tools:8123').get('Deployment', proxy).container('iron-proxy').env.OP_CONNECT_HOST,
    ).toBe('http://connect.tools:8123');
    expect(ports('http://connect.tools:8123')).toContainEqual([8123]);
    expect(ports('https://connect.example.com/connect')).toContainEqual([443]);
    expect(ports('http://connect.example.com')).toContainEqual([80]);
  });
});

describe('network policies', () => {
  it.each(
    Object.entries(modes),
  )('name the peers of every rule in the mode %s: a rule without any would allow all', (_, values) => {
    const policies = render(values).objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.length).toBeGreaterThan(4);
    for (const policy of policies.map((object) => new Reader(object))) {
      for (const [rules, peers] of [
        ['ingress', 'from'],
        ['egress', 'to'],
      ] as const) {
        for (const rule of policy.list('spec', rules)) {
          expect(rule.list(peers).length, JSON.stringify(policy.at('metadata', 'name'))).toBeGreaterThan(0);
          expect(rule.list('ports').length).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe("sandboxes' variables", () => {
  it('may contain the placeholder of a credential, and anything that is not a credential', () => {
    expect(refusal('sandbox: {extraEnv: {OPENAI_API_KEY: OPENAI_API_KEY, PORT: "80"}}')).toBe('');
    const replacer =
      'tools: {t: {secrets: [{type: http, name: K, replacer: k-0, match_query: true, hosts: [a.example.com]}]}}';
    expect(refusal(`${replacer}\nsandbox: {extraEnv: {K: k-0}}`)).toBe('');
    expect(refusal(`${replacer}\nsandbox: {extraEnv: {K: K}}`)).toContain('write its placeholder, k-0');
  });

  it('may contain the address of a declared database', () => {
    expect(
      refusal(`${database}sandbox: {extraEnv: {LEDGER_DSN: "postgresql://app_user@proxy/ledger"}}`),
    ).toBe('');
  });
});

describe('refused', () => {
  it.each([
    ['a typo in secretSource', 'ironProxy: {secretSource: onepasword}', 'onepassword'],
    ['Connect mode without a server', 'ironProxy: {secretSource: onepassword-connect}', 'create'],
    [
      'two Connect servers',
      'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {create: true, url: "http://c:8080"}}',
      'both set',
    ],
    [
      'a Connect server that nothing uses',
      'onepasswordConnect: {connect: {create: true}}',
      'nothing would use',
    ],
    [
      'a URL of Connect whose port no policy can name',
      'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {url: "http://c:65536"}}',
      'onepasswordConnect.connect.url',
    ],
    [
      'half a CA',
      'firewall: {ca: {certPem: "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----"}}',
      'set both',
    ],
    ['one port twice', 'ironProxy: {service: {proxyPort: 9090}}', 'twice on a port'],
    ['a port that the proxy itself uses', 'ironProxy: {service: {proxyPort: 8443}}', 'inside its pod'],
    [
      'a volume that would show the API the infra Secret',
      'api: {extraVolumes: [{name: s, secret: {secretName: centaur-infra-env}}]}',
      'must not read',
    ],
    [
      "a projected volume that would show the API Connect's credentials",
      'api: {extraVolumes: [{name: s, projected: {sources: [{secret: {name: centaur-onepassword-connect-credentials}}]}}]}',
      'must not read',
    ],
    [
      'a volume whose driver is handed the infra Secret',
      'api: {extraVolumes: [{name: s, csi: {driver: d.example.com, nodePublishSecretRef: {name: centaur-infra-env}}}]}',
      'must not read',
    ],
    [
      "the CA's key in the Secret that clients mount",
      'firewall: {existingCaSecretName: ca, existingCaKeySecretName: ca}',
      'ca-cert.pem into a Secret of its own',
    ],
    [
      'sandboxes made of the infra Secret',
      'secrets: {bootstrapSecretName: centaur-infra-env}',
      'secrets.bootstrapSecretName',
    ],
    [
      'a CA that would be written into the infra Secret',
      'firewall: {ca: {certPem: "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----", keyPem: "-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----"}, existingCaKeySecretName: centaur-infra-env}',
      'must exist before the installation',
    ],
    [
      "a token of 1Password in the API's variables",
      'api: {extraEnv: {OP_CONNECT_TOKEN: x}}',
      'remove it here',
    ],
    [
      "a token of 1Password in sandboxes' variables",
      'sandbox: {extraEnv: {OP_SERVICE_ACCOUNT_TOKEN: x}}',
      'remove it here',
    ],
    [
      "a credential in sandboxes' variables",
      'sandbox: {extraEnv: {OPENAI_API_KEY: sk-123}}',
      'write its placeholder, OPENAI_API_KEY',
    ],
    [
      "a credential in the API's variables",
      'api: {extraEnv: {OPENAI_API_KEY: sk-123}}',
      'write its placeholder, OPENAI_API_KEY',
    ],
    ...[api, `${api}.centaur-system.svc`, '*.cluster.local', '10-1-2-3.*.cluster.local'].map((host) => [
      `a credential that is sent to the API as ${host}`,
      `tools: {t: {secrets: [{type: http, name: K, match_query: true, hosts: ["${host}"]}]}}`,
      'the API itself',
    ]),
    ...['10-1-2-3.ns.pod.cluster.local', '*.pod.cluster.local', '10-1-2-3.ns.pod'].map((host) => [
      `a credential that is sent to a pod by its address as ${host}`,
      `tools: {t: {secrets: [{type: http, name: K, match_query: true, hosts: ["${host}"]}]}}`,
      'where every address has a name, also that of the API',
    ]),
    [
      'a Connect server of the same name as the API',
      `onepasswordConnect: {connect: {applicationName: ${api}}}`,
      'choose another name',
    ],
    [
      'every address for the API server, link-local ones too',
      'networkPolicy: {apiServerCidrs: [0.0.0.0/0]}',
      'leave the list empty',
    ],
    ['a name that no Service may have', 'fullnameOverride: 1password', 'begin with a letter'],
    ['a pod label that selectors use', 'api: {podLabels: {app.kubernetes.io/name: x}}', 'podLabels'],
  ])('%s', (_, values, message) => {
    expect(refusal(values)).toContain(message);
  });
});

describe('names', () => {
  it("never shorten a release name that contains the chart's", () => {
    expect(
      render('', { release: { name: 'centaur', namespace: 'n' } }).find('Deployment', api),
    ).toBeDefined();
  });

  it('stay within 63 characters and apart from each other for a long release name', () => {
    const names = render('', { release: { name: 'a'.repeat(53), namespace: 'n' } })
      .objects.filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata }) => (metadata as { name: string }).name);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => name.length <= 63 && !name.endsWith('-'))).toBe(true);
  });
});

describe("the API's environment", () => {
  it("has the values of api.extraEnv instead of the chart's, once", () => {
    const env = render('api: {extraEnv: {DATABASE_URL: mine, CENTAUR_LOG_LEVEL: TRACE}}')
      .get('Deployment', api)
      .container('api')
      .list('env');
    const named = (name: string) =>
      env.filter((variable) => variable.at('name') === name).map((variable) => variable.value);
    expect(named('DATABASE_URL')).toEqual([{ name: 'DATABASE_URL', value: 'mine' }]);
    expect(named('CENTAUR_LOG_LEVEL')).toEqual([{ name: 'CENTAUR_LOG_LEVEL', value: 'TRACE' }]);
  });

  it("has the prefix in the Secret's key, and not in the variable's name", () => {
    const { env } = render('secretManager: {envPrefix: PROD_}').get('Deployment', api).container('api');
    expect(env.DATABASE_URL).toBe('centaur-infra-env/PROD_DATABASE_URL');
  });
});
