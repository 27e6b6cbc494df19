/** `npm run node:up`: a node that stays until `npm run node:down`, and the commands for using it. */
import { type Node, startNode } from './cluster/node.js';

const started = performance.now();

try {
  announce(await startNode({ stays: true }));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** Commands to type go to standard output, so that `eval` can use them. */
function announce({ kubeconfig, enter }: Node): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`node: up after ${seconds} s, until npm run node:down\n`);
  process.stderr.write(
    `node: its network is its own; commands enter it behind "${enter.join(' ')}", such as\n`,
  );
  process.stderr.write(`  ${enter.join(' ')} kubectl get pods -A\n`);
  process.stdout.write(`export KUBECONFIG=${kubeconfig}\n`);
}
