import { constantYaml } from '../helm/chart.js';
import { isList, isMap, type ValueMap } from '../text/json.js';
import type { RenderedObject } from './install-order.js';

/** An object as YAML, written as the chart's templates write it, under a line that says which of them it comes from. */
export function manifestText(chart: string, { file, object }: RenderedObject): string {
  return `${sourceLine(chart)}${file}\n${constantYaml(object).join('\n')}\n`;
}

/** Whether an object is a Secret, or a list with one in it, so that its text is not for everybody. */
export function isSecret({ kind, items = [] }: ValueMap): boolean {
  return kind === 'Secret' || (isList(items) && items.filter(isMap).some(isSecret));
}

/** How a file that was rendered from a template of this chart begins. */
export function sourceLine(chart: string): string {
  return `# Source: ${chart}/`;
}
