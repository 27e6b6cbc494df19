/** What a tool declares about the credentials that it needs, in `[tool.centaur]` of its pyproject.toml. */
import Type, { type Static } from 'typebox';
import { maxDnsNameLength } from '../text/addresses.js';
import { type Form, form, keyForm, madeOf } from '../text/form.js';
import { allowedHostPattern, endpointPattern, hostPattern } from './host.js';

// ------------------------------------------------------------------------------------------------------ strings

/** A part of a 1Password reference, in 1Password's own syntax. Items with other names are referenced by id. */
const segment = '[A-Za-z0-9_.-]+(?: [A-Za-z0-9_.-]+)*';
const secretRefPattern = `^(?:${segment}|op://${segment}(?:/${segment}){2,3})$`;

/** A header's name, limited to the characters of headers in use. */
const headerName = '[A-Za-z0-9_-]+';

/**
 * A regular expression over header names, between slashes. It uses only syntax that every engine interprets alike: a
 * pattern that iron-proxy can't compile would stop it.
 */
const characterClass = '\\[\\^?(?:a-z|A-Z|0-9|[A-Za-z0-9_])+-?\\]';
const piece = `(?:[A-Za-z0-9_-]|\\.|${characterClass})[*+?]?`;
const choice = `\\((?:\\?:)?(?:${piece})+(?:\\|(?:${piece})+)*\\)[*+?]?`;
const headerRegex = `/\\^?(?:${piece}|${choice})+\\$?/`;

const headerPattern = `^(?:${headerName}|${headerRegex})$`;

/** Text around at least one action that uses `.Value`; any other template could stop iron-proxy. */
const quoted = '"[ !#-\\[\\]-z|~]*"';
const base64 = `base64(?: +${quoted})* +\\.Value(?: +(?:${quoted}|\\.Value))*`;
const action = `\\{\\{(?:- )? *(?:\\.Value(?: *\\| *base64)?|${base64}) *(?: -)?\\}\\}`;
const formatterPattern = `^(?:[ -z|~]*${action})+[ -z|~]*$`;

/** Printable ASCII without spaces. */
const visiblePattern = '^[!-~]+$';
const visible = (example: string) => form('printable ASCII without spaces', example);

const string = (pattern: string, words: Form, description: string) =>
  Type.String({ pattern, ...words, description, maxLength: 1024 });
const strings = (pattern: string, words: Form, description: string) =>
  Type.Array(Type.String({ pattern, ...words, maxLength: 1024 }), { description, minItems: 1 });

const host = Type.String({
  pattern: hostPattern,
  ...form('a host', 'api.example.com', '*.example.com', '10.0.0.0/8'),
  maxLength: maxDnsNameLength,
  description:
    'A host alone, in lower case, such as api.example.com, *.example.com or 10.0.0.0/8: no scheme, port or path.',
});
const hosts = (description: string) => Type.Array(host, { description });

/** Hosts that may be reached, for values outside of a declaration; `*` matches all. */
export const allowedHost = Type.String({
  pattern: allowedHostPattern,
  ...form('a host', 'api.example.com', '*.example.com', '10.0.0.0/8', '"*"'),
  maxLength: maxDnsNameLength,
  description:
    'A host alone, in lower case, such as api.example.com, *.example.com, 10.0.0.0/8 or "*": no scheme, port or path.',
});

/** A request header: its name, or a regular expression between slashes. */
export const requestHeader = Type.String({
  pattern: headerPattern,
  ...form("a header's name, or a regular expression between slashes,", 'X-Api-Key', '/^X-Example-/'),
  maxLength: 1024,
});

const secretRef = (description: string) =>
  string(
    secretRefPattern,
    form('the name of an item or a whole reference', 'WAREHOUSE_API_KEY', 'op://vault/item/field'),
    description,
  );

// ------------------------------------------------------------------------------------------------------ secrets

export const secretTypes = ['http', 'gcp_auth', 'oauth_token', 'aws_auth', 'pg_dsn'] as const;
export type SecretType = (typeof secretTypes)[number];

/** The fields of each OAuth grant that hold credentials, as iron-proxy names them. */
const grants = {
  refresh_token: { required: ['refresh_token', 'client_id'], optional: ['client_secret'] },
  client_credentials: { required: ['client_id', 'client_secret'], optional: [] },
  password: { required: ['username', 'password', 'client_id'], optional: ['client_secret'] },
  jwt_bearer: { required: ['issuer', 'subject', 'private_key'], optional: ['private_key_id'] },
} as const;

const grantNames = ['refresh_token', 'client_credentials', 'password', 'jwt_bearer'] as const;

const wholeField = secretRef('The reference of the credential.');

