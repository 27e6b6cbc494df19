/** The differences between two releases, for people and for programs. */
import type { Value } from '../text/json.js';
import { printable } from '../text/printable.js';
import { isSame, type ObjectName, type ReleaseDiff, type ShownChange } from './diff-objects.js';
import type { Step } from './diff-trees.js';
import type { Palette } from './problem-text.js';

export function textReport(diff: ReleaseDiff, colours: Palette): string {
  if (isSame(diff)) return 'no differences\n';
  const restarting = new Map(diff.restarts.map((restart) => [named(restart.object), restart]));
  const lines = [
    ...diff.removed.map((object) =>
      colours.red(`- ${named(object)}${object.kept ? ': Helm leaves it in the cluster' : ''}`),
    ),
    ...diff.added.map((object) => colours.green(`+ ${named(object)}`)),
    ...diff.changed.flatMap(({ object, changes }) => {
      const restart = restarting.get(named(object));
      return [
        `${colours.yellow('~')} ${colours.bold(named(object))}`,
        ...changes.map((change) => `    ${changeText(change, colours)}`),
        ...(restart === undefined
          ? []
          : [`    pods restart${restart.configurationOnly ? ': the configuration changed' : ''}`]),
      ];
    }),
    ...(diff.refused.length === 0 ? [] : ['', 'Kubernetes refuses to change:']),
    ...diff.refused.map(
      ({ object, field, instead }) => `  ${colours.red(`${named(object)} ${printable(field)}`)}: ${instead}`,
    ),
    '',
    summary(diff),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Paths are strings, as the text shows them. */
export function jsonReport(diff: ReleaseDiff): string {
  const report = {
    same: isSame(diff),
    ...diff,
    changed: diff.changed.map(({ object, changes }) => ({
      object,
      changes: changes.map(({ path, ...change }) => ({ path: pathText(path), ...change })),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function summary({ added, removed, changed, restarts, refused }: ReleaseDiff): string {
  const objects = `${added.length} added, ${removed.length} removed, ${changed.length} changed`;
  return [
    objects,
    ...(restarts.length > 0
      ? [`pods restart: ${restarts.map(({ object }) => named(object)).join(', ')}`]
      : []),
    ...(refused.length > 0 ? [`Kubernetes refuses ${refused.length} of the changes`] : []),
  ].join('; ');
}

function named({ kind, namespace, name }: ObjectName): string {
  return printable([kind, ...(namespace === undefined ? [] : [namespace]), name].join('/'));
}

function changeText(change: ShownChange, { red, green }: Palette): string {
  const { path, old, new: now, hidden, form, order } = change;
  const where = printable(pathText(path));
  if (form) return `${where}: only comments or formatting changed`;
  if (hidden !== undefined) return `${where}: ${hidden} (the value is not shown)`;
  if (order) return `${where}: another order`;
  if (old === undefined) return green(`+ ${where}: ${valueText(now)}`);
  if (now === undefined) return red(`- ${where}: ${valueText(old)}`);
  if (isLong(old) && isLong(now)) return `${where}: the text changed`;
  return `${where}: ${red(valueText(old))} → ${green(valueText(now))}`;
}

function isLong(value: Value): boolean {
  return typeof value === 'string' && value.includes('\n');
}

const maxLength = 200;

function valueText(value: Value | undefined): string {
  if (value === undefined) return '';
  const text = printable(JSON.stringify(value));
  // A scalar is whole, so that the difference between two is in it.
  return text.length > maxLength && typeof value === 'object' ? `${text.slice(0, maxLength)}…` : text;
}

/** A path as people write it: `spec.template.spec.containers[api].env[A].value`. */
function pathText(path: readonly Step[]): string {
  return path
    .map((step, index) => {
      if (typeof step !== 'string') return `[${memberText(step)}]`;
      if (!/^[\w$-]+$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

function memberText(step: Exclude<Step, string>): string {
  if ('key' in step) return step.key === 'name' ? String(step.value) : `${step.key}=${step.value}`;
  const [old, now] = [step.old, step.new];
  return old === undefined || now === undefined || old === now ? String(old ?? now) : `${old}→${now}`;
}
