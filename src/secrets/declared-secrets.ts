/** What the values declare about credentials, from tools and harnesses alike, in one form and one order. */
import Type from 'typebox';
import {
  canonicalHeader,
  constant,
  count,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  eq,
  first,
  groupBy,
  hasPrefix,
  ifElse,
  includes,
  isString,
  last,
  listOf,
  type Member,
  mapOf,
  not,
  or,
  readAs,
  type Symbolic,
  some,
  sort,
  str,
  uniq,
  valueTemplate,
  valueTemplateOf,
  when,
} from '../helm/authoring.js';
import { memoize } from '../text/memoize.js';
import {
  type DeclaredSecret,
  declaredSecret,
  jsonField,
  nameSchema,
  type OAuthField,
  type Tools,
} from './declaration-schema.js';
import { type HarnessCredential, type Harnesses, harnessCredentials } from './harness.js';
import type { ProxyValues } from './proxy-values.js';

/** The values that this part of the project reads. */
export interface SecretsValues {
  readonly ironProxy: Symbolic<ProxyValues & { readonly service: ServicePorts }>;
  readonly tools: Symbolic<Tools>;
  readonly harnesses: Symbolic<Harnesses>;
}

/** The ports on which iron-proxy's pod listens. */
export interface ServicePorts {
  readonly proxyPort: number;
  readonly managementPort: number;
  readonly healthPort: number;
  readonly pgPortRangeStart: number;
}

const hosts = Type.Array(Type.String());

const declarationSchema = Type.Object({
  /** The declaring path in the values: `tools.warehouse.secrets[0]`. */
  by: Type.String(),
  /** Its own hosts, or the default ones. */
  hosts,
  reference: Type.String(),
  secret: declaredSecret,
});

const secretSchema = Type.Object({
  name: Type.String(),
  /** The declaring path, or the last of several. */
  by: Type.String(),
  /** The hosts of all its declarations, in order. */
  hosts,
  reference: Type.String(),
  /** The rest, on which its declarations agree. */
  declared: declaredSecret,
});

export interface Declaration {
  readonly by: string;
  readonly hosts: string[];
  readonly reference: string;
  readonly secret: DeclaredSecret;
}

export interface Secret {
  readonly name: string;
  readonly by: string;
  readonly hosts: string[];
  readonly reference: string;
  readonly declared: DeclaredSecret;
}

export type Declarations = Symbolic<readonly Declaration[]>;
export type Secrets = Symbolic<readonly Secret[]>;

export interface Declared {
  /** Every declaration: the harnesses', then each tool's, in the order of the tools' names. */
  readonly declarations: Declarations;
  /** Every declared secret once, sorted by name. */
  readonly secrets: Secrets;
  readonly declaresDatabase: Expr<boolean>;
  /**
   * The references of all secrets, without duplicates, sorted: in the mode `env` these are the keys of the infra Secret
   * that iron-proxy has in its environment.
   */
  readonly credentialKeys: Symbolic<readonly string[]>;
  /**
   * The number of values that each proxy looks up and caches: one for each place that names a reference, since
   * iron-proxy caches them by place.
   */
  readonly lookupCount: Expr<number>;
}

/** The hosts that receive a token from a service account's key if a declaration names none. */
const googleHosts = ['*.googleapis.com'];

/** In the legacy form, a name alone, the placeholder is replaced in the headers that carry credentials. */
const legacyHeaders = ['Authorization', 'Api-Key', '/^X-([A-Za-z0-9]+-)*(Api-?Key|Auth|Key|Secret|Token)$/'];

/** What the values declare; its named templates are created once for the values of a chart. */
export const declared = memoize((values: SecretsValues): Declared => {
  const declarations = valueTemplate(
    'centaur.secrets.declarations',
    "Every declaration of a secret, the harnesses' first: who declares it, its hosts, its reference and the secret itself.",
    readAs(
      Type.Array(declarationSchema),
      listOf([...harnessDeclarations(values), ...toolDeclarations(values)], 'declarations'),
    ),
  );
  const secrets = valueTemplate(
    'centaur.secrets.merged',
    'Every declared secret once, with the hosts of all its declarations.',
    mergedSecrets(declarations),
  );
  const references = valueTemplate(
    'centaur.secrets.references',
    'The references of all secrets, one for each place that names one: iron-proxy looks each of them up.',
    listOf<string>(
      [each(secrets, (secret) => each(referencesOf({ secret }), (reference) => reference))],
      'references',
    ),
  );
  return {
    declarations,
    secrets,
    declaresDatabase: valueTemplate(
      'centaur.secrets.declaresDatabase',
      'Whether a tool declares a database.',
      some(secrets, ({ declared }) => eq(declared.type, 'pg_dsn')),
    ),
    credentialKeys: sort(uniq(references)),
    lookupCount: count(references),
  };
});

