import { existingSecretsOf } from '../centaur/existing-secrets.js';
import { centaurChart } from '../centaur/index.js';
import { liveReleaseOf } from '../centaur/live-release.js';
import { lookupsOf } from '../centaur/onepassword-usage.js';
import { graphOf } from '../centaur/release-graph.js';
import { hints } from '../centaur/upgrade-hints.js';
import type { Subject } from './verb.js';

/** The chart of this project, and what the verbs ask about it. */
export function centaurSubject(chart = centaurChart()): Subject {
  return {
    chart,
    hints,
    lookups: (values) => lookupsOf(chart, values),
    graph: (values, options) => graphOf(chart, values, options),
    secrets: (values) => existingSecretsOf(chart, values),
    live: (values) => liveReleaseOf(chart, values),
  };
}
