/** What `verify` finds, and in which words. */

/** The result of one check. */
export type Finding =
  | { readonly check: string; readonly status: 'passed'; readonly found: string }
  | {
      readonly check: string;
      readonly status: 'failed';
      /** What is wrong, with its likely cause. It contains no value of a Secret. */
      readonly found: string;
      /** What to do. */
      readonly fix: string;
    }
  | {
      readonly check: string;
      readonly status: 'not possible';
      /** Why it could not be checked. */
      readonly found: string;
    };

export type Outcome =
  | { readonly passed: string }
  | { readonly failed: string; readonly fix: string }
  | { readonly notPossible: string };

export function finding(check: string, outcome: Outcome): Finding {
  if ('passed' in outcome) return { check, status: 'passed', found: outcome.passed };
  if ('failed' in outcome) return { check, status: 'failed', found: outcome.failed, fix: outcome.fix };
  return { check, status: 'not possible', found: outcome.notPossible };
}
