import type { BrokenRules } from '../law/rules.js';

/** A PEM block as a YAML string. */
const block = (label: string) => `-----BEGIN ${label}-----\\nAA==\\n-----END ${label}-----\\n`;
const ca = (certPem: string, keyPem: string) =>
  `firewall: {ca: {certPem: "${certPem}", keyPem: "${keyPem}"}}`;
const certificate = `certPem: "${block('CERTIFICATE')}"`;
const key = `keyPem: "${block('PRIVATE KEY')}"`;

const proxyPort = (name: string, port: number) => `ironProxy: {service: {${name}: ${port}}}`;
const connectPort = (server: string, port: number) =>
  `onepasswordConnect: {connect: {${server}: {httpPort: ${port}}}}`;
const volume = (source: string) => `api: {extraVolumes: [{name: extra, ${source}}]}`;

const spread = (whenUnsatisfiable: string, more = 'maxSkew: 1') =>
  `{topologyKey: zone, whenUnsatisfiable: ${whenUnsatisfiable}, ${more}}`;

/** Two tools, each of which declares one secret. */
const tools = (...secrets: readonly string[]) =>
  ['tools:', ...secrets.map((secret, index) => `  tool-${index}: {secrets: [{${secret}}]}`)].join('\n');
const http = (name: string, ...more: readonly string[]) =>
  ['type: http', `name: ${name}`, 'match_headers: [Authorization]', ...more].join(', ');
const host = 'hosts: [a.example.com]';

/** A tool whose secrets have so many hosts each that a short document makes a configuration of more than a mebibyte. */
const manyPlaces = () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(100 + index));
  const hosts = numbers(50).map((number) => `h${number}${'.long-label'.repeat(22)}`);
  const secrets = numbers(100).map((number) => `{${http(`KEY_${number}`)}}`);
  return `tools: {large: {hosts: [${hosts.join(', ')}], secrets: [${secrets.join(', ')}]}}`;
};

