/** A chart that contains only what is derived from declarations: its strings and rules for given values. */
import Type, { type Static } from 'typebox';
import { parse } from 'yaml';
import {
  block,
  constant,
  type Expr,
  HelmChart,
  KubeConfigMap,
  listOf,
  str,
  toJson,
} from '../../src/helm/index.js';
import type { Fault } from '../../src/helm/schema/fault-words.js';
import { faultFinder } from '../../src/helm/schema/faults.js';
import type { SchemaDocument } from '../../src/helm/schema/paths.js';
import { coalesce } from '../../src/helm/values/merge.js';
import { type CredentialKey, declared } from '../../src/secrets/declared-secrets.js';
import { ownHost } from '../../src/secrets/own-host.js';
import { proxyConfig } from '../../src/secrets/proxy-config.js';
import type { ProxyConfig, SecretEntry, Transform } from '../../src/secrets/proxy-config-types.js';
import { harnessesSchema, proxyKeys, toolsSchema } from '../../src/secrets/proxy-values.js';
import { exceedsSmallestPlan } from '../../src/secrets/quota.js';
import { secretRules } from '../../src/secrets/secret-rules.js';
import type { ValueMap } from '../../src/text/json.js';

const port = (value: number) =>
  Type.Integer({ default: value, minimum: 1, maximum: 65535, description: 'A port.' });

const closed = { additionalProperties: false, description: 'For tests.' };

const schema = Type.Object(
  {
    proxies: Type.Integer({ default: 1, minimum: 0, maximum: 1000, description: 'How many proxies run.' }),
    ironProxy: Type.Object(
      {
        ...proxyKeys,
        service: Type.Object(
          {
            proxyPort: port(8080),
            managementPort: port(9092),
            healthPort: port(9090),
            pgPortRangeStart: port(5432),
          },
          closed,
        ),
      },
      closed,
    ),
    tools: toolsSchema,
    harnesses: harnessesSchema,
  },
  closed,
);

/** Values as a user gives them; the chart's schema reports problems. */
export type DeclaringValues = { readonly [key in keyof Static<typeof schema>]?: unknown };

const infraKeys = ['DATABASE_URL', 'OP_CONNECT_TOKEN'];

export const declaringChart = new HelmChart({
  metadata: { name: 'declaring', version: '0.1.0', appVersion: '1', description: 'For tests.' },
  values: schema,
});
const { values } = declaringChart;
const answers = declared(values);
const text = (value: Expr<boolean>) => toJson(value);
new KubeConfigMap(declaringChart, 'config', {
  metadata: { name: 'config' },
  data: {
    'iron-proxy.yaml': block(proxyConfig(values)),
    declaresDatabase: text(answers.declaresDatabase),
    credentialKeys: toJson(answers.credentialKeys),
    lookupCount: str`${answers.lookupCount}`,
    exceedsSmallestPlan: text(exceedsSmallestPlan(values, values.proxies)),
  },
});
declaringChart.addRules(
  ...secretRules(values, {
    infraKeys: constant(infraKeys),
    envPrefix: constant('PROD_'),
    plainKeys: [constant('PROD_ca.pem')],
    tokens: ['OP_CONNECT_TOKEN'],
    ownHosts: listOf([
      ownHost({
        name: constant('api.own.svc'),
        who: 'the API itself',
        closed: false,
        ends: [constant('api.own')],
        parts: [constant('api.own.svc')],
      }),
    ]),
  }),
);

const document: SchemaDocument = JSON.parse(declaringChart.compile().get('values.schema.json') ?? '');
const faultsIn = faultFinder(document);

/** Values as a file gives them, over the chart's defaults. */
export function complete(given: object): ValueMap {
  const [defaults, own]: ValueMap[] = [declaringChart.defaults, given].map((each) =>
    JSON.parse(JSON.stringify(each)),
  );
  return coalesce(defaults ?? {}, own ?? {});
}

/** What the schema refuses in values. */
export function faults(given: object): readonly string[] {
  return faultsIn(complete(given)).map(describeFault);
}

function describeFault({ path, message }: Fault): string {
  return `${path.join('.')}: ${message}`;
}

export interface Declared {
  readonly config: ProxyConfig;
  readonly configText: string;
  readonly credentialKeys: readonly string[];
  /** Those that may be missing. */
  readonly optionalKeys: readonly string[];
  readonly declaresDatabase: boolean;
  readonly lookupCount: number;
  readonly exceedsSmallestPlan: boolean;
}

/** The rules' messages. @throws {Error} if the schema already refuses the values */
export function problems(given: DeclaringValues): readonly string[] {
  return evaluated(given).problems;
}

/** What valid values declare. @throws {Error} if they are refused */
export function declaredBy(given: DeclaringValues): Declared {
  const { problems, objects } = evaluated(given);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const data = dataOf(objects[0]?.object);
  const configText = data['iron-proxy.yaml'] ?? '';
  const keys: readonly CredentialKey[] = JSON.parse(data.credentialKeys ?? '[]');
  return {
    configText,
    config: parse(configText),
    credentialKeys: keys.map(({ key }) => key),
    optionalKeys: keys.filter(({ optional }) => optional).map(({ key }) => key),
    declaresDatabase: data.declaresDatabase === 'true',
    lookupCount: Number(data.lookupCount),
    exceedsSmallestPlan: data.exceedsSmallestPlan === 'true',
  };
}

function evaluated(given: DeclaringValues) {
  const refused = faults(given);
  if (refused.length > 0) throw new Error(refused.join('\n'));
  return declaringChart.evaluate(complete(given));
}

function dataOf(object: ValueMap | undefined): { readonly [key: string]: string } {
  const data = object?.data;
  if (typeof data !== 'object' || data === null) throw new Error('the chart has made no ConfigMap');
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]));
}

type Configs = { readonly [T in Transform as T['name']]: T['config'] };

/** The configurations of the transforms with a name, in order. */
export function transforms<N extends keyof Configs>(config: ProxyConfig, name: N): readonly Configs[N][] {
  return config.transforms.flatMap((transform) => (isNamed(transform, name) ? [transform.config] : []));
}

function isNamed<N extends keyof Configs>(
  transform: Transform,
  name: N,
): transform is Transform & { name: N; config: Configs[N] } {
  return transform.name === name;
}

/** The entry of a secret, by its placeholder or, if it is injected, by its reference. */
export function secretEntry(config: ProxyConfig, name: string): SecretEntry | undefined {
  const [secrets] = transforms(config, 'secrets');
  return secrets?.secrets.find(
    ({ source, replace }) =>
      replace?.proxy_value === name || source.var === name || source.secret_ref?.includes(`/${name}/`),
  );
}
