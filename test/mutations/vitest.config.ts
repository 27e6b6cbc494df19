import { defineConfig } from 'vitest/config';

/** `npm run test:mutations`: not a part of every run, because each mutation runs the law. */
export default defineConfig({
  test: {
    include: ['test/mutations/mutations.ts'],
    testTimeout: 60 * 60_000,
    reporters: ['verbose'],
  },
});
