import { expect, test } from 'vitest';
import { clusterScopedKindsFile, definitionsFile } from './definitions.js';

test('the shapes of values are those of the pinned Kubernetes', { timeout: 120_000 }, async () => {
  await expect(await definitionsFile()).toMatchFileSnapshot(
    '../../src/helm/schema/kubernetes-definitions.ts',
  );
});

test('the kinds that belong to no namespace are those of the pinned Kubernetes', async () => {
  await expect(await clusterScopedKindsFile()).toMatchFileSnapshot(
    '../../src/helm/manifest/cluster-scoped-kinds.ts',
  );
});
