/** What differs between the objects of two releases, and what follows from it in a cluster. */
import { parse } from 'yaml';
import { isList, isMap, type Value, type ValueMap, valueAt } from '../text/json.js';
import { refusalsOf } from './diff-refusals.js';
import { type Change, differences } from './diff-trees.js';
import { isHook, type RenderedObject } from './hooks.js';
import { isSecret } from './manifest-text.js';

/** The name of an object; without a namespace if it has none. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A change without what must not be shown. */
export interface ShownChange extends Change {
  /** A value that may be a credential has changed; there is neither `old` nor `new`. */
  readonly hidden?: 'added' | 'removed' | 'changed';
  /** Only comments or the formatting of an embedded document have changed. */
  readonly form?: true;
}

export interface ChangedObject {
  readonly object: ObjectName;
  readonly changes: readonly ShownChange[];
}

/** A change that Kubernetes does not make to an existing object. */
export interface Refusal {
  readonly object: ObjectName;
  /** The field, such as `spec.selector`. */
  readonly field: string;
  readonly instead: string;
}

export interface Restart {
  readonly object: ObjectName;
  /** Nothing in the pods differs but the checksum of what they read. */
  readonly configurationOnly: boolean;
}

export interface ReleaseDiff {
  readonly added: readonly ObjectName[];
  /** Those that Helm leaves in the cluster are marked with `kept`. */
  readonly removed: readonly (ObjectName & { readonly kept?: true })[];
  readonly changed: readonly ChangedObject[];
  readonly restarts: readonly Restart[];
  readonly refused: readonly Refusal[];
}

/** The objects of a release, with the values that they were made from. */
export interface Side {
  readonly objects: readonly RenderedObject[];
  readonly values: ValueMap;
}

export function releaseDiff(old: Side, now: Side): ReleaseDiff {
  const before = byName(old.objects);
  const after = byName(now.objects);
  const hiddenVariables = new Set([...variablesIn(old.values), ...variablesIn(now.values)]);
  const pairs = [...before].flatMap(([id, left]) => {
    const right = after.get(id);
    return right === undefined ? [] : [{ left, right }];
  });
  const changed = pairs.flatMap(({ left, right }) => {
    const changes = changesOf(left.object, right.object, hiddenVariables);
    return changes.length === 0 ? [] : [{ left, right, name: nameOf(right), changes }];
  });
  return {
    added: [...after].filter(([id]) => !before.has(id)).map(([, object]) => nameOf(object)),
    removed: [...before]
      .filter(([id]) => !after.has(id))
      .map(([, object]) => ({ ...nameOf(object), ...(isKept(object) && { kept: true }) })),
    changed: changed.map(({ right, name, changes }) => ({
      object: name,
      changes: changes
        .filter((change) => !isChecksum(change))
        .map((change) => shown(change, right.object, hiddenVariables)),
    })),
    restarts: changed.flatMap(({ right, name, changes }) => {
      const inPods = workloads.includes(name.kind)
        ? changes.filter(({ path: [top, field] }) => top === 'spec' && field === 'template')
        : [];
      return inPods.length === 0 || isHook(right)
        ? []
        : [{ object: name, configurationOnly: inPods.every(isChecksum) }];
    }),
    // Helm deletes a hook's object before it creates the new one.
    refused: changed
      .filter(({ left, right }) => !isHook(left) && !isHook(right))
      .flatMap(({ left, right, name }) =>
        refusalsOf(left.object, right.object).map((refusal) => ({ object: name, ...refusal })),
      ),
  };
}

/** Whether nothing differs. */
export function isSame({ added, removed, changed }: ReleaseDiff): boolean {
  return added.length + removed.length + changed.length === 0;
}

const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

/** Kinds in which the order of lists has no meaning. */
const orderlessKinds = ['NetworkPolicy', 'CiliumNetworkPolicy', 'Role', 'ClusterRole'];

function changesOf(left: ValueMap, right: ValueMap, opaque: ReadonlySet<string>): readonly ShownChange[] {
  const comparison = { orderless: orderlessKinds.includes(String(right.kind)) };
  const found = differences(withDocuments(left, opaque), withDocuments(right, opaque), comparison);
  if (found.length > 0) return found;
  return differences(left, right, comparison).map(({ path }) => ({ path, form: true }));
}

/**
 * The object with the YAML and JSON that it contains as strings read: in a ConfigMap and in environment variables, except
 * for opaque ones.
 */
