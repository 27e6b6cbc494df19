/** Rules across keys that a JSON schema can't express. A message begins with the key to change, and says what to do. */
import {
  and,
  constant,
  contains,
  type Expr,
  each,
  eq,
  gt,
  hasSuffix,
  isNonEmpty,
  type Member,
  not,
  or,
  type RuleGroup,
  rules,
  str,
  trimSuffix,
  trunc,
  when,
} from '../helm/authoring.js';
import { innerPorts } from '../secrets/proxy-config.js';
import { secretRules } from '../secrets/secret-rules.js';
import { busPorts } from './connect.js';
import { exposureRules } from './credential-exposure.js';
import { caKeys } from './firewall-ca.js';
import { firewallCaRules } from './firewall-ca-rules.js';
import { allInfraKeys, tokenKeys } from './infra-secret.js';
import { ownHostsOf } from './own-hosts.js';
import type { Platform } from './platform.js';
import { workloadRules } from './workload-rules.js';

export function rulesOf(platform: Platform): readonly RuleGroup[] {
  const ownHosts = ownHostsOf(platform);
  return [
    rules('Names', ...nameRules(platform)),
    ...exposureRules(platform, ownHosts),
    rules('Connect', ...connectRules(platform)),
    rules('The CA of iron-proxy', ...firewallCaRules(platform)),
    rules('Ports', ...portRules(platform)),
    ...workloadRules(platform),
    rules('Network policies', ...networkPolicyRules(platform)),
    ...secretRules(platform.values, {
      infraKeys: allInfraKeys,
      envPrefix: platform.values.secretManager.envPrefix,
      plainKeys: [constant(caKeys.privateKey), platform.values.onepasswordConnect.connect.credentialsKey],
      tokens: tokenKeys,
      ownHosts,
    }),
  ];
}

