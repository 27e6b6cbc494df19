/** The options that say which cluster a verb talks to, as in kubectl. */
import type { Command } from 'commander';

export interface ClusterFlags {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

export function defineClusterOptions(command: Command): void {
  command
    .option('-n, --namespace <name>', "the release's namespace (default: the context's, or default)")
    .option('--context <name>', 'the context of the kubeconfig (default: its current one)')
    .option('--kubeconfig <file>', 'the kubeconfig (default: KUBECONFIG, or ~/.kube/config)');
}
