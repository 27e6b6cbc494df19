import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { moduleFolder, pinned } from './documents.js';
import { restrictedProblems } from './restricted.js';

/** The pods on which Kubernetes tests its own admission, for the newest version that has some. */
const module = await moduleFolder(pinned.kubernetes, 'k8s.io/pod-security-admission');
const fixtures = path.join(module, 'test/testdata/restricted/v1.35');

function pods(verdict: 'pass' | 'fail'): readonly (readonly [string, unknown])[] {
  const folder = path.join(fixtures, verdict);
  return readdirSync(folder).map((name) => [
    name.replace('.yaml', ''),
    parse(readFileSync(path.join(folder, name), 'utf8')),
  ]);
}

test.each(pods('pass'))('what Kubernetes admits has no problem: %s', (_, pod) => {
  expect(restrictedProblems(pod)).toEqual([]);
});

/** The control that Kubernetes' files are named after. */
const controls: { readonly [file: string]: string } = {
  allowprivilegeescalation: 'allowPrivilegeEscalation != false',
  apparmorprofile: 'forbidden AppArmor profile',
  capabilities_baseline: 'unrestricted capabilities',
  capabilities_restricted: 'unrestricted capabilities',
  hostnamespaces: 'host namespaces',
  hostpathvolumes: 'restricted volume types',
  hostports: 'hostPort',
  hostprobesandhostlifecycle: 'probe or lifecycle host',
  privileged: 'privileged',
  procmount: 'procMount',
  procmount_restricted: 'procMount',
  restrictedvolumes: 'restricted volume types',
  runasnonroot: 'runAsNonRoot != true',
  runasuser: 'runAsUser=0',
  seccompprofile_baseline: 'seccompProfile',
  seccompprofile_restricted: 'seccompProfile',
  selinuxoptions: 'seLinuxOptions',
  sysctls: 'forbidden sysctls',
  windowshostprocess: 'hostProcess',
};

/** Some of the files violate another control too. */
const also: { readonly [file: string]: string } = {
  allowprivilegeescalation3: 'unrestricted capabilities',
  privileged0: 'allowPrivilegeEscalation != false',
  privileged1: 'allowPrivilegeEscalation != false',
  windowshostprocess0: 'host namespaces',
  windowshostprocess1: 'host namespaces',
};

test.each(pods('fail'))('what Kubernetes refuses is refused for the same reason: %s', (name, pod) => {
  const expected = [controls[name.replace(/\d+$/, '')], ...(also[name] === undefined ? [] : [also[name]])];
  const reasons = new Set(restrictedProblems(pod).map((problem) => problem.replace(/ \(.*$/s, '')));
  expect([...reasons].sort()).toEqual(expected.sort());
});

describe('a problem is found', () => {
  const bare = { spec: { containers: [{ name: 'web' }] } };
  const problems = [
    'unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"])',
    'allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false)',
    'runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true)',
    'seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ];

  test.each<[string, unknown]>([
    ['in a pod', bare],
    ['in the template of a Deployment', { spec: { template: bare } }],
    ['in the template of a CronJob', { spec: { jobTemplate: { spec: { template: bare } } } }],
  ])('%s, in the words of the admission', (_, object) => {
    expect(restrictedProblems(object)).toEqual(problems);
  });

  test('but none in objects that do not create pods', () => {
    expect(restrictedProblems({ kind: 'Service', spec: { ports: [] } })).toEqual([]);
  });
});
