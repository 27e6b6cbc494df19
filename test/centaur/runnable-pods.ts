/** Completes generated values, so that the pods of a release with them are ones that Kubernetes would run. */
import { isList, isMap, type Value, type ValueMap } from '../../src/text/json.js';

/**
 * Values with what rules about pods ask for: a volume for each mount, a limit for each request, tolerations whose fields
 * fit each other, and the only user that Connect runs as.
 */
export function withRunnablePods(values: Value): Value {
  if (!isMap(values)) return values;
  const members = Object.entries(values).map(([key, value]) => {
    const inner = withRunnablePods(value);
    return [key, repairs[key]?.(inner) ?? inner] as const;
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
