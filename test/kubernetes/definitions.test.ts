import { expect, test } from 'vitest';
import { definitionsFile } from './definitions.js';

test('the shapes of values are those of the pinned Kubernetes', { timeout: 120_000 }, async () => {
  await expect(await definitionsFile()).toMatchFileSnapshot(
    '../../src/helm/schema/kubernetes-definitions.ts',
  );
});
