/** What the values declare about credentials, from tools and harnesses alike, in one form and one order. */
import Type, { type Static } from 'typebox';
import {
  constant,
  count,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  eq,
  first,
  groupBy,
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
  stringTemplateOf,
  uniq,
  valueTemplate,
  valueTemplateOf,
  when,
} from '../helm/authoring.js';
import { memoize } from '../text/memoize.js';
import { canonicalFormOf } from './canonical-form.js';
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
  /** Whether its value may be missing. */
  optional: Type.Boolean(),
  /** Its own hosts, or the default ones. */
  hosts,
  reference: Type.String(),
  secret: declaredSecret,
});

const secretSchema = Type.Object({
  name: Type.String(),
  /** The declaring path, or the last of several. */
  by: Type.String(),
  /** Whether its value may be missing, according to all its declarations. */
  optional: Type.Boolean(),
  /** How it is used, as a string: no two secrets have the same. */
  form: Type.String(),
  /** The hosts of all its declarations, in order. */
  hosts,
  reference: Type.String(),
  /** The rest, on which its declarations agree. */
  declared: declaredSecret,
});

export interface Declaration {
  readonly by: string;
  readonly optional: boolean;
  readonly hosts: string[];
  readonly reference: string;
  readonly secret: DeclaredSecret;
}

/** A use of a credential: declarations of one name that differ in more than hosts are secrets of their own. */
export interface Secret {
  readonly name: string;
  readonly by: string;
  readonly optional: boolean;
  readonly form: string;
  readonly hosts: string[];
  readonly reference: string;
  readonly declared: DeclaredSecret;
}

export type Declarations = Symbolic<readonly Declaration[]>;
export type Secrets = Symbolic<readonly Secret[]>;

export interface Declared {
  /** Every declaration: the harnesses', then each tool's, in the order of the tools' names. */
  readonly declarations: Declarations;
  /** Every declared secret once, sorted by name and then by how it is used. */
  readonly secrets: Secrets;
  readonly declaresDatabase: Expr<boolean>;
  /**
   * The references of all secrets, without duplicates, sorted: in the mode `env` these are the keys of the infra Secret
   * that iron-proxy has in its environment.
   */
  readonly credentialKeys: Symbolic<readonly CredentialKey[]>;
  /**
   * The number of values that each proxy looks up and caches: one for each place that names a reference, since
   * iron-proxy caches them by place.
   */
  readonly lookupCount: Expr<number>;
}

const credentialKeySchema = Type.Object({
  key: Type.String(),
  /** Whether it may be missing: no declaration needs it. */
  optional: Type.Boolean(),
});

export type CredentialKey = Static<typeof credentialKeySchema>;

/** The hosts that receive a token from a service account's key if a declaration names none. */
const googleHosts = ['*.googleapis.com'];

/** In the legacy form, a name alone, the placeholder is replaced in the headers that carry credentials. */
export const legacyHeaders: readonly string[] = [
  'Authorization',
  'Api-Key',
  '/^X-([A-Za-z0-9]+-)*(Api-?Key|Auth|Key|Secret|Token)$/',
];

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
    'Every use of a secret once, with the hosts of all its declarations.',
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
  const keys = listOf<CredentialKey>(
    [
      each(secrets, (secret) =>
        each(referencesOf({ secret }), (key) =>
          readAs(credentialKeySchema, mapOf<string | boolean>({ key, optional: secret.optional }, 'use')),
        ),
      ),
    ],
    'uses',
  );
  const credentialKeys = listOf<CredentialKey>(
    [
      each(
        groupBy(keys, ({ key }) => key, 'usesByKey'),
        (uses, key) => {
          const optional = not(some(uses, ({ optional }) => not(optional)));
          return readAs(credentialKeySchema, mapOf<string | boolean>({ key, optional }, 'credentialKey'));
        },
        'uses',
      ),
    ],
    'credentialKeys',
  );
  return {
    declarations,
    secrets,
    declaresDatabase: valueTemplate(
      'centaur.secrets.declaresDatabase',
      'Whether a tool declares a database.',
      some(secrets, ({ declared }) => eq(declared.type, 'pg_dsn')),
    ),
    credentialKeys: valueTemplate(
      'centaur.secrets.credentialKeys',
      'The references of all secrets, each once, and whether its value may be missing.',
      credentialKeys,
    ),
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
    optional: false,
    hosts: [host],
    reference: name,
    secret: { type: 'http', name, match_headers: [header] },
  };
}