/** A credential that is one member of a JSON value. */
export const jsonField = Type.Object(
  {
    secret_ref: secretRef('The reference of the credential.'),
    json_key: Type.Optional(
      string(
        '^[!-~](?:[ -~]*[!-~])?$',
        form('printable ASCII without spaces at its ends', 'refresh_token'),
        'The member to take of a value that is JSON.',
      ),
    ),
  },
  { additionalProperties: false },
);
const field = Type.Union([wholeField, jsonField]);
export type OAuthField = Static<typeof field>;

/** A condition on what else a declaration may and must contain. */
function where(is: Record<string, unknown>, then: object): object {
  const properties = Object.fromEntries(
    Object.entries(is).map(([key, value]) => [key, typeof value === 'object' ? value : { const: value }]),
  );
  const required = Object.keys(is).filter((key) => typeof is[key] !== 'object');
  return { if: { properties, required }, then };
}

export const nameSchema = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$',
  ...madeOf('letters, digits, _, - and . after a letter or _', 'WAREHOUSE_API_KEY'),
  maxLength: 253,
  description:
    'The name of the secret, of letters, digits, _, - and . after a letter or _; where these are not given it is the reference and the placeholder too.',
});

const grantFields = {
  refresh_token: Type.Optional(field),
  client_id: Type.Optional(field),
  client_secret: Type.Optional(field),
  username: Type.Optional(field),
  password: Type.Optional(field),
  issuer: Type.Optional(field),
  subject: Type.Optional(field),
  private_key: Type.Optional(field),
  private_key_id: Type.Optional(field),
};

const secretKeys = {
  type: Type.Enum(secretTypes, { description: 'What iron-proxy does with the credential.' }),
  name: nameSchema,
  secret_ref: Type.Optional(
    secretRef(
      "The item in OP_VAULT whose field `credential` holds the value (env: the key of the infra Secret), or a whole reference, op://vault/item/[section/]field. By default the secret's name.",
    ),
  ),
  hosts: Type.Optional(
    hosts(
      "The hosts that the credential is sent to: names, *.example.com, addresses or CIDR ranges, /8 at the largest; no scheme, port or path. By default the tool's own hosts; for gcp_auth *.googleapis.com.",
    ),
  ),
  mode: Type.Optional(
    Type.Enum(['replace', 'inject'], {
      description:
        'http: replace the placeholder where a request has it (the default), or inject the credential.',
    }),
  ),
  replacer: Type.Optional(
    string(
      visiblePattern,
      visible('WAREHOUSE_API_KEY'),
      "http: the placeholder that the tool sends. By default the secret's name.",
    ),
  ),
  match_headers: Type.Optional(
    Type.Array(requestHeader, {
      description: 'http: the headers in which the placeholder is replaced: names, or /regular expressions/.',
    }),
  ),
  match_path: Type.Optional(
    Type.Boolean({ description: "http: whether the placeholder is replaced in the URL's path." }),
  ),
  match_query: Type.Optional(
    Type.Boolean({ description: "http: whether the placeholder is replaced in the URL's query." }),
  ),
  inject_header: Type.Optional(
    string(`^${headerName}$`, form("a header's name", 'X-Api-Key'), 'http, inject: the header that is set.'),
  ),
  inject_formatter: Type.Optional(
    string(
      formatterPattern,
      form('a Go template with .Value', 'Bearer {{ .Value }}'),
      'http, inject: the value of the header as a Go template, such as Bearer {{ .Value }}.',
    ),
  ),
  inject_query_param: Type.Optional(
    string(visiblePattern, visible('api_key'), 'http, inject: the parameter that is set.'),
  ),
  scopes: Type.Optional(
    strings(
      visiblePattern,
      visible('https://www.googleapis.com/auth/devstorage.read_only'),
      'gcp_auth and oauth_token: the scopes of the token. For gcp_auth by default cloud-platform.',
    ),
  ),
  grant: Type.Optional(Type.Enum(grantNames, { description: 'oauth_token: how the token is obtained.' })),
  fields: Type.Optional(
    Type.Object(grantFields, {
      additionalProperties: false,
      description: 'oauth_token: the credentials that the grant needs, each by its reference.',
    }),
  ),
  token_endpoint: Type.Optional(
    Type.String({
      pattern: endpointPattern,
      ...form('an https URL', 'https://oauth2.example.com/token'),
      maxLength: maxDnsNameLength,
      description: 'oauth_token: the URL at which iron-proxy obtains tokens.',
    }),
  ),
  audience: Type.Optional(
    string(
      visiblePattern,
      visible('https://oauth2.example.com/'),
      'oauth_token: the audience of the assertion; jwt_bearer needs it.',
    ),
  ),
  access_key_id: Type.Optional(secretRef('aws_auth: the reference of the access key id.')),
  secret_access_key: Type.Optional(secretRef('aws_auth: the reference of the secret access key.')),
  allowed_services: Type.Optional(
    strings(
      '^[a-z0-9-]+$',
      madeOf('lowercase letters, digits and -', 's3'),
      'aws_auth: the services that requests may be signed for. By default any.',
    ),
  ),
  allowed_regions: Type.Optional(
    strings(
      '^[a-z0-9-]+$',
      madeOf('lowercase letters, digits and -', 'eu-west-1'),
      'aws_auth: the regions that requests may be signed for. By default any.',
    ),
  ),
  database: Type.Optional(
    string(
      '^[A-Za-z_][A-Za-z0-9_.$-]{0,62}$',
      madeOf('letters, digits, _, ., $ and - after a letter or _', 'warehouse'),
      'pg_dsn: the database that clients ask for, and that the DSN names.',
    ),
  ),
};

