/** Fields that Kubernetes does not change in an existing object: the validation of updates in pkg/apis of Kubernetes. */
import { isDeepStrictEqual } from 'node:util';
import { isMap, type Value, type ValueMap, type ValuePath, valueAt } from '../text/json.js';
import { magnitude } from '../text/quantity.js';

export interface FieldRefusal {
  /** The field, such as `spec.selector`. */
  readonly field: string;
  /** What to do. */
  readonly instead: string;
}

type Rule = (old: ValueMap, now: ValueMap) => readonly string[];

const recreate = 'delete the object, then upgrade: Helm creates it again';
const recreatePods = 'delete the object, then upgrade: its pods stop until Helm has created it again';

const rules: { readonly [kind: string]: { readonly refused: Rule; readonly instead: string } } = {
  Deployment: { refused: fixed(['spec', 'selector']), instead: recreatePods },
  ReplicaSet: { refused: fixed(['spec', 'selector']), instead: recreatePods },
  DaemonSet: { refused: fixed(['spec', 'selector']), instead: recreatePods },
  StatefulSet: {
    refused: fixedBut('spec', [
      ...['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit'],
      ...['persistentVolumeClaimRetentionPolicy', 'minReadySeconds'],
    ]),
    instead: 'delete the object with `kubectl delete --cascade=orphan`, which leaves its pods, then upgrade',
  },
  Job: {
    refused: fixed(['spec', 'selector'], ['spec', 'template'], ['spec', 'completionMode']),
    instead: recreate,
  },
  Service: {
    refused: (old, now) =>
      [['spec', 'clusterIP'] as const].flatMap((path) => {
        const next = valueAt(now, path);
        return next === undefined || isDeepStrictEqual(valueAt(old, path), next) ? [] : [path.join('.')];
      }),
    instead: 'delete the object, then upgrade: it gets a new address',
  },
  PersistentVolumeClaim: {
    refused: (old, now) => [
      ...fixedBut('spec', ['resources', 'volumeAttributesClassName'])(old, now),
      ...(storage(now) < storage(old) ? ['spec.resources.requests.storage'] : []),
    ],
    instead: 'create a second claim, copy the data, and use it; a claim can only grow',
  },
  RoleBinding: { refused: fixed(['roleRef']), instead: recreate },
  ClusterRoleBinding: { refused: fixed(['roleRef']), instead: recreate },
  Secret: {
    refused: (old, now) => [...fixed(['type'])(old, now), ...frozen(old, now)],
    instead: recreate,
  },
  ConfigMap: { refused: frozen, instead: recreate },
  PriorityClass: { refused: fixed(['value'], ['preemptionPolicy']), instead: recreate },
  StorageClass: {
    refused: fixed(['provisioner'], ['parameters'], ['reclaimPolicy'], ['volumeBindingMode']),
    instead: recreate,
  },
};

/** The changes between two objects of the same name that the API server refuses. */
export function refusalsOf(old: ValueMap, now: ValueMap): readonly FieldRefusal[] {
  const kind = String(now.kind);
  const rule = Object.hasOwn(rules, kind) ? rules[kind] : undefined;
  return (rule?.refused(old, now) ?? []).map((field) => ({ field, instead: rule?.instead ?? '' }));
}

function fixed(...paths: readonly ValuePath[]): Rule {
  return (old, now) =>
    paths
      .filter((path) => !isDeepStrictEqual(valueAt(old, path), valueAt(now, path)))
      .map((path) => path.join('.'));
}

function fixedBut(field: string, free: readonly string[]): Rule {
  return (old, now) => {
    const [before, after] = [fieldsOf(old[field]), fieldsOf(now[field])];
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return fixed(...names.filter((name) => !free.includes(name)).map((name) => [field, name]))(old, now);
  };
}

/** What `immutable: true` forbids to change. */
function frozen(old: ValueMap, now: ValueMap): readonly string[] {
  return old.immutable === true
    ? fixed(['immutable'], ['data'], ['stringData'], ['binaryData'])(old, now)
    : [];
}

function fieldsOf(value: Value | undefined): ValueMap {
  return isMap(value) ? value : {};
}

function storage(claim: ValueMap): number {
  const size = valueAt(claim, ['spec', 'resources', 'requests', 'storage']);
  return typeof size === 'string' || typeof size === 'number' ? magnitude(size) : 0;
}
