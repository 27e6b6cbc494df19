import type { Reporter, TestModule } from 'vitest/node';

/** Prints below the summary why tests were skipped: one line for each reason. */
export default class SkipReasons implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Map<string, Set<string>>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = (result.state === 'skipped' && result.note) || 'skipped without a reason';
        reasons.set(reason, (reasons.get(reason) ?? new Set()).add(module.relativeModuleId));
      }
    }
    for (const [reason, files] of reasons) process.stdout.write(`${reason} (${[...files].join(', ')})\n`);
  }
}
