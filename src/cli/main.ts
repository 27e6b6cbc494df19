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
    load: async () => (await import('./subject.js')).centaurSubject(),
  },
  process.argv.slice(2),
  processIo(),
);
