/** `npm run node:down`: ends the nodes that `npm run node:up` brought up. */
import { existsSync } from 'node:fs';
import { kill } from './cluster/cgroup.js';
import { processId } from './cluster/run-folder.js';
import { removeAbandonedRuns, runs } from './cluster/runs.js';
import { until } from './cluster/until.js';

await removeAbandonedRuns();
const staying = (await runs()).filter(({ owner }) => owner?.stays);
for (const { folder, owner } of staying) {
  if (owner) kill(processId(owner), 'SIGTERM');
  await until(`${folder} is gone`, () => !existsSync(folder));
  process.stdout.write(`node: ${folder} is down\n`);
}
if (staying.length === 0) process.stdout.write('node: none is up\n');