function harnessDeclarations({ harnesses }: SecretsValues): readonly Member<Declaration>[] {
  return harnessCredentials.map((credential) => {
    const [one, ...others] = credential.harnesses.map((harness) => harnesses[harness].enabled);
    if (one === undefined) throw new TypeError(`no harness uses ${credential.name}`);
    const [another] = others;
    return when(another === undefined ? one : or(one, another), constant(harnessDeclaration(credential)));
  });
}

function harnessDeclaration({ name, host, header }: HarnessCredential): Declaration {
  return {
    by: 'harnesses',
    hosts: [host],
    reference: name,
    secret: { type: 'http', name, match_headers: [header] },
  };
}

/** The secrets of each tool, sorted by tool name; secrets that are just a name come first. */
function toolDeclarations({ tools }: SecretsValues): readonly Member<Declaration>[] {
  return [
    each(tools, (tool, toolName) =>
      each(tool.secrets, (written, index) => {
        const name = readAs(nameSchema, written);
        return when(
          isString(name),
          declaration({
            by: str`tools.${toolName}.secrets[${index}]`,
            hosts: defaultIfAbsent(tool.hosts, []),
            reference: name,
            secret: mapOf<string | readonly string[]>(
              { type: 'http', name, match_headers: constant(legacyHeaders) },
              'legacy',
            ),
          }),
        );
      }),
    ),
    each(tools, (tool, toolName) =>
      each(tool.secrets, (written, index) => {
        const secret = readAs(declaredSecret, written);
        const toolHosts = ifElse(
          eq(secret.type, 'gcp_auth'),
          constant(googleHosts),
          defaultIfAbsent(tool.hosts, []),
        );
        return when(
          not(isString(readAs(nameSchema, written))),
          declaration({
            by: str`tools.${toolName}.secrets[${index}]`,
            hosts: defaultIfAbsent(secret.hosts, toolHosts),
            reference: defaultIfEmpty(secret.secret_ref, secret.name),
            secret,
          }),
        );
      }),
    ),
  ];
}

function declaration(fields: {
  readonly by: Expr<string>;
  readonly hosts: Expr<readonly string[]>;
  readonly reference: Expr<string>;
  readonly secret: Expr<object>;
}): Symbolic<Declaration> {
  return readAs(declarationSchema, mapOf<string | readonly string[] | object>(fields, 'declaration'));
}

function mergedSecrets(declarations: Declarations): Secrets {
  const byName = groupBy(declarations, ({ secret }) => secret.name, 'declarationsByName');
  const secret = (declarations: Declarations, name: Symbolic<string>) => {
    const hosts = listOf<string>([each(declarations, ({ hosts }) => each(hosts, (host) => host))], 'hosts');
    const fields = {
      name,
      by: last(declarations).by,
      hosts: sort(uniq(hosts)),
      reference: first(declarations).reference,
      declared: first(declarations).secret,
    };
    return readAs(secretSchema, mapOf<string | readonly string[] | object>(fields, 'secret'));
  };
  return listOf<Secret>([each(byName, secret)], 'secrets');
}

/** The string that a tool sends in place of the credential. */
export function placeholderOf({ name, declared }: Symbolic<Secret>): Expr<string> {
  return defaultIfEmpty(declared.replacer, name);
}

/** Whether an `http` secret replaces its placeholder or is injected. */
export function modeOf({ mode }: Symbolic<DeclaredSecret>): Expr<string> {
  return defaultIfEmpty(mode, 'replace');
}

/** The header names in which a placeholder is replaced, in Go's notation. */
export function namedHeaders({ match_headers }: Symbolic<DeclaredSecret>): Member<string> {
  return each(match_headers, (header) => when(not(hasPrefix('/', header)), canonicalHeader(header)));
}

/** The references of a secret: one, or several for some types. */
export const referencesOf = valueTemplateOf(
  'centaur.secrets.referencesOf',
  'The references that a secret is made of: one, or for some types several.',
  { secret: secretSchema },
  ({ secret: { reference, declared } }) => {
    const { type, fields, access_key_id, secret_access_key } = declared;
    const whole = (field: Symbolic<OAuthField>) => readAs(nameSchema, field);
    return listOf<string>(
      [
        when(not(includes<string>(constant(['oauth_token', 'aws_auth']), type)), reference),
        each(fields, (field) => when(isString(whole(field)), whole(field))),
        each(fields, (field) => when(not(isString(whole(field))), readAs(jsonField, field).secret_ref)),
        when(access_key_id, (reference) => reference),
        when(secret_access_key, (reference) => reference),
      ],
      'references',
    );
  },
);
