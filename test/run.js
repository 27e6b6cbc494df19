/**
 * Runs scripts of package.json one after another, whatever became of those before, and says at the end which failed:
 * `node test/run.js lint typecheck`. Options at the end are the last script's.
 */
import { spawnSync } from 'node:child_process';

const argv = process.argv.slice(2);
const first = argv.findIndex((argument) => argument.startsWith('-'));
const scripts = first < 0 ? argv : argv.slice(0, first);
const options = first < 0 ? [] : argv.slice(first);

const failed = [];
for (const [index, script] of scripts.entries()) {
  const own = index === scripts.length - 1 && options.length > 0 ? ['--', ...options] : [];
  const { status, signal } = spawnSync('npm', ['run', '--silent', script, ...own], { stdio: 'inherit' });
  if (signal !== null) process.kill(process.pid, signal);
  if (status === 0) continue;
  failed.push(script);
  const rest = scripts.slice(index + 1);
  if (rest.length > 0) console.error(`\n${script} failed; still to run: ${rest.join(', ')}\n`);
}
const passed = scripts.filter((script) => !failed.includes(script));
const said = [
  ...(failed.length > 0 ? [`failed: ${failed.join(', ')}`] : []),
  ...(passed.length > 0 ? [`passed: ${passed.join(', ')}`] : []),
];
console.error(`\n${said.join('; ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
