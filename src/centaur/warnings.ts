/** Warnings about values that work, and that are probably not meant for long. Their form is that of rules. */
import {
  and,
  contains,
  type Expr,
  each,
  eq,
  ifElse,
  includes,
  lt,
  type Member,
  not,
  str,
  when,
} from '../helm/authoring.js';
import { exceedsSmallestPlan, ttlMilliseconds } from '../secrets/quota.js';
import type { Platform } from './platform.js';
import type { Values } from './values/index.js';

const minute = 60_000;

export function warningsOf({ values, mode }: Platform): readonly Member<string>[] {
  const { api, ironProxy, sandbox, onepasswordConnect } = values;
  const { connect } = onepasswordConnect;
  return [
    ...imageWarnings('api.image', api.image),
    ...imageWarnings('ironProxy.image', ironProxy.image),
    ...imageWarnings('sandbox.image', sandbox.image),
    each(ironProxy.allowedHosts, (host) =>
      when(
        eq(host, '*'),
        'ironProxy.allowedHosts: "*" lets sandboxes send what they can read to any host: name the hosts that they need',
      ),
    ),
    when(
      and(mode('onepassword'), lt(ttlMilliseconds(values), minute)),
      'ironProxy.secretTtl: below a minute, iron-proxy soon reads more often than 1Password allows a service account: set a longer time such as 10m, or use onepassword-connect',
    ),
    when(
      exceedsSmallestPlan(
        values,
        ifElse(ironProxy.autoscaling.enabled, ironProxy.autoscaling.maxReplicas, ironProxy.replicas),
      ),
      'ironProxy.secretTtl: iron-proxy reads more often per day than the smallest 1Password plan allows: `centaur-chart budget` finds a time that fits each plan; onepassword-connect has no such limits',
    ),
    // 1Password Connect is the source for production.
    when(mode('onepassword-connect'), singlePod('api.replicaCount', api.replicaCount, api)),
    when(mode('onepassword-connect'), singlePod('ironProxy.replicas', ironProxy.replicas, ironProxy)),
    when(connect.create, singlePod('onepasswordConnect.connect.replicas', connect.replicas, connect)),
  ];
}

function singlePod(
  key: string,
  replicas: Expr<number>,
  { autoscaling }: Pick<Values['api'], 'autoscaling'>,
): Member<string> {
  return when(
    and(eq(replicas, 1), not(autoscaling.enabled)),
    `${key}: with a single pod, requests fail while its node is drained: set at least 2 in production`,
  );
}

/** Tags that publishers move to another image, by convention. */
const movingTags: readonly string[] = ['latest', 'main', 'master', 'edge', 'nightly', 'dev', 'stable'];

/** A name without a registry is one of Docker Hub's library, which only Docker publishes: a local build, or a mistake. */
function imageWarnings(
  key: string,
  { repository, tag, digest }: Values['api']['image'],
): readonly Member<string>[] {
  const isLocal = not(contains('/', repository));
  const isMoving = and(eq(digest, ''), includes(movingTags, tag));
  return [
    when(
      isLocal,
      `${key}.repository: the image has no registry, so only nodes that already have it can run it: add the registry that publishes it, as in ghcr.io/OWNER/NAME`,
    ),
    when(
      and(not(isLocal), isMoving),
      str`${key}.tag: ${tag} is a tag that is moved to other images, so nodes may run different ones: name a version, or set ${key}.digest`,
    ),
  ];
}
