import path from 'node:path';
import { test } from 'vitest';
import { output } from './cluster/command.js';
import { nodeSources } from './cluster/project.js';

test('the double passes its own tests', { timeout: 300_000 }, async () => {
  await output('go', ['test', './...'], { cwd: path.join(nodeSources, 'doubles') });
});
