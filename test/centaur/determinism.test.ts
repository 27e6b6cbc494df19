import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { execFileSync } from '../system/processes.js';
import { chart } from './release.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles the built chart in a separate process. */
const program = `
  import { centaurChart } from './lib/centaur/index.js';
  process.stdout.write(JSON.stringify([...centaurChart().compile()]));
`;

/** The chart's files by name, so that a difference is shown within its file. */
function compiledUnder(env: { readonly [name: string]: string }): object {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    maxBuffer: 64 * 2 ** 20,
  });
  return Object.fromEntries(JSON.parse(printed));
}

it.each([
  ['Turkish, where i has no dot in capitals', { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }],
  ['C, and a zone half an hour off', { LC_ALL: 'C', TZ: 'Asia/Kolkata' }],
  ['no environment at all', {}],
])('the same source is the same chart to the byte in the locale %s', (_, env) => {
  expect(compiledUnder(env)).toEqual(Object.fromEntries(chart.compile()));
});
