/** Rules across declared secrets that a JSON schema can't express, each with a message that says what to do. */
import {
  byteLength,
  each,
  gt,
  listOf,
  type Member,
  type RuleGroup,
  rules,
  str,
  when,
} from '../helm/authoring.js';
import {
  placeholderInsideAnother,
  sameDatabase,
  samePlace,
  severalDatabases,
  severalReferences,
  severalWays,
} from './collision-rules.js';
import { given } from './conditions.js';
import {
  hasNoHosts,
  hasNoPlace,
  hasNoSingleTarget,
  isInHopByHopHeader,
  targetsOwnHost,
  tokenEndpointIsOwnHost,
} from './declaration-rules.js';
import { type Declaration, declared, type Secret, type SecretsValues } from './declared-secrets.js';
import { type EnvironmentOptions, reservedKeys } from './environment-rules.js';
import type { OwnHosts } from './own-host.js';
import { proxyConfig } from './proxy-config.js';

export interface RuleOptions extends EnvironmentOptions {
  /** Hosts that credentials must not be sent to. */
  readonly ownHosts: OwnHosts;
}

/** The messages of broken rules, to be added to a chart. */
export function secretRules(values: SecretsValues, options: RuleOptions): readonly RuleGroup[] {
  const declarations = listOf<Declaration>(
    [each(declared(values).declarations, (declaration) => declaration)],
    'declarations',
  );
  const secrets = listOf<Secret>([each(declared(values).secrets, (secret) => secret)], 'secrets');
  return [
    rules(
      'Declarations of secrets',
      each(declarations, hasNoHosts),
      targetsOwnHost(declarations, options.ownHosts),
      tokenEndpointIsOwnHost(declarations, options.ownHosts),
      each(declarations, hasNoPlace),
      each(declarations, hasNoSingleTarget),
      each(declarations, isInHopByHopHeader),
    ),
    rules(
      'Declared secrets that would meet in one place',
      severalReferences(secrets),
      severalWays(secrets),
      severalDatabases(secrets),
      placeholderInsideAnother(secrets),
      sameDatabase(secrets),
      samePlace(secrets),
    ),
    rules('References that are keys of the infra Secret', reservedKeys(values, secrets, options)),
    rules("The size of iron-proxy's configuration", configFits(values)),
  ];
}

/** A ConfigMap holds 1 MiB of data; the rest is room for what surrounds the configuration. */
export const maxConfigBytes = 1024 * 1024 - 16 * 1024;

function configFits(values: SecretsValues): Member<string> {
  return given('size', byteLength(proxyConfig(values)), (bytes) =>
    when(
      gt(bytes, maxConfigBytes),
      str`tools: the configuration of iron-proxy has ${bytes} bytes, and a ConfigMap holds ${maxConfigBytes}: name hosts together (*.example.com), leave out the tools that this release does not run, or run them in a release of their own`,
    ),
  );
}
