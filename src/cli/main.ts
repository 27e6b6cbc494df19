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
      const [{ centaurChart }, { lookupsOf }, { hints }] = await Promise.all([
        import('../centaur/index.js'),
        import('../centaur/onepassword-usage.js'),
        import('../centaur/upgrade-hints.js'),
      ]);
      const chart = centaurChart();
      return { chart, hints, lookups: (values) => lookupsOf(chart, values) };
    },
  },
  process.argv.slice(2),
  processIo(),
);
