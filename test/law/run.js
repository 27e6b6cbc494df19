/** The law for as long as is wanted: `npm run test:law -- --runs 10000 --seed 7`. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'law', ...positionals], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(values.runs && { LAW_RUNS: values.runs }),
    ...(values.seed && { LAW_SEED: values.seed }),
  },
});
process.exitCode = status ?? 1;
