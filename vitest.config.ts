import { defineConfig } from 'vitest/config';

/** Real parts that are slow to build are built before the first test, with progress, and not within a test's time. */
const builds = ['test/judges/build.ts'];

const minutes = 60_000;

/** Vitest leaves one processor free by itself, which is half of a machine with two. */
const everyProcessor = '100%';

/** Examples import the toolkit as strangers do, by the package's name; here that is the source. */
const ownName = { 'centaur-chart/helm': new URL('src/helm/index.ts', import.meta.url).pathname };

/** Tests that start whole commands, shells or builds, and take seconds each. */
const commands = [
  'test/cli/{budget,cdk8s,command,synth,tools}.test.ts',
  'test/ct-lint.test.ts',
  'test/centaur/{determinism,editors,firewall-ca,helm,helm-secrets,start-checks}.test.ts',
  'test/examples/{adding-a-component,toolkit-page}.test.ts',
  'test/{builds,cilium,judges}/**/*.test.ts',
  'test/system/{bare,install,run}.test.ts',
  'src/secrets/vault.test.ts',
];

/** Groups run one after another, so that the verdict on the code itself comes first. */
export default defineConfig({
  test: {
    globalSetup: 'test/system/setup.ts',
    reporters: ['default', './test/proxy/skip-reasons.ts'],
    projects: [
      {
        resolve: { alias: ownName },
        test: {
          name: 'units',
          include: [
            'src/**/*.test.ts',
            'test/{centaur,cli,examples,kubernetes,mutations,system}/**/*.test.ts',
            'test/*.test.ts',
          ],
          exclude: commands,
          globalSetup: builds,
          testTimeout: minutes,
          hookTimeout: minutes,
          maxWorkers: everyProcessor,
          // Files share what they import, which takes longer than most of their tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias: ownName },
        test: {
          name: 'law',
          include: ['test/law/**/*.test.ts'],
          globalSetup: builds,
          testTimeout: 10 * minutes,
          hookTimeout: minutes,
          maxWorkers: everyProcessor,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias: ownName },
        test: {
          name: 'commands',
          include: commands,
          globalSetup: [...builds, 'test/cli/build.ts'],
          testTimeout: 2 * minutes,
          hookTimeout: 2 * minutes,
          maxWorkers: everyProcessor,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve: { alias: ownName },
        test: {
          name: 'proxy',
          include: ['test/{proxy,package}/**/*.test.ts'],
          testTimeout: 5 * minutes,
          hookTimeout: 15 * minutes,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/node/**/*.test.ts'],
          testTimeout: 15 * minutes,
          hookTimeout: 45 * minutes,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      {
        resolve: { alias: ownName },
        test: {
          name: 'benchmarks',
          include: [],
          benchmark: { include: ['test/benchmarks/**/*.bench.ts'] },
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
