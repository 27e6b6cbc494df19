import { constantYaml } from '../helm/chart.js';
import { isList, isMap, type ValueMap } from '../text/json.js';
import type { RenderedObject } from './hooks.js';

/** An object as YAML, written as in the chart's templates, under a line that names its template. */
export function manifestText(chart: string, { file, object }: RenderedObject): string {
  return `${sourceLine(chart)}${file}\n${constantYaml(object).join('\n')}\n`;
}

/** Whether an object is a Secret, or a list that contains one, so that its output must be protected. */
export function isSecret({ kind, items = [] }: ValueMap): boolean {
  return kind === 'Secret' || (isList(items) && items.filter(isMap).some(isSecret));
}

/** The first line of a file rendered from a template of this chart. */
export function sourceLine(chart: string): string {
  return `# Source: ${chart}/`;
}
