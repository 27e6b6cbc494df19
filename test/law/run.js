/** Runs the law for as long as is wanted; `npm run test:law -- --help` says how. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const folder = 'test/law/';
const files = [
  ...readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => folder + file),
  'test/examples/law.test.ts',
  'src/secrets/law.test.ts',
];

const help = `Usage: npm run test:law -- [part of a file's path ...] [--runs N] [--seed S] [options of vitest]

Holds the charts to the law: what the toolkit evaluates is what Helm 3 and Helm 4 render.

  --runs N   so many random cases for each test, in place of what every run does
  --seed S   a whole number; the same one repeats a run
  --help     prints this

  npm run test:law -- --runs 10000 --seed 7
  npm run test:law -- centaur examples --runs 1000 -t 'gone wrong'

Files:
${files.map((file) => `  ${file}\n`).join('')}`;

/** Arguments of this command, and what is left for vitest. */
function parsed(argv) {
  const numbers = new Map();
  const left = [];
  for (let index = 0; index < argv.length; index++) {
    const [, name, inline] = /^--(runs|seed)(?:=(.*))?$/s.exec(argv[index]) ?? [];
    if (name === undefined) left.push(argv[index]);
    else numbers.set(name, wholeNumber(name, inline ?? argv[++index]));
  }
  const first = left.findIndex((argument) => argument.startsWith('-'));
  const options = first < 0 ? [] : left.slice(first);
  return { numbers, filters: left.slice(0, left.length - options.length), options };
}

function wholeNumber(name, text) {
  const least = name === 'runs' ? 1 : 0;
  if (!/^[0-9]{1,10}$/.test(text ?? '') || Number(text) < least || Number(text) >= 2 ** 31) {
    refuse(`--${name} takes a whole number from ${least} to ${2 ** 31 - 1}, not '${text ?? ''}'`);
  }
  return Number(text);
}

function refuse(message) {
  console.error(`test:law: ${message}; see npm run test:law -- --help`);
  process.exit(2);
}

const argv = process.argv.slice(2);
if (argv.includes('--help') || argv.includes('-h')) {
  process.stdout.write(help);
  process.exit(0);
}
const { numbers, filters, options } = parsed(argv);
for (const filter of filters) {
  if (!files.some((file) => file.includes(filter))) refuse(`no file of the law has '${filter}' in its path`);
}
const chosen = files.filter(
  (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
);
const seed = numbers.get('seed') ?? process.env.LAW_SEED ?? Date.now() % 2 ** 31;
const runs = numbers.get('runs') ?? process.env.LAW_RUNS;
console.log(`seed ${seed}${runs === undefined ? '' : `, ${runs} runs`}`);

const { status, error } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...chosen, ...options],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      LAW_SEED: String(seed),
      ...(runs !== undefined && { LAW_RUNS: String(runs) }),
    },
  },
);
if (error) refuse(error.message);
process.exitCode = status ?? 1;