/** A document for each rule of the chart. */
export const brokenRules: BrokenRules = [
  ['fullnameOverride: Services would be called', 'fullnameOverride: 1st'],
  [
    'onepasswordConnect.connect.applicationName: … is the name of a Service',
    'onepasswordConnect: {connect: {applicationName: 1password}}',
  ],
  [
    'onepasswordConnect.connect.applicationName: another Deployment and Service',
    'fullnameOverride: own\nonepasswordConnect: {connect: {applicationName: own-api}}',
  ],

  [
    'onepasswordConnect.connect.url: iron-proxy would send the token',
    'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {url: "http://law-release-centaur-api:8000"}}',
  ],
  [
    'ironProxy.allowedHosts: … would lead sandboxes to',
    'ironProxy: {allowedHosts: [a.example.com, law-release-centaur-iron-proxy]}',
  ],
  ['tools.….hosts: … would lead sandboxes to', 'tools: {open: {hosts: [law-release-centaur-iron-proxy]}}'],
  ['api.extraVolumes: the Secret … holds', volume('secret: {secretName: centaur-infra-env}')],
  [
    'api.extraVolumes: the Secret … holds',
    volume('projected: {sources: [{secret: {name: centaur-firewall-ca-key}}]}'),
  ],
  [
    'api.extraVolumes: the Secret … holds',
    volume('csi: {driver: csi.example.com, nodePublishSecretRef: {name: centaur-infra-env}}'),
  ],
  [
    'api.extraVolumes: the Secret … holds',
    volume('csi: {driver: csi.example.com, volumeAttributes: {secretName: sh.helm.release.v1.centaur.v1}}'),
  ],
  [
    'ironProxy.extraVolumes: the Secret … holds',
    'ironProxy: {extraVolumes: [{name: extra, secret: {secretName: centaur-onepassword-connect-credentials}}]}',
  ],
  [
    'onepasswordConnect.connect.extraVolumes: the Secret … holds',
    'onepasswordConnect: {connect: {extraVolumes: [{name: extra, secret: {secretName: centaur-firewall-ca-key}}]}}',
  ],
  ['global.imagePullSecrets: ', 'global: {imagePullSecrets: [{name: registry}, {name: centaur-infra-env}]}'],
  ['firewall.existingCaSecretName: ', 'firewall: {existingCaSecretName: centaur-firewall-ca-key}'],
  [
    'secrets.bootstrapSecretName: ',
    'secrets: {bootstrapSecretName: centaur-onepassword-connect-credentials}',
  ],
  ['secrets.bootstrapSecretName: ', 'secrets: {bootstrapSecretName: law-release-centaur-api-token-x7k2p}'],
  [
    'secretManager.existingSecretName: ',
    'secretManager: {existingSecretName: sh.helm.release.v1.law-release.v1}',
  ],
  [
    'onepasswordConnect.connect.credentialsName: ',
    'onepasswordConnect: {connect: {credentialsName: sh.helm.release.v1.law-release.v1}}',
  ],
  [
    'firewall.existingCaKeySecretName: the Secret … belongs',
    'firewall: {existingCaKeySecretName: law-release-centaur-api-token-x7k2p}',
  ],
  [
    'firewall.existingCaKeySecretName: the chart makes',
    `firewall: {existingCaKeySecretName: centaur-infra-env, ca: {${certificate}, ${key}}}`,
  ],
  [
    'onepasswordConnect.connect.credentialsKey: ',
    'secretManager: {envPrefix: PROD_}\nonepasswordConnect: {connect: {credentialsKey: PROD_DATABASE_URL}}',
  ],
  ['api.extraEnv: … decides', 'api: {extraEnv: {KUBERNETES_BOOTSTRAP_SECRET_NAME: centaur-infra-env}}'],
  ['api.extraEnv: … decides', 'api: {extraEnv: {OP_VAULT: Private}}'],
  ['api.extraEnv: … fetches credentials', 'api: {extraEnv: {OP_CONNECT_TOKEN: t}}'],
  ['api.extraEnv: … is a credential', 'api: {extraEnv: {OPENAI_API_KEY: sk-1}}'],
  ['sandbox.extraEnv: … fetches credentials', 'sandbox: {extraEnv: {PROD_OP_SERVICE_ACCOUNT_TOKEN: t}}'],
  ['sandbox.extraEnv: … is a credential', 'sandbox: {extraEnv: {OPENAI_API_KEY: sk-1}}'],
  ['sandbox.extraEnv: … is a credential', 'sandbox: {extraEnv: {ANTHROPIC_API_KEY: sk-1}}'],
  [
    'sandbox.extraEnv: … is a credential',
    `secretManager: {envPrefix: PROD_}\nsandbox: {extraEnv: {PROD_LEDGER_DSN: "postgres://app_user@db/ledger?password=x"}}\n${tools('type: pg_dsn, name: LEDGER, secret_ref: LEDGER_DSN, database: ledger')}`,
  ],
  [
    'ironProxy.extraVolumeMounts: ',
    'ironProxy: {extraVolumes: [{name: extra, emptyDir: {}}], extraVolumeMounts: [{name: extra, mountPath: /extra, subPathExpr: $(OP_CONNECT_TOKEN)}]}',
  ],

  [
    'onepasswordConnect.connect: the mode onepassword-connect needs a Connect server',
    'ironProxy: {secretSource: onepassword-connect}',
  ],
  [
    'onepasswordConnect.connect: create and url are both set',
    'ironProxy: {secretSource: onepassword-connect}\nonepasswordConnect: {connect: {create: true, url: "http://connect"}}',
  ],
  [
    'onepasswordConnect.connect.create: nothing would use this Connect server',
    'onepasswordConnect: {connect: {create: true}}',
  ],

  [
    'onepasswordConnect.connect.url: iron-proxy adds the path of the API',
    'onepasswordConnect: {connect: {url: "https://connect.example.com/"}}',
  ],

  ['firewall.ca.keyPem: the certificate is set without its key', `firewall: {ca: {${certificate}}}`],
  ['firewall.ca.certPem: the key is set without its certificate', `firewall: {ca: {${key}}}`],
  [
    'firewall.ca.certPem: holds a private key',
    ca(block('CERTIFICATE') + block('PRIVATE KEY'), block('PRIVATE KEY')),
  ],
  ['firewall.ca.certPem: must be certificates', ca(block('X509 CRL'), block('PRIVATE KEY'))],
  [
    'firewall.ca.keyPem: holds a certificate',
    ca(block('CERTIFICATE'), block('EC PRIVATE KEY') + block('CERTIFICATE')),
  ],
  ['firewall.ca.keyPem: is encrypted', ca(block('CERTIFICATE'), block('ENCRYPTED PRIVATE KEY'))],
  ['firewall.ca.keyPem: must be one private key', ca(block('CERTIFICATE'), block('OPENSSH PRIVATE KEY'))],

  ['ironProxy.service: proxyPort and managementPort are both', proxyPort('managementPort', 8080)],
  ['ironProxy.service: proxyPort and healthPort are both', proxyPort('healthPort', 8080)],
  ['ironProxy.service: managementPort and healthPort are both', proxyPort('healthPort', 9092)],
  ['ironProxy.service.proxyPort: … lies in the range', proxyPort('proxyPort', 5432)],
  ['ironProxy.service.managementPort: … lies in the range', proxyPort('managementPort', 5450)],
  ['ironProxy.service.healthPort: … lies in the range', proxyPort('healthPort', 5471)],
  ['ironProxy.service.proxyPort: iron-proxy itself uses port 8081', proxyPort('proxyPort', 8081)],
  ['ironProxy.service.proxyPort: iron-proxy itself uses port 8443', proxyPort('proxyPort', 8443)],
  ['ironProxy.service.managementPort: iron-proxy itself uses port 8081', proxyPort('managementPort', 8081)],
  ['ironProxy.service.managementPort: iron-proxy itself uses port 8443', proxyPort('managementPort', 8443)],
  ['ironProxy.service.healthPort: iron-proxy itself uses port 8081', proxyPort('healthPort', 8081)],
  ['ironProxy.service.healthPort: iron-proxy itself uses port 8443', proxyPort('healthPort', 8443)],
  ['ironProxy.service.pgPortRangeEnd: ', proxyPort('pgPortRangeEnd', 5431)],
  ['onepasswordConnect.connect: api.httpPort and sync.httpPort are both', connectPort('sync', 8080)],
  [
    "onepasswordConnect.connect.api.httpPort: Connect's servers talk to each other on port 11220",
    connectPort('api', 11220),
  ],
  [
    "onepasswordConnect.connect.api.httpPort: Connect's servers talk to each other on port 11221",
    connectPort('api', 11221),
  ],
  [
    "onepasswordConnect.connect.sync.httpPort: Connect's servers talk to each other on port 11220",
    connectPort('sync', 11220),
  ],
  [
    "onepasswordConnect.connect.sync.httpPort: Connect's servers talk to each other on port 11221",
    connectPort('sync', 11221),
  ],

  ['api.autoscaling.maxReplicas: ', 'api: {autoscaling: {enabled: true, minReplicas: 6}}'],
  ['ironProxy.autoscaling.maxReplicas: ', 'ironProxy: {autoscaling: {enabled: true, minReplicas: 6}}'],
  [
    'onepasswordConnect.connect.autoscaling.maxReplicas: ',
    'onepasswordConnect: {connect: {autoscaling: {enabled: true, minReplicas: 6}}}',
  ],
  ['api.dnsConfig.nameservers: ', 'api: {dnsPolicy: None, dnsConfig: {searches: [a.example]}}'],
  ['ironProxy.dnsConfig.nameservers: ', 'ironProxy: {dnsPolicy: None}'],
  ['onepasswordConnect.connect.dnsConfig.nameservers: ', 'onepasswordConnect: {connect: {dnsPolicy: None}}'],

  ['…: the request of … is above its limit', 'api: {resources: {limits: {memory: 100Mi}}}'],
  ['…: the request of … is above its limit', 'sandbox: {resources: {limits: {cpu: 50m}}}'],
  [
    '…: the request of … is above its limit',
    'onepasswordConnect: {connect: {sync: {resources: {requests: {cpu: 2}, limits: {cpu: 1999m}}}}}',
  ],
  ['…: … is requested without a limit', 'ironProxy: {resources: {requests: {hugepages-2Mi: 4Mi}}}'],
  [
    'api.resources: api.autoscaling compares the usage of cpu',
    'api: {autoscaling: {enabled: true}, resources: {requests: {cpu: null}}}',
  ],
  [
    'ironProxy.resources: ironProxy.autoscaling compares the usage of cpu',
    'ironProxy: {autoscaling: {enabled: true}, resources: null}',
  ],
  [
    'onepasswordConnect.connect.api.resources: onepasswordConnect.connect.autoscaling compares',
    'onepasswordConnect: {connect: {autoscaling: {enabled: true}, api: {resources: {requests: null}}}}',
  ],
  [
    'onepasswordConnect.connect.sync.resources: onepasswordConnect.connect.autoscaling compares',
    'onepasswordConnect: {connect: {autoscaling: {enabled: true}, sync: {resources: {requests: {cpu: null}}}}}',
  ],
  ['…: a toleration without a key', 'api: {tolerations: [{effect: NoSchedule}]}'],
  [
    '…: a toleration with the operator Exists',
    'ironProxy: {tolerations: [{key: gpu, operator: Exists, value: "true"}]}',
  ],
  [
    '…: tolerationSeconds is only for',
    'onepasswordConnect: {connect: {tolerations: [{key: spot, tolerationSeconds: 60}]}}',
  ],
  [
    '…: two constraints have the same topologyKey',
    `api: {topologySpreadConstraints: [${spread('ScheduleAnyway')}, ${spread('ScheduleAnyway', 'maxSkew: 2')}]}`,
  ],
  [
    '…: minDomains has no meaning with …',
    `api: {topologySpreadConstraints: [${spread('ScheduleAnyway', 'maxSkew: 1, minDomains: 2')}]}`,
  ],
  [
    'onepasswordConnect.connect.podSecurityContext.runAsUser: ',
    'onepasswordConnect: {connect: {podSecurityContext: {runAsUser: 1000}}}',
  ],
  [
    'onepasswordConnect.connect.containerSecurityContext.runAsUser: ',
    'onepasswordConnect: {connect: {containerSecurityContext: {runAsUser: 0}}}',
  ],

  ['…: the pod has two volumes named', 'api: {extraVolumes: [{name: tmp, emptyDir: {}}]}'],
  [
    '…: two volumes are mounted at',
    'ironProxy: {extraVolumeMounts: [{name: tmp, mountPath: /etc/resolv.conf/}]}',
  ],
  [
    '…: the pod has no volume named',
    'onepasswordConnect: {connect: {extraVolumeMounts: [{name: tmp, mountPath: /tmp}]}}',
  ],
  [
    'ironProxy.dnsConfig.searches: below',
    'ironProxy: {dnsConfig: {searches: [example.com, svc.cluster.local]}}',
  ],

  ['networkPolicy.apiServerCidrs: ', 'networkPolicy: {apiServerCidrs: [10.0.0.0/8, 0.0.0.0/0]}'],
  ['networkPolicy.database.cidrs: ', 'networkPolicy: {database: {cidrs: ["::/0"]}}'],
  ['networkPolicy.dns.cidrs: ', 'networkPolicy: {dns: {cidrs: [0.0.0.0/0]}}'],
  ...['api', 'ironProxy', 'connect'].flatMap(
    (component): BrokenRules => [
      [
        `networkPolicy.extraEgress.${component}: … is every address`,
        `networkPolicy: {extraEgress: {${component}: [{to: [{podSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}]}]}}`,
      ],
      [
        `networkPolicy.extraEgress.${component}: a rule has no "to"`,
        `networkPolicy: {extraEgress: {${component}: [{ports: [{port: 8443}]}]}}`,
      ],
      [
        `networkPolicy.extraEgress.${component}: a rule has no "to"`,
        `networkPolicy: {extraEgress: {${component}: [{to: []}]}}`,
      ],
      [
        `networkPolicy.extraIngress.${component}: a rule has no "from"`,
        `networkPolicy: {extraIngress: {${component}: [{ports: [{port: 8080}]}]}}`,
      ],
    ],
  ),

  [
    '…: … has more than one reference for …',
    tools(http('KEY', host), http('KEY', host, 'match_path: true', 'secret_ref: OTHER')),
  ],
  [
    '…: … is put into the … to … in more than one way',
    tools(http('KEY', host), `type: http, name: KEY, mode: inject, inject_header: authorization, ${host}`),
  ],
  [
    '…: … is declared for the databases …',
    tools('type: pg_dsn, name: DSN, database: one', 'type: pg_dsn, name: DSN, database: two'),
  ],
  [
    '…: the … to … is set in more than one way',
    tools(
      `type: http, name: KEY, mode: inject, inject_header: X-Key, ${host}`,
      `type: http, name: KEY, mode: inject, inject_header: X-Key, inject_formatter: "Bearer {{ .Value }}", ${host}`,
    ),
  ],
  ['…: … has no hosts', 'tools: {t: {hosts: [], optional_secrets: [KEY]}}'],
  ['…: … has no hosts', tools(http('KEY'))],
  ['…: … would be sent to …', tools(http('KEY', 'hosts: [law-release-centaur-api]'))],
  ['…: … would be sent to …', tools(http('KEY', 'hosts: [10-1-2-3.default.pod.cluster.local]'))],
  ['…: … would be sent to …', tools(http('KEY', 'hosts: ["*.svc.cluster.local"]'))],
  [
    '…: the credentials of … would be sent to …',
    tools(
      `type: oauth_token, name: T, ${host}, grant: client_credentials, fields: {client_id: A, client_secret: B}, token_endpoint: "https://law-release-centaur-api/token"`,
    ),
  ],
  ['…: … has no place to be replaced in', tools(`type: http, name: KEY, ${host}`)],
  ['…: … has no place to be replaced in', tools(`type: http, name: KEY, match_headers: [], ${host}`)],
  ['…: … must be injected into exactly one place', tools(`type: http, name: KEY, mode: inject, ${host}`)],
  ['…: … would be put into …', tools(`type: http, name: KEY, match_headers: [Host], ${host}`)],
  ['…: the placeholder of … is part of that of …', tools(http('KEY', host), http('A_KEY', host))],
  [
    '…: the database … is declared by',
    tools('type: pg_dsn, name: A, database: reports', 'type: pg_dsn, name: B, database: reports'),
  ],
  ['…: the … to … is set by …', tools('type: gcp_auth, name: A', 'type: gcp_auth, name: B')],
  [
    '…: … would be the key …',
    `ironProxy: {secretSource: env}\nsecretManager: {envPrefix: OP_}\n${tools(http('KEY', host, 'secret_ref: CONNECT_TOKEN'))}`,
  ],
  [
    '…: … belongs to the services themselves',
    `ironProxy: {secretSource: env}\n${tools(http('KEY', host, 'secret_ref: DATABASE_URL'))}`,
  ],
  [
    "…: a reference of … can't be a key of the infra Secret",
    `ironProxy: {secretSource: env}\n${tools(http('KEY', host, 'secret_ref: an item'))}`,
  ],
  ['tools: the configuration of iron-proxy has … bytes', manyPlaces()],
];