function withDocuments(object: ValueMap, opaque: ReadonlySet<string>): ValueMap {
  const { data } = object;
  if (object.kind === 'ConfigMap' && isMap(data)) {
    const read = Object.entries(data).map(([key, value]) => [
      key,
      /\.(ya?ml|json)$/.test(key) ? documentIn(value) : value,
    ]);
    return { ...object, data: Object.fromEntries(read) };
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, withVariables(value, opaque)]),
  );
}

function withVariables(value: Value, opaque: ReadonlySet<string>): Value {
  if (isList(value)) return value.map((one) => withVariables(one, opaque));
  if (!isMap(value)) return value;
  const isVariable = typeof value.name === 'string' && !opaque.has(value.name);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      isVariable && key === 'value' && /^[[{]/.test(String(one))
        ? documentIn(one)
        : withVariables(one, opaque),
    ]),
  );
}

function documentIn(text: Value): Value {
  if (typeof text !== 'string') return text;
  try {
    const document: Value = parse(text, { logLevel: 'silent' });
    return isMap(document) || isList(document) ? document : text;
  } catch {
    return text;
  }
}

/** Names of environment variables that users set: their values may be credentials by mistake. */
function variablesIn(values: Value): readonly string[] {
  if (isList(values)) return values.flatMap(variablesIn);
  if (!isMap(values)) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    key === 'extraEnv' && isMap(value) ? Object.keys(value) : variablesIn(value),
  );
}

/** Fields of a Secret whose values can be shown. */
const openFields = [
  ['metadata', 'labels'],
  ['metadata', 'name'],
  ['type'],
  ['immutable'],
  ['kind'],
  ['apiVersion'],
];

function shown(change: ShownChange, object: ValueMap, hiddenVariables: ReadonlySet<string>): ShownChange {
  const { path, form, order } = change;
  if (form) return change;
  const kind =
    change.old === undefined ? 'added' : change.new === undefined ? 'removed' : ('changed' as const);
  const inSecret =
    isSecret(object) && !openFields.some((field) => field.every((step, index) => step === path[index]));
  const inVariable = path.some(
    (step, index) =>
      path[index + 1] === 'value' &&
      typeof step === 'object' &&
      // A variable that cannot be named may be any of them.
      (!('value' in step) || hiddenVariables.has(String(step.value))),
  );
  if (inSecret || inVariable || path.at(-1) === lastApplied) return { path, hidden: kind };
  return {
    path,
    ...(order && { order }),
    ...(change.old !== undefined && { old: masked(change.old, hiddenVariables) }),
    ...(change.new !== undefined && { new: masked(change.new, hiddenVariables) }),
  };
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What is printed in place of a value. */
const hiddenValue = '(hidden)';

function masked(value: Value, hiddenVariables: ReadonlySet<string>): Value {
  if (typeof value === 'string') return looksSecret(value) ? hiddenValue : value;
  if (isList(value)) return value.map((one) => masked(one, hiddenVariables));
  if (!isMap(value)) return value;
  const isHidden = typeof value.name === 'string' && hiddenVariables.has(value.name);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      (isHidden && key === 'value') || key === lastApplied ? hiddenValue : masked(one, hiddenVariables),
    ]),
  );
}

/** A private key, or a URL with a user: nothing in a manifest should be one, but a mistake must not be printed. */
function looksSecret(text: string): boolean {
  return /PRIVATE KEY-----|:\/\/[^/\s]*@/.test(text);
}

function isChecksum({ path }: Change): boolean {
  const last = path.at(-1);
  return path.at(-2) === 'annotations' && typeof last === 'string' && last.startsWith('checksum/');
}

function byName(objects: readonly RenderedObject[]): ReadonlyMap<string, RenderedObject> {
  return new Map(
    objects.map((object) => {
      const { kind, namespace = '', name } = nameOf(object);
      const [group = ''] = /^.*(?=\/)/.exec(String(object.object.apiVersion)) ?? [];
      return [[group, kind, namespace, name].join(' '), object];
    }),
  );
}

function nameOf({ object }: RenderedObject): ObjectName {
  const namespace = valueAt(object, ['metadata', 'namespace']);
  return {
    kind: String(object.kind),
    ...(typeof namespace === 'string' && { namespace }),
    name: String(valueAt(object, ['metadata', 'name'])),
  };
}

/** https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource */
function isKept({ object }: RenderedObject): boolean {
  return valueAt(object, ['metadata', 'annotations', 'helm.sh/resource-policy']) === 'keep';
}
