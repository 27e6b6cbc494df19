/**
 * Which hosts may receive credentials, and who may hold what: the release's own hosts (own-hosts.ts), the Secrets that
 * are withheld from its parts, and the variables that hold tokens and credentials. Each key of the values that can name one of these
 * is checked against them here; the rules of `src/secrets` check what tools declare against the same hosts and tokens.
 */
import Type from 'typebox';
import {
  and,
  constant,
  contains,
  defaultIfAbsent,
  defaultIfEmpty,
  type Expr,
  each,
  eq,
  get,
  groupBy,
  hasPrefix,
  includes,
  isNonEmpty,
  join,
  kubernetes,
  listOf,
  type Member,
  mapOf,
  ne,
  not,
  or,
  type RuleGroup,
  readAs,
  rules,
  type Symbolic,
  str,
  trimPrefix,
  uniq,
  valueTemplate,
  valueTemplateOf,
  when,
} from '../helm/authoring.js';
import { anyOf, endsAsOneOf, given } from '../secrets/conditions.js';
import { placeholderOf, referencesOf, type Secret } from '../secrets/declared-secrets.js';
import { harnessCredentials } from '../secrets/harness.js';
import type { OwnHosts } from '../secrets/own-host.js';
import { postgresClient } from '../secrets/proxy-config.js';
import { guardedSettings } from './api.js';
import { caKeys } from './firewall-ca.js';
import { allInfraKeys, guardedKeys, tokenKeys } from './infra-secret.js';
import { hostRules } from './own-hosts.js';
import type { Platform } from './platform.js';
import { pullSecretNames } from './pod.js';
import type { PodKeys } from './values/index.js';

export function exposureRules(platform: Platform, ownHosts: OwnHosts): readonly RuleGroup[] {
  return [
    rules('Hosts of the release itself', ...hostRules(platform, ownHosts)),
    rules('Secrets that are withheld', ...secretRules(platform)),
    rules('Variables that hold credentials', ...variableRules(platform), ...settingRules(platform)),
  ];
}

// ------------------------------------------------------------------------------------------------------- Secrets

/** Who gets a Secret that a key names. */
type Holder = 'api' | 'iron-proxy' | 'connect' | 'sandbox';

interface WithheldSecret {
  readonly is: (name: Expr<string>) => Expr<boolean>;
  /** Who may mount it nevertheless. */
  readonly holders: readonly Holder[];
}

/** Secrets that only their holders may mount. Containers get single keys of the infra Secret. */
function withheldSecrets({ values }: Platform): readonly WithheldSecret[] {
  return [
    { is: (name) => eq(name, values.secretManager.existingSecretName), holders: [] },
    { is: (name) => eq(name, values.onepasswordConnect.connect.credentialsName), holders: ['connect'] },
    { is: (name) => eq(name, values.firewall.existingCaKeySecretName), holders: ['iron-proxy'] },
  ];
}

/**
 * Other owners' Secrets: Helm's, which contain the values of each release, and the tokens that Kubernetes creates for
 * the API.
 */
function reservedTemplate({ names }: Platform) {
  return valueTemplateOf(
    'centaur.credentialExposure.isReserved',
    'Whether a Secret belongs to Helm, or is a token that Kubernetes makes for the API.',
    { secret: Type.String() },
    ({ secret }) => or(hasPrefix('sh.helm.release.', secret), hasPrefix(str`${names.api}-token-`, secret)),
  );
}

/** A key of the values that names Secrets. */
interface SecretKey {
  readonly key: string;
  readonly holder: Holder;
  /** Who that is, in a sentence. */
  readonly who: string;
  readonly names: Expr<readonly string[]>;
  /** What to do instead. */
  readonly instead: string;
}

function secretKeys({ values }: Platform): readonly SecretKey[] {
  const { api, ironProxy, onepasswordConnect, firewall, secrets } = values;
  const instead = 'mount another Secret, with the one key that is needed';
  const volumes = (keys: Symbolic<Pick<PodKeys, 'extraVolumes'>>) =>
    secretsOfVolumes({ volumes: defaultIfAbsent(keys.extraVolumes, []) });
  return [
    { key: 'api.extraVolumes', holder: 'api', who: 'the API', names: volumes(api), instead },
    {
      key: 'ironProxy.extraVolumes',
      holder: 'iron-proxy',
      who: 'iron-proxy',
      names: volumes(ironProxy),
      instead,
    },
    {
      key: 'onepasswordConnect.connect.extraVolumes',
      holder: 'connect',
      who: 'Connect',
      names: volumes(onepasswordConnect.connect),
      instead,
    },
    {
      key: 'global.imagePullSecrets',
      holder: 'sandbox',
      who: 'sandboxes',
      names: pullSecretNames(values),
      instead: 'name a Secret that holds the login of a registry and nothing else',
    },
    {
      key: 'firewall.existingCaSecretName',
      holder: 'sandbox',
      who: 'the API and sandboxes, which mount it,',
      names: listOf<string>([firewall.existingCaSecretName], 'secrets'),
      instead: 'put ca-cert.pem into a Secret of its own',
    },
    {
      key: 'secrets.bootstrapSecretName',
      holder: 'sandbox',
      who: 'sandboxes, which are made of it,',
      names: listOf<string>([secrets.bootstrapSecretName], 'secrets'),
      instead: 'put what they need into a Secret of its own',
    },
  ];
}

