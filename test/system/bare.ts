/**
 * Runs a command while this machine's own copies of what the tests install can't be started, as on a machine that has
 * none: `node bare.js npm test`. It needs root; without, it says so and runs the command anyway.
 */
import { existsSync, realpathSync } from 'node:fs';
import { placesOf } from './commands.js';
import { installedNames } from './names.js';
import { spawnSync } from './processes.js';

const hide = `
  while [ "$1" != -- ]; do
    mount --bind /dev/null "$1"
    shift
  done
  shift
  exec "$@"
`;

const [command = '', ...args] = process.argv.slice(2);
const files = [
  ...new Set(
    installedNames
      .flatMap(placesOf)
      .filter(existsSync)
      .map((file) => realpathSync(file)),
  ),
];
const mayHide = spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!mayHide) process.stderr.write(`these can't be hidden without root: ${files.join(' ')}\n`);
const hidden = ['--mount', 'sh', '-euc', hide, 'sh', ...files, '--', command, ...args];
const { status } = mayHide
  ? spawnSync('unshare', hidden, { stdio: 'inherit' })
  : spawnSync(command, args, { stdio: 'inherit' });
process.exitCode = status ?? 1;
