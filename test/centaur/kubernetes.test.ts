/** Kubernetes' own schemas, and its restricted profile, on every object of each mode. */
import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/helm/tree.js';
import { restrictedProblems } from '../kubernetes/restricted.js';
import { validateObject } from '../kubernetes/validate.js';
import { page } from './page.js';
import { render } from './release.js';

/** Every optional object at once, and every pod key in use. */
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

const releases = {
  'with Connect': page.connect,
  'with a service account': page.serviceAccount,
  'with credentials from the environment': 'ironProxy: {secretSource: env}\n',
  'with everything': everything,
};

describe.each(Object.entries(releases))('a release %s', (_, values) => {
  const { objects } = render(values);

  it('has only objects that Kubernetes takes, strictly', () => {
    expect(objects.flatMap((object) => validateObject(object))).toEqual([]);
  });

  it("has only pods that meet Kubernetes' restricted profile", () => {
    const isPodMaker = ({ kind }: ValueMap) => ['Deployment', 'Pod'].includes(String(kind));
    expect(objects.filter(isPodMaker).length).toBeGreaterThanOrEqual(3);
    expect(objects.flatMap((object) => restrictedProblems(object))).toEqual([]);
  });
});

it('a pod that may become root is noticed', () => {
  const { objects } = render('api: {podSecurityContext: {runAsNonRoot: false}}\n');
  expect(objects.flatMap((object) => restrictedProblems(object))).not.toEqual([]);
});
