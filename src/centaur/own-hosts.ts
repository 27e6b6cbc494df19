/** The release's own hosts, and the keys of the values that can name one. */
import {
  constant,
  defaultIfAbsent,
  type Expr,
  each,
  first,
  isNonEmpty,
  listOf,
  type Member,
  release,
  type Symbolic,
  str,
  valueTemplate,
  when,
} from '../helm/authoring.js';
import {
  givenNamesOwn,
  type OwnHost,
  type OwnHostNames,
  type OwnHosts,
  ownHost,
  ownHostsNamed,
} from '../secrets/own-host.js';
import type { Platform } from './platform.js';

/**
 * The Services of the release, and CoreDNS's names for pods by address, in every spelling that a resolver in the
 * cluster completes or accepts: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
export function ownHostsOf({ values, names }: Platform): OwnHosts {
  const { clusterDomain } = values.api.egressDiscovery;
  const { connect } = values.onepasswordConnect;
  const { Namespace } = release;
  // The cluster's domain may differ from the one in the values, so the labels before it decide.
  const service = (name: Expr<string>, more: Pick<OwnHostNames, 'who' | 'closed'>) =>
    ownHost({
      ...more,
      name: str`${name}.${Namespace}.svc.${clusterDomain}`,
      ends: [name, str`${name}.${Namespace}`],
      parts: [
        str`${name}.${Namespace}.svc`,
        ...[str`*.${Namespace}.svc`, str`${name}.*`, str`${name}.${Namespace}.*`],
      ],
    });
  const hosts = listOf<OwnHost>(
    [
      service(names.api, { who: 'the API itself', closed: false }),
      service(names.ironProxy, { who: 'iron-proxy itself', closed: true }),
      when(
        connect.create,
        service(connect.applicationName, { who: 'the Connect server itself', closed: true }),
      ),
      ownHost({
        name: str`pod.${clusterDomain}`,
        who: 'where every address has a name, also that of the API',
        closed: true,
        ends: [constant('pod'), str`pod.${clusterDomain}`],
        parts: [str`${Namespace}.pod`],
      }),
    ],
    'ownHosts',
  );
  return valueTemplate(
    'centaur.credentialExposure.ownHosts',
    "Hosts that are the release's own: what each is called, who listens there, and by what parts of a host it is found.",
    hosts,
  );
}

/** Rules about the keys that can name one of them: none may lead sandboxes, or the token of Connect, there. */
export function hostRules(
  { values, connectServer }: Platform,
  ownHosts: OwnHosts,
): readonly Member<string>[] {
  const { ironProxy, tools } = values;
  const { allowedHosts } = ironProxy;
  const toolHosts = listOf<string>([each(tools, ({ hosts }) => each(hosts, (host) => host))], 'toolHosts');
  const whereOwnAreNamed = (
    hosts: Symbolic<readonly string[]>,
    messages: (ownHosts: OwnHosts) => Member<string>,
  ) => givenNamesOwn<string>(ownHosts, hosts, (namesOwn, own) => when(namesOwn, messages(own)));
  const leadingTo = (own: OwnHosts, key: string | Expr<string>, hosts: Symbolic<readonly string[]>) =>
    each<string, string>(hosts, (host) =>
      each(ownHostsNamed(own, host), ({ name, who, closed }) =>
        when(closed, str`${key}: ${host} would lead sandboxes to ${name}, ${who}: remove it`),
      ),
    );
  return [
    when(
      isNonEmpty(values.onepasswordConnect.connect.url),
      when(
        ownHostsNamed(ownHosts, connectServer.host),
        (named) =>
          str`onepasswordConnect.connect.url: iron-proxy would send the token of Connect to ${first(named).name}, ${first(named).who}, which must not read it: give the URL of a Connect server`,
      ),
    ),
    whereOwnAreNamed(allowedHosts, (own) => leadingTo(own, 'ironProxy.allowedHosts', allowedHosts)),
    // Sandboxes can reach them even if no secret is sent there.
    whereOwnAreNamed(toolHosts, (own) =>
      each(tools, ({ hosts }, tool) => leadingTo(own, str`tools.${tool}.hosts`, defaultIfAbsent(hosts, []))),
    ),
  ];
}