/**
 * Names of Services are more restricted than names of releases:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
function nameRules({ values, names }: Platform): readonly Member<string>[] {
  const { applicationName } = values.onepasswordConnect.connect;
  const beginsWithDigit = (name: Expr<string>) => contains(trunc(1, name), '0123456789');
  return [
    when(
      or(contains('.', names.fullname), beginsWithDigit(names.fullname)),
      str`fullnameOverride: Services would be called ${names.fullname}-…, and their names begin with a letter and have no dot: set fullnameOverride, or choose another release name`,
    ),
    when(
      beginsWithDigit(applicationName),
      str`onepasswordConnect.connect.applicationName: ${applicationName} is the name of a Service, which begins with a letter: choose another one`,
    ),
    when(
      or(eq(applicationName, names.api), eq(applicationName, names.ironProxy)),
      str`onepasswordConnect.connect.applicationName: another Deployment and Service of the release are called ${applicationName}: choose another name`,
    ),
  ];
}

function connectRules({ values, mode }: Platform): readonly Member<string>[] {
  const { connect } = values.onepasswordConnect;
  const connectMode = mode('onepassword-connect');
  return [
    when(
      and(connectMode, not(connect.create), not(isNonEmpty(connect.url))),
      'onepasswordConnect.connect: the mode onepassword-connect needs a Connect server: set create to true to deploy one, or url to one that exists',
    ),
    when(
      and(connectMode, connect.create, isNonEmpty(connect.url)),
      'onepasswordConnect.connect: create and url are both set, so it is not clear which Connect server is meant: set one of them',
    ),
    when(
      and(not(connectMode), connect.create),
      str`onepasswordConnect.connect.create: nothing would use this Connect server, because ironProxy.secretSource is ${values.ironProxy.secretSource}: set that to onepassword-connect, or create to false`,
    ),
    when(
      or(hasSuffix('/', connect.url), hasSuffix('/v1', connect.url)),
      str`onepasswordConnect.connect.url: iron-proxy adds the path of the API, /v1, itself: write ${trimSuffix('/', trimSuffix('/v1', trimSuffix('/', connect.url)))}`,
    ),
  ];
}

function networkPolicyRules({ values }: Platform): readonly Member<string>[] {
  const { apiServerCidrs, database, dns, extraEgress, extraIngress } = values.networkPolicy;
  const openInstead = 'leave the list empty to allow any other address';
  const named = 'name the servers themselves, such as 10.0.0.10/32';
  const lists = [
    ['apiServerCidrs', apiServerCidrs, openInstead],
    ['database.cidrs', database.cidrs, openInstead],
    ['dns.cidrs', dns.cidrs, named],
  ] as const;
  const components = ['api', 'ironProxy', 'connect'] as const;
  const isEveryAddress = (key: string, cidr: Expr<string>, instead: string) =>
    when<string>(
      hasSuffix('/0', cidr),
      str`networkPolicy.${key}: ${cidr} is every address, including those at which clouds serve the credentials of their machines: ${instead}`,
    );
  return [
    ...lists.map(
      ([key, cidrs, instead]): Member<string> => each(cidrs, (cidr) => isEveryAddress(key, cidr, instead)),
    ),
    ...components.map(
      (component): Member<string> =>
        each(extraEgress[component], ({ to }) =>
          each(to, ({ ipBlock }) =>
            when(ipBlock, ({ cidr }) => isEveryAddress(`extraEgress.${component}`, cidr, named)),
          ),
        ),
    ),
    // Kubernetes interprets a rule without peers as one for every address.
    ...components.map(
      (component): Member<string> =>
        each(extraEgress[component], ({ to }) =>
          when(
            not(isNonEmpty(to)),
            str`networkPolicy.extraEgress.${component}: a rule has no "to", and would allow every address: list its peers, such as {ipBlock: {cidr: 10.0.0.10/32}}`,
          ),
        ),
    ),
    ...components.map(
      (component): Member<string> =>
        each(extraIngress[component], ({ from }) =>
          when(
            not(isNonEmpty(from)),
            str`networkPolicy.extraIngress.${component}: a rule has no "from", and would allow connections from everywhere: list its peers, such as {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}`,
          ),
        ),
    ),
  ];
}

type NamedPort = readonly [key: string, port: Expr<number>];

function portRules({ values }: Platform): readonly Member<string>[] {
  const { proxyPort, managementPort, healthPort, pgPortRangeStart, pgPortRangeEnd } =
    values.ironProxy.service;
  const { api, sync } = values.onepasswordConnect.connect;
  const proxy: readonly NamedPort[] = [
    ['proxyPort', proxyPort],
    ['managementPort', managementPort],
    ['healthPort', healthPort],
  ];
  return [
    ...pairs(proxy).map(([left, right]) => clash('ironProxy.service', left, right)),
    ...proxy.map((named) =>
      when<string>(
        and(not(gt(pgPortRangeStart, named[1])), not(gt(named[1], pgPortRangeEnd))),
        str`ironProxy.service.${named[0]}: ${named[1]} lies in the range of ports for databases, ${pgPortRangeStart} to ${pgPortRangeEnd}: choose another port, or another range`,
      ),
    ),
    ...proxy.flatMap((named) =>
      Object.values(innerPorts).map((port) =>
        when<string>(
          eq(named[1], port),
          str`ironProxy.service.${named[0]}: iron-proxy itself uses port ${port} inside its pod: choose another port`,
        ),
      ),
    ),
    when(
      gt(pgPortRangeStart, pgPortRangeEnd),
      str`ironProxy.service.pgPortRangeEnd: the range of ports for databases ends at ${pgPortRangeEnd}, before it begins at ${pgPortRangeStart}: set the end to the start or above`,
    ),
    clash('onepasswordConnect.connect', ['api.httpPort', api.httpPort], ['sync.httpPort', sync.httpPort]),
    ...Object.values(busPorts).flatMap((port) =>
      (
        [
          ['api.httpPort', api.httpPort],
          ['sync.httpPort', sync.httpPort],
        ] as const
      ).map(([key, httpPort]) =>
        when<string>(
          eq(httpPort, port),
          str`onepasswordConnect.connect.${key}: Connect's servers talk to each other on port ${port}: choose another port`,
        ),
      ),
    ),
  ];
}

function clash(where: string, [left, port]: NamedPort, [right, other]: NamedPort): Member<string> {
  return when(
    eq(port, other),
    str`${where}: ${left} and ${right} are both ${port}, and one pod can't listen twice on a port: change one of them`,
  );
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((left, index) => items.slice(index + 1).map((right) => [left, right] as const));
}
