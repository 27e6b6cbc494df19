import { defineConfig } from 'vitest/config';

/** `npm run test:helm-versions`: not a part of every run, because each version takes minutes to build and to ask. */
export default defineConfig({
  resolve: { alias: { 'centaur-chart/helm': new URL('../../src/helm/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/helm-versions/*.test.ts'],
    globalSetup: ['test/system/setup.ts', 'test/judges/build.ts', 'test/helm-versions/build.ts'],
    testTimeout: 60 * 60_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
});