/** The secrets of each tool, sorted by tool name; secrets that are just a name come first. */
function toolDeclarations({ tools }: SecretsValues): readonly Member<Declaration>[] {
  const lists = [
    { key: 'secrets', optional: false },
    { key: 'optional_secrets', optional: true },
  ] as const;
  return lists.flatMap(({ key, optional }) => [
    each(tools, (tool, toolName) =>
      each(tool[key], (written, index) => {
        const name = readAs(nameSchema, written);
        return when(
          isString(name),
          declaration({
            by: str`tools.${toolName}.${key}[${index}]`,
            optional,
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
      each(tool[key], (written, index) => {
        const secret = readAs(declaredSecret, written);
        const toolHosts = ifElse(
          eq(secret.type, 'gcp_auth'),
          constant(googleHosts),
          defaultIfAbsent(tool.hosts, []),
        );
        return when(
          not(isString(readAs(nameSchema, written))),
          declaration({
            by: str`tools.${toolName}.${key}[${index}]`,
            optional,
            hosts: defaultIfAbsent(secret.hosts, toolHosts),
            reference: defaultIfEmpty(secret.secret_ref, secret.name),
            secret,
          }),
        );
      }),
    ),
  ]);
}

function declaration(fields: {
  readonly by: Expr<string>;
  readonly optional: boolean;
  readonly hosts: Expr<readonly string[]>;
  readonly reference: Expr<string>;
  readonly secret: Expr<object>;
}): Symbolic<Declaration> {
  return readAs(
    declarationSchema,
    mapOf<string | boolean | readonly string[] | object>(fields, 'declaration'),
  );
}

/** Names hold no spaces, so that forms are sorted by name first. */
const formOf = stringTemplateOf(
  'centaur.secrets.formOf',
  'The name of a secret and how it is used, without its hosts: equal for two declarations exactly if they mean the same.',
  { declaration: declarationSchema },
  ({ declaration: { secret, reference } }) => str`${secret.name} ${canonicalFormOf(secret, reference)}`,
);

/** A declaration with its form, so that it is computed once. */
const formedSchema = Type.Object({ form: Type.String(), declaration: declarationSchema });

function mergedSecrets(declarations: Declarations): Secrets {
  const formed = listOf<Static<typeof formedSchema>>(
    [
      each(declarations, (declaration) =>
        readAs(
          formedSchema,
          mapOf<string | object>({ form: formOf({ declaration }), declaration }, 'formed'),
        ),
      ),
    ],
    'formedDeclarations',
  );
  const byForm = groupBy(formed, ({ form }) => form, 'declarationsByForm');
  const secret = (same: Symbolic<readonly Static<typeof formedSchema>[]>, form: Symbolic<string>) => {
    const declarations = listOf<Declaration>(
      [each(same, ({ declaration }) => declaration, 'one')],
      'declarations',
    );
    const hosts = listOf<string>([each(declarations, ({ hosts }) => each(hosts, (host) => host))], 'hosts');
    const fields = {
      name: first(declarations).secret.name,
      by: last(declarations).by,
      optional: not(some(declarations, ({ optional }) => not(optional))),
      form,
      hosts: sort(uniq(hosts)),
      reference: first(declarations).reference,
      declared: first(declarations).secret,
    };
    return readAs(secretSchema, mapOf<string | boolean | readonly string[] | object>(fields, 'secret'));
  };
  return listOf<Secret>([each(byForm, secret)], 'secrets');
}

/** The string that a tool sends in place of the credential. */
export function placeholderOf({ name, declared }: Symbolic<Secret>): Expr<string> {
  return defaultIfEmpty(declared.replacer, name);
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
