/** Runs the law as long as one likes: `npm run test:law -- --runs 10000 --seed 7`, and what else vitest takes. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values, tokens } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  strict: false,
  allowPositionals: true,
  tokens: true,
});
const own = new Set(
  tokens.flatMap((token) =>
    token.kind === 'option' && ['runs', 'seed'].includes(token.name)
      ? [token.index, ...(token.inlineValue ? [] : [token.index + 1])]
      : [],
  ),
);
const others = process.argv.slice(2).filter((_, index) => !own.has(index));
const files = others.some((argument) => !argument.startsWith('-'))
  ? []
  : ['test/law', 'test/examples/law.test.ts'];

for (const [name, value] of Object.entries({ runs: values.runs, seed: values.seed })) {
  if (value === undefined) continue;
  if (!/^[0-9]+$/.test(String(value))) {
    console.error(`--${name} takes a number, not ${value}`);
    process.exit(2);
  }
  process.env[`LAW_${name.toUpperCase()}`] = String(value);
}
process.env.LAW_SEED ??= String(Date.now() % 2 ** 31);
console.log(`seed ${process.env.LAW_SEED}`);

const child = spawn('npx', ['vitest', 'run', ...files, ...others], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