/** Every Secret that volumes name; a driver's attributes may name one as well. */
const secretsOfVolumes = valueTemplateOf(
  'centaur.credentialExposure.secretsOfVolumes',
  'The Secrets that volumes name, and what a driver is told, which may name one as well.',
  { volumes: Type.Array(kubernetes.volume()) },
  ({ volumes }) =>
    listOf<string>(
      [
        each(volumes, ({ secret }) => when(secret, ({ secretName }) => defaultIfEmpty(secretName, ''))),
        each(volumes, ({ projected }) =>
          when(projected, ({ sources }) =>
            each(sources, ({ secret }) => when(secret, ({ name }) => defaultIfEmpty(name, ''))),
          ),
        ),
        each(volumes, ({ csi }) =>
          when(csi, ({ nodePublishSecretRef }) =>
            when(nodePublishSecretRef, ({ name }) => defaultIfEmpty(name, '')),
          ),
        ),
        each(volumes, ({ csi }) =>
          when(csi, ({ volumeAttributes }) => each(volumeAttributes, (attribute) => attribute)),
        ),
      ],
      'secrets',
    ),
);

function secretRules(platform: Platform): readonly Member<string>[] {
  const { values } = platform;
  const { secretManager, onepasswordConnect, firewall } = values;
  const { credentialsName, credentialsKey } = onepasswordConnect.connect;
  const { existingCaKeySecretName, ca } = firewall;
  const isReserved = reservedTemplate(platform);
  const isWithheld = valueTemplateOf(
    'centaur.credentialExposure.isWithheld',
    'Whether a Secret holds what a part of the release must not read.',
    { secret: Type.String(), from: Type.String() },
    ({ secret, from }) =>
      anyOf([
        isReserved({ secret }),
        ...withheldSecrets(platform).map(({ is, holders }) =>
          holders.reduce<Expr<boolean>>((withheld, holder) => and(withheld, ne(from, holder)), is(secret)),
        ),
      ]),
  );
  const own = {
    'secretManager.existingSecretName': secretManager.existingSecretName,
    'onepasswordConnect.connect.credentialsName': credentialsName,
    'firewall.existingCaKeySecretName': existingCaKeySecretName,
  };
  return [
    ...secretKeys(platform).map(({ key, holder, who, names, instead }) =>
      each<string, string>(names, (secret) =>
        when<string>(
          isWithheld({ secret, from: holder }),
          str`${key}: the Secret ${secret} holds what ${who} must not read: ${instead}`,
        ),
      ),
    ),
    ...Object.entries(own).map(([key, name]) =>
      when<string>(
        isReserved({ secret: name }),
        str`${key}: the Secret ${name} belongs to Helm or to Kubernetes: choose another name`,
      ),
    ),
    when(
      and(
        isNonEmpty(ca.certPem),
        or(
          eq(existingCaKeySecretName, secretManager.existingSecretName),
          eq(existingCaKeySecretName, credentialsName),
        ),
      ),
      str`firewall.existingCaKeySecretName: the chart makes this Secret of firewall.ca, and ${existingCaKeySecretName} must exist before the installation: choose another name`,
    ),
    when(
      isNoConnectKey(platform, credentialsKey),
      str`onepasswordConnect.connect.credentialsKey: the key ${credentialsKey} belongs to other parts of the release, and Connect must not read it: name the key that holds 1password-credentials.json`,
    ),
  ];
}

/** Whether a key of a Secret is one that others read, in case the Secret is the same. */
function isNoConnectKey({ values }: Platform, key: Expr<string>): Expr<boolean> {
  return or(
    eq(key, caKeys.privateKey),
    includes(allInfraKeys, trimPrefix(values.secretManager.envPrefix, key)),
    endsAsOneOf(tokenKeys, key),
  );
}

// ----------------------------------------------------------------------------------------------------- variables

/** Maps of variables that users write, by their keys in the values. */
function environments({ values }: Platform) {
  return { 'api.extraEnv': values.api.extraEnv, 'sandbox.extraEnv': values.sandbox.extraEnv };
}

