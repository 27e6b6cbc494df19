/** The contract's table of flows against what the policies allow: these flows and no others. */
import { describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/text/json.js';
import { type Pod, reachability } from './connectivity.js';
import {
  allowedBy,
  besideAnotherRelease,
  elsewhere,
  type Installation,
  modes,
  type Pods,
  questions,
  variants,
} from './flow-table.js';
import { page } from './page.js';
import { Reader, release, render } from './release.js';
import { sandboxLabels, sandboxPolicies, strayProxyLabels } from './sandboxes.js';

const { namespace } = release;

let addresses = 0;

function pod(labels: Pod['labels'], where = namespace): Pod {
  addresses += 1;
  return { namespace: where, labels, address: `10.244.0.${addresses}` };
}

const labelsOf = (component: string, instance = 'centaur') => ({
  'app.kubernetes.io/name': component === 'connect' ? 'connect' : 'centaur',
  'app.kubernetes.io/instance': instance,
  'app.kubernetes.io/component': component,
});
const ownProxy = { 'centaur.ai/iron-proxy': 'true', 'centaur.ai/sandbox-id': 'api' };
const ironProxy = { ...labelsOf('iron-proxy'), ...ownProxy };
const [mine, other] = [sandboxLabels('abc'), sandboxLabels('xyz')];

const pods: Pods = {
  API: pod(labelsOf('api')),
  'own iron-proxy': pod(ironProxy),
  sandbox: pod(mine.sandbox),
  "sandbox's iron-proxy": pod(mine.proxy),
  'other sandbox': pod(other.sandbox),
  "other sandbox's iron-proxy": pod(other.proxy),
  'helm test': pod(labelsOf('test')),
  'stray iron-proxy': pod(strayProxyLabels),
  DNS: pod({ 'k8s-app': 'kube-dns' }, 'kube-system'),
  'kube-system pod': pod({ 'k8s-app': 'metrics-server' }, 'kube-system'),
  'DNS of OpenShift': pod({ 'dns.operator.openshift.io/daemonset-dns': 'default' }, 'openshift-dns'),
  'API elsewhere': pod(labelsOf('api'), elsewhere),
  'iron-proxy elsewhere': pod(ironProxy, elsewhere),
  'sandbox elsewhere': pod(mine.sandbox, elsewhere),
};
const connect = pod({ ...labelsOf('connect'), app: 'onepassword-connect' });

function policiesOf({ values, proxyPort }: Installation, name = release.name): readonly ValueMap[] {
  const rendered = render(values, { release: { name, namespace } })
    .objects.filter(({ kind }) => kind === 'NetworkPolicy')
    .map((policy) => ({ ...policy, metadata: { ...(policy.metadata as object), namespace } }));
  const ofSandboxes = ['abc', 'xyz'].flatMap((id) =>
    sandboxPolicies({ namespace, id, proxyPorts: [proxyPort] }),
  );
  return [...rendered, ...ofSandboxes];
}

function passed(policies: readonly ValueMap[], pods: Pods): readonly string[] {
  const reaches = reachability(policies);
  return questions(pods)
    .filter(({ from, to, port }) => reaches(from, to, port))
    .map(({ words }) => words)
    .sort();
}

describe('the policies allow exactly the flows of the table', () => {
  it.each([...Object.values(modes), ...variants])('$title', (installation) => {
    const present = { ...pods, Connect: installation.hasConnect ? connect : undefined };
    expect(passed(policiesOf(installation), present)).toEqual(allowedBy(installation));
  });

  it('next to another release in the namespace, which shares only the pods that an API creates', () => {
    const values = page.connect.replace(/^( *)create: .*$/m, '$&\n$1applicationName: other-connect');
    const other = { ...modes['onepassword-connect'], values };
    const present = {
      ...pods,
      Connect: connect,
      "other release's API": pod(labelsOf('api', 'other')),
      "other release's iron-proxy": pod({ ...labelsOf('iron-proxy', 'other'), ...ownProxy }),
      "other release's Connect": pod({ ...labelsOf('connect', 'other'), app: 'other-connect' }),
    };
    const policies = [...policiesOf(besideAnotherRelease), ...policiesOf(other, 'other')];
    expect(passed(policies, present)).toEqual(allowedBy(besideAnotherRelease));
  });

  it('reaches a Connect server of another namespace where address blocks do not apply to pods', () => {
    const found = variants.find(({ title }) => title === 'with a Connect server that exists already');
    const policies = found ? policiesOf(found) : [];
    const inNoBlock = { ...pods['API elsewhere'], address: '169.254.1.1' };
    const port = { port: 8444, protocol: 'TCP' } as const;
    expect(reachability(policies)(pods['own iron-proxy'], inNoBlock, port)).toBe(true);
    expect(reachability(policies)(pods.API, inNoBlock, port)).toBe(false);
  });

  it('none if policies are off', () => {
    const kinds = render('networkPolicy: {enabled: false}\n').objects.map((object) =>
      new Reader(object).at('kind'),
    );
    expect(kinds).not.toContain('NetworkPolicy');
  });
});
