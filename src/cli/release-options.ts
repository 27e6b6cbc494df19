/** The options that say which release values are for, as in Helm. */

import type { Command } from 'commander';
import type { ReleaseOptions } from '../helm/chart.js';
import { dnsLabel, dnsSubdomain } from '../text/addresses.js';
import { Failure } from './failure.js';

export interface ReleaseFlags {
  readonly release?: string;
  readonly namespace: string;
}

export function defineReleaseOptions(command: Command): void {
  command
    .option('--release <name>', "the release's name (default: the chart's)")
    .option('-n, --namespace <name>', 'the namespace that the release is for', 'default');
}

/**
 * The release that the user names.
 *
 * @throws {Failure} if Helm or Kubernetes would refuse a name
 */
export function releaseOf({ release, namespace }: ReleaseFlags): ReleaseOptions {
  if (release !== undefined) requireReleaseName(release, '--release');
  requireNamespace(namespace, '--namespace');
  return { namespace, ...(release !== undefined && { name: release }) };
}

/**
 * Helm's own rule: https://helm.sh/docs/chart_template_guide/builtin_objects/, chartutil.ValidateReleaseName
 *
 * @throws {Failure} that begins with the option or setting that gave the name
 */
export function requireReleaseName(name: string, setting: string): void {
  if (name.length > 53 || !new RegExp(`^${dnsSubdomain}$`).test(name)) {
    throw new Failure(
      2,
      `${setting} ${JSON.stringify(name)}: a release is named with small letters, digits, - and ., at most 53 of them`,
    );
  }
}

/**
 * Kubernetes' rule for namespaces (RFC 1123 label).
 *
 * @throws {Failure} that begins with the option or setting that gave the name
 */
export function requireNamespace(name: string, setting: string): void {
  if (name.length > 63 || !new RegExp(`^${dnsLabel}$`).test(name)) {
    throw new Failure(
      2,
      `${setting} ${JSON.stringify(name)}: a namespace is named with small letters, digits and -, at most 63 of them`,
    );
  }
}
