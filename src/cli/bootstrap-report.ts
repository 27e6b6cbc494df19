/** What `bootstrap` says: names and keys, and no value. */
import type { KeyReport, SecretReport } from './make-secrets.js';

/** @param dryRun whether nothing was written */
export function reportText(
  reports: readonly SecretReport[],
  { context, namespace, dryRun }: { context: string; namespace: string; dryRun: boolean },
): string {
  const blocks = reports.map(({ name, action, keys }) => {
    const width = Math.max(...keys.map(({ key }) => key.length));
    const lines = keys.map((report) => `  ${report.key.padEnd(width)}  ${keyText(report)}\n`);
    return `${name}: ${actionText(action, dryRun)}\n${lines.join('')}`;
  });
  const written = reports.filter(({ action }) => action !== 'kept').length;
  const end = dryRun
    ? 'Nothing was written (--dry-run).'
    : written === 0
      ? 'All Secrets exist, with all keys. Nothing was written.'
      : `${written} of ${reports.length} Secrets written.`;
  return `namespace ${namespace}, context ${context}\n${blocks.join('')}${end}\n${afterwards(reports)}`;
}

function actionText(action: SecretReport['action'], dryRun: boolean): string {
  if (action === 'kept') return 'complete';
  return dryRun ? `would be ${action}` : action;
}

function keyText({ action, from, empty }: KeyReport): string {
  switch (action) {
    case 'kept':
      return empty === true ? 'kept, although it is empty' : 'kept';
    case 'read':
      return `from ${from}`;
    case 'copied':
      return `copied from ${from}`;
    case 'left out':
      return `left out: optional, and ${from} is not set`;
    default:
      return action;
  }
}

function afterwards(reports: readonly SecretReport[]): string {
  const replaced = reports.filter(({ action }) => action === 'replaced').map(({ name }) => name);
  return replaced.length === 0
    ? ''
    : `Pods that run use the old values of ${replaced.join(', ')} until they are restarted: see "Rotate a Secret" in docs/operations.md.\n`;
}
