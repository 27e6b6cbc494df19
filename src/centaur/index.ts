import { HelmChart } from '../helm/authoring.js';
import { Api } from './api.js';
import { Connect } from './connect.js';
import { CertificateAuthority } from './firewall-ca.js';
import { ReleaseTest } from './helm-test.js';
import { IronProxy } from './iron-proxy.js';
import { chartMetadata, introduction } from './metadata.js';
import { NetworkPolicies } from './network-policy.js';
import { notesOf } from './notes.js';
import { platformOf } from './platform.js';
import { rulesOf } from './rules.js';
import { valuesSchema } from './values/index.js';
import { warningsOf } from './warnings.js';

/** The chart `centaur`: each component is one file and one line here. */
export function centaurChart(): HelmChart<typeof valuesSchema> {
  const chart = new HelmChart({ metadata: chartMetadata, values: valuesSchema, introduction });
  const platform = platformOf(chart.values);

  new Api(chart, 'api', platform);
  new IronProxy(chart, 'iron-proxy', platform);
  new Connect(chart, 'connect', platform);
  new CertificateAuthority(chart, 'firewall-ca', platform);
  new NetworkPolicies(chart, 'network-policy', platform);
  new ReleaseTest(chart, 'test', platform);
  // Slackbot, Postgres, the repository cache, ingress and the overlay will be added here.

  chart.addRules(...rulesOf(platform));
  chart.addWarnings(...warningsOf(platform));
  chart.addNotes(...notesOf(platform));
  return chart;
}