function variableRules(platform: Platform): readonly Member<string>[] {
  const { values } = platform;
  const { envPrefix } = values.secretManager;
  const placeholders = placeholdersOf(platform);
  return [
    ...Object.entries(environments(platform)).flatMap(([key, variables]) => [
      each<string, string>(variables, (_, name) =>
        when<string>(
          endsAsOneOf(tokenKeys, name),
          str`${key}: ${name} fetches credentials, and iron-proxy alone may hold it: remove it here, and put it into the infra Secret`,
        ),
      ),
      when<string>(
        isNonEmpty(variables),
        given('placeholders', placeholders, (byName) =>
          each(variables, (value, name) =>
            when(acceptedAs([name, trimPrefix(envPrefix, name)], byName), (accepted) =>
              when(
                not(isAccepted(value, accepted)),
                str`${key}: ${name} is a credential, of which only iron-proxy holds the value: write its placeholder, ${join(' or ', accepted)}, and store the value where ironProxy.secretSource says`,
              ),
            ),
          ),
        ),
      ),
    ]),
    // Each variable of iron-proxy is a secret, and a directory of that name may be on a volume that others can see.
    each(values.ironProxy.extraVolumeMounts, ({ name, subPathExpr }) =>
      when(subPathExpr, (path) =>
        when(
          contains('$(', path),
          str`ironProxy.extraVolumeMounts: subPathExpr of ${name} would write a secret of iron-proxy into the name of a folder: use subPath`,
        ),
      ),
    ),
  ];
}

interface Placeholder {
  /** The variable's name. */
  readonly name: string;
  /** What it may contain instead. */
  readonly text: string;
}

const placeholderSchema = Type.Object({ name: Type.String(), text: Type.String() });
type PlaceholdersByName = Symbolic<{ readonly [name: string]: readonly Placeholder[] }>;

function placeholdersOf({ secrets }: Platform): PlaceholdersByName {
  // Includes disabled harnesses: the agents read their credentials from the same variables.
  const ofHarnesses = harnessCredentials.map(({ name }) => constant<Placeholder>({ name, text: name }));
  const declared = each<Secret, Placeholder>(secrets.secrets, (secret) => {
    const names = listOf<string>(
      [secret.name, each(referencesOf({ secret }), (reference) => reference)],
      'names',
    );
    const strings = listOf<string>(
      [placeholderOf(secret), when(eq(secret.declared.type, 'pg_dsn'), databaseAddress)],
      'strings',
    );
    return each(uniq(names), (name) =>
      each(strings, (text) => readAs(placeholderSchema, mapOf<string>({ name, text }, 'placeholder'))),
    );
  });
  return valueTemplate(
    'centaur.credentialExposure.placeholders',
    "What may stand in a variable for a credential: by the name of the secret, or of a harness's credential, and by each reference that it is made of.",
    groupBy(
      listOf<Placeholder>([...ofHarnesses, declared], 'placeholders'),
      ({ name }) => name,
      'placeholdersByName',
    ),
  );
}

/** The allowed values of a variable with this name; undefined if it does not hold a credential. */
function acceptedAs(
  names: readonly Expr<string>[],
  placeholders: PlaceholdersByName,
): Symbolic<readonly string[]> {
  return uniq(
    listOf<string>(
      names.map((name) => each(get(placeholders, name, []), ({ text }) => text, 'placeholder')),
      'accepted',
    ),
  );
}

/** Where a tool connects instead of its database. */
const databaseAddress = `postgresql://${postgresClient.user}@…`;

/** The password is omitted, or comes from a variable. */
const databaseAddresses = ['postgresql', 'postgres'].flatMap((scheme) =>
  ['', `:$(${postgresClient.passwordKey})`].map(
    (password) => `${scheme}://${postgresClient.user}${password}@`,
  ),
);

function isAccepted(value: Expr<string>, accepted: Expr<readonly string[]>): Expr<boolean> {
  const isDatabaseAddress = anyOf(databaseAddresses.map((beginning) => hasPrefix(beginning, value)));
  return or(
    includes(accepted, value),
    and(includes(accepted, databaseAddress), isDatabaseAddress, not(contains('password=', value))),
  );
}

/** Variables of the API that are set only by their own keys. */
function settingRules(platform: Platform): readonly Member<string>[] {
  const keys = Object.fromEntries([
    ...guardedKeys.map((key) => [key, `${key} in the infra Secret`] as const),
    ...Object.entries(guardedSettings(platform)).map(([variable, { key }]) => [variable, key] as const),
  ]);
  return [
    given('guarded', mapOf<string>(keys, 'keys'), (guarded) =>
      each<string, string>(platform.values.api.extraEnv, (_, name) =>
        when(
          get(guarded, name, ''),
          (key) =>
            str`api.extraEnv: ${name} decides where credentials come from, or what sandboxes are given and may reach: set ${key} instead`,
        ),
      ),
    ),
  ];
}
