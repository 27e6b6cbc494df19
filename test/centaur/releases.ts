/** Values files that together create every object of the chart. */
import { page } from './page.js';

/** Every optional object at once, with every pod key. */
const everything = `
ironProxy:
  secretSource: onepassword-connect
  podDisruptionBudget: {enabled: true, maxUnavailable: "50%"}
  autoscaling: {enabled: true}
  nodeSelector: {disk: ssd}
  tolerations: [{key: dedicated, operator: Exists, effect: NoSchedule}]
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - {weight: 1, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {a: b}}}}
  topologySpreadConstraints:
    - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}}
  priorityClassName: high
  podAnnotations: {example.com/a: b}
  podLabels: {team: platform}
  extraVolumes: [{name: more, emptyDir: {}}]
  extraVolumeMounts: [{name: more, mountPath: /more}]
onepasswordConnect: {connect: {create: true, podDisruptionBudget: {enabled: true}, autoscaling: {enabled: true}, podAnnotations: {a: b}}}
api: {podDisruptionBudget: {enabled: true}, autoscaling: {enabled: true}, extraEnv: {A: b}}
global: {imagePullSecrets: [{name: registry}]}
firewall:
  ca:
    certPem: "-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n"
    keyPem: "-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----\\n"
tools: {ledger: {secrets: [{type: pg_dsn, name: LEDGER_DSN, database: ledger}]}}
`;

/** Values of a release in each mode, and of one with everything. */
export const releases = {
  'with Connect': page.connect,
  'with a service account': page.serviceAccount,
  'with credentials from the environment': 'ironProxy: {secretSource: env}\n',
  'with everything': everything,
};
