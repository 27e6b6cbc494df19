/** Completes generated values, so that a release with them breaks no rule about its pods and their network policies. */
import { isList, isMap, type Value, type ValueMap } from '../../src/text/json.js';

/**
 * Values with what rules about pods ask for: a volume for each mount, a limit for each request, tolerations whose fields
 * fit each other, the only user that Connect runs as, and peers for each rule of a policy.
 */
export function withRunnablePods(values: Value): Value {
  if (!isMap(values)) return values;
  const members = Object.entries(values).map(([key, value]) => {
    const inner = withRunnablePods(value);
    const repair = Object.hasOwn(repairs, key) ? repairs[key] : undefined;
    return [key, repair?.(inner) ?? inner] as const;
  });
  return { ...Object.fromEntries(members), ...addedVolumes(values) };
}

const repairs: { readonly [key: string]: (value: Value) => Value } = {
  resources: (value) =>
    isMap(value) && isMap(value.requests)
      ? { ...value, limits: { ...(isMap(value.limits) ? value.limits : {}), ...value.requests } }
      : value,
  tolerations: (value) => (isList(value) ? value.map(toleration) : value),
  topologySpreadConstraints: (value) => (isList(value) ? value.map(constraint) : value),
  extraEgress: (value) => withPeers(value, 'to'),
  extraIngress: (value) => withPeers(value, 'from'),
  onepasswordConnect: (value) =>
    isMap(value) && isMap(value.connect) ? { ...value, connect: ofConnect(value.connect) } : value,
};

function toleration(value: Value): Value {
  if (!isMap(value)) return value;
  const { tolerationSeconds, value: tolerated } = value;
  return {
    ...value,
    key: value.key || 'key',
    ...(tolerated ? { operator: 'Equal' } : {}),
    ...(tolerationSeconds !== undefined ? { effect: 'NoExecute' } : {}),
  };
}

function constraint(value: Value): Value {
  return isMap(value) && value.minDomains !== undefined
    ? { ...value, whenUnsatisfiable: 'DoNotSchedule' }
    : value;
}

function ofConnect(values: ValueMap): ValueMap {
  const contexts = ['podSecurityContext', 'containerSecurityContext'].flatMap((key) => {
    const context = values[key];
    return isMap(context) && typeof context.runAsUser === 'number'
      ? [[key, { ...context, runAsUser: 999 }] as const]
      : [];
  });
  return { ...values, ...Object.fromEntries(contexts) };
}

function withPeers(components: Value, key: 'to' | 'from'): Value {
  if (!isMap(components)) return components;
  const rule = (value: Value): Value => {
    if (!isMap(value)) return value;
    const peers = value[key];
    return {
      ...value,
      [key]: isList(peers) && peers.length > 0 ? peers.map(narrowed) : [{ podSelector: {} }],
    };
  };
  return Object.fromEntries(
    Object.entries(components).map(([name, rules]) => [name, isList(rules) ? rules.map(rule) : rules]),
  );
}

/** A peer that is not every address. */
function narrowed(peer: Value): Value {
  if (!isMap(peer) || !isMap(peer.ipBlock) || typeof peer.ipBlock.cidr !== 'string') return peer;
  return { ...peer, ipBlock: { ...peer.ipBlock, cidr: peer.ipBlock.cidr.replace(/\/0$/, '/8') } };
}

function addedVolumes({ extraVolumes, extraVolumeMounts }: ValueMap): ValueMap {
  const names = namesIn(extraVolumes);
  const missing = namesIn(extraVolumeMounts).filter((name) => !names.includes(name));
  if (missing.length === 0) return {};
  const added = missing.map((name) => ({ name, emptyDir: {} }));
  return { extraVolumes: [...(isList(extraVolumes) ? extraVolumes : []), ...added] };
}

function namesIn(list: Value | undefined): readonly string[] {
  const names = isList(list) ? list.map((member) => (isMap(member) ? member.name : undefined)) : [];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}
