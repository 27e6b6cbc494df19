#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { processIo } from './io.js';
import { main } from './program.js';

const version: unknown = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

process.exitCode = await main(
  {
    version: String(version),
    async load() {
      const [{ centaurChart }, { lookupsOf }, { advice }] = await Promise.all([
        import('../centaur/index.js'),
        import('../centaur/lookups.js'),
        import('../centaur/advice.js'),
      ]);
      const chart = centaurChart();
      return { chart, advice, lookups: (values) => lookupsOf(chart, values) };
    },
  },
  process.argv.slice(2),
  processIo(),
);
