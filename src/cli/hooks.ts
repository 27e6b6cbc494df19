/**
 * Helm's hooks: objects that `helm install` and other actions create for a moment, each marked by an annotation.
 * https://helm.sh/docs/topics/charts_hooks/; pkg/release/v1/util/manifest_sorter.go in Helm 4 reads the annotation.
 */
import type { Evaluation } from '../helm/chart.js';
import { isMap, type Value } from '../text/json.js';

export type RenderedObject = Evaluation['objects'][number];

export function isHook(object: RenderedObject): boolean {
  return eventsOf(object) !== undefined;
}

/** Whether `helm test` runs the object: the second name of the event is that of Helm 2. */
export function isTestHook(object: RenderedObject): boolean {
  return eventsOf(object)?.some((event) => event === 'test' || event === 'test-success') ?? false;
}

/** The events for which Helm creates an object; undefined for one that is not a hook. */
function eventsOf({ object }: RenderedObject): readonly string[] | undefined {
  const annotation = member(member(object.metadata, 'annotations'), 'helm.sh/hook');
  if (annotation === undefined) return undefined;
  return String(annotation)
    .split(',')
    .map((event) => event.trim().toLowerCase());
}

function member(value: Value | undefined, key: string): Value | undefined {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
