import { type HelmRelease, pinned, pinnedHelm, releasedHelm } from '../judges/helm.js';

/** The versions of Helm that the chart must work with, besides the newest ones, which every test run uses. */
export const versions: readonly (HelmRelease & { readonly dropsNulls?: boolean })[] = [
  // The oldest that the README promises.
  { version: 'v3.14.0', kubernetes: 'v0.29.0' },
  // The last one with the old validator of schemas, and the first one with the new.
  { version: 'v3.18.4', kubernetes: 'v0.33.2' },
  { version: 'v3.18.5', kubernetes: 'v0.33.3' },
  // Without a cluster, 4.0.0 believes in Kubernetes 1.20, and refuses charts for newer ones: helm/helm#31502.
  // It also drops a null for a key that the chart does not have, where other versions refuse the key.
  { version: 'v4.0.1', kubernetes: 'v0.34.1', dropsNulls: true },
  { version: 'v4.2.4', kubernetes: 'v0.36.1' },
];

/** The binaries of all versions, and of the newest ones, in order of version. */
export async function allHelms(): Promise<ReadonlyMap<string, string>> {
  const helms: (readonly [string, string])[] = [];
  for (const version of versions) helms.push([version.version, await releasedHelm(version)]);
  for (const major of [3, 4] as const)
    helms.push([pinned(`helm.sh/helm/v${major}`), await pinnedHelm(major)]);
  const collator = new Intl.Collator('en', { numeric: true });
  return new Map(helms.sort(([left], [right]) => collator.compare(left, right)));
}