/**
 * Of some known keys only these. Each of the others is refused at its own place: for `propertyNames` Helm names none that
 * exists.
 */
const allowing = (kept: readonly string[], known: object) => ({
  patternProperties: {
    [`^(${Object.keys(known)
      .filter((key) => !kept.includes(key))
      .join('|')})$`]: false,
  },
});

const only = (keys: readonly string[], required: readonly string[] = []) => ({
  ...allowing(['type', 'name', ...keys], secretKeys),
  ...(required.length > 0 && { required: [...required] }),
});

const replaceKeys = ['secret_ref', 'hosts', 'mode', 'replacer', 'match_headers', 'match_path', 'match_query'];
const injectKeys = ['secret_ref', 'hosts', 'mode', 'inject_header', 'inject_formatter', 'inject_query_param'];
const oauthKeys = ['grant', 'fields', 'hosts', 'scopes', 'token_endpoint'];

function grantForm(grant: (typeof grantNames)[number]): object {
  const { required, optional } = grants[grant];
  const fields = { ...allowing([...required, ...optional], grantFields), required: [...required] };
  const form = grant === 'jwt_bearer' ? only([...oauthKeys, 'audience'], ['audience']) : only(oauthKeys);
  return { ...form, properties: { fields } };
}

const forms = [
  where({ type: 'http', mode: { not: { const: 'inject' } } }, only(replaceKeys)),
  where({ type: 'http', mode: 'inject' }, only(injectKeys)),
  where({ type: 'gcp_auth' }, only(['secret_ref', 'hosts', 'scopes'])),
  where({ type: 'oauth_token' }, { required: ['grant', 'fields', 'token_endpoint'] }),
  ...grantNames.map((grant) => where({ type: 'oauth_token', grant }, grantForm(grant))),
  where(
    { type: 'aws_auth' },
    only(
      ['access_key_id', 'secret_access_key', 'hosts', 'allowed_services', 'allowed_regions'],
      ['access_key_id', 'secret_access_key'],
    ),
  ),
  where({ type: 'pg_dsn' }, only(['secret_ref', 'database'], ['database'])),
];

export const declaredSecret = Type.Object(secretKeys, { additionalProperties: false, allOf: forms });

/** What the schema ensures for a secret of these types. */
export const oauthForm = Type.Required(Type.Pick(declaredSecret, ['grant', 'fields', 'token_endpoint']));
export const awsForm = Type.Required(Type.Pick(declaredSecret, ['access_key_id', 'secret_access_key']));
export const databaseForm = Type.Required(Type.Pick(declaredSecret, ['database']));

/** One declared secret: a table or, in the legacy form, just its name. */
const writtenSecret = Type.Union([nameSchema, declaredSecret]);

/** What one tool declares: the keys of `[tool.centaur]` that concern credentials. */
export const toolSchema = Type.Object(
  {
    hosts: Type.Optional(hosts('The hosts of the secrets that name none of their own.')),
    secrets: Type.Optional(Type.Array(writtenSecret, { description: 'The secrets that the tool needs.' })),
    optional_secrets: Type.Optional(
      Type.Array(writtenSecret, {
        description:
          'The secrets that the tool can work without: declared like the others, but their values may be missing.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** A tool's name, which is that of its folder. */
export const toolNamePattern = '^[A-Za-z0-9_][A-Za-z0-9_-]*$';

/** The values under `tools`: what each tool declares, by the tool's name. */
export const toolsSchema = Type.Record(Type.String({ pattern: toolNamePattern }), toolSchema, {
  additionalProperties: false,
  ...keyForm(form("a tool's name of letters, digits, - and _,", 'warehouse')),
  default: {},
  description:
    "The tools' declarations, each as the tool's pyproject.toml has it under [tool.centaur]; `centaur-chart tools` writes them:\n  warehouse:\n    secrets:\n      - {type: http, name: WAREHOUSE_API_KEY, match_headers: [Authorization], hosts: [warehouse.internal.example.com]}",
});

export type DeclaredSecret = Static<typeof declaredSecret>;
export type ToolDeclaration = Static<typeof toolSchema>;
export type Tools = Static<typeof toolsSchema>;
