import type { Command, OptionValues } from 'commander';
import type { ExistingSecrets } from '../centaur/existing-secrets.js';
import type { LiveRelease } from '../centaur/live-release.js';
import type { Lookups } from '../centaur/onepassword-usage.js';
import type { GraphOptions, ReleaseGraph } from '../centaur/release-graph.js';
import type { HelmChart } from '../helm/chart.js';
import type { Hints } from '../helm/load-values.js';
import type { ValueMap } from '../text/json.js';
import type { ExitStatus } from './failure.js';
import type { Io } from './io.js';

/** What the verbs work on. */
export interface Subject {
  readonly chart: HelmChart;
  readonly hints: Hints;
  /** What complete, valid values make a release request from 1Password. */
  readonly lookups: (values: ValueMap) => Lookups;
  /** Who may talk to whom in a release with complete, valid values, and what can be read where. */
  readonly graph: (values: ValueMap, options: GraphOptions) => ReleaseGraph;
  /** The Secrets that must exist before a release with complete, valid values is installed. */
  readonly secrets: (values: ValueMap) => ExistingSecrets;
  /** What can be asked of a running release with complete, valid values. */
  readonly live: (values: ValueMap) => LiveRelease;
}

/** The context of a verb. The chart is loaded only on demand, so that `--help` need not wait for it. */
export interface Host {
  readonly io: Io;
  /** The command's own version. */
  readonly version: string;
  subject(): Promise<Subject>;
}

/** One verb of the command: its own file, and a line in `verbs.ts`. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Command lines without the command's own name, as `--help` shows them. */
  readonly examples: readonly string[];
  /** Adds the verb's arguments and options. */
  define(command: Command): void;
  /**
   * Heavy modules are imported here, not at the top of the verb's file.
   *
   * @throws {Failure} for an error that fits on one line
   */
  run(options: OptionValues, host: Host, operands: readonly string[]): Promise<ExitStatus>;
}
