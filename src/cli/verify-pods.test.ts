import type { V1ContainerStatus, V1Deployment, V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { workloadFinding } from './verify-pods.js';

const deployment: V1Deployment = {
  metadata: { name: 'a', generation: 2 },
  spec: { replicas: 1, selector: {}, template: {} },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 },
};

const container = (state: Partial<V1ContainerStatus>): V1ContainerStatus => ({
  name: 'main',
  image: 'a',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...state,
});

const pod = (ready: boolean, status: object = {}): V1Pod => ({
  metadata: { name: 'a-1' },
  spec: { containers: [{ name: 'main' }], initContainers: [{ name: 'check' }] },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }], ...status },
});

const finding = (pods: readonly V1Pod[], change: Partial<V1Deployment> = {}) =>
  workloadFinding({ component: 'a', deployment: { ...deployment, ...change }, pods, warnings: [] });

test('a ready pod with the present settings', () => {
  expect(finding([pod(true)])).toMatchObject({ check: 'pods of a', status: 'passed' });
});

test('a pod that still has earlier settings', () => {
  const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 1 };
  expect(finding([pod(true)], { status })).toMatchObject({
    status: 'failed',
    found: '1 of 1 ready, and some still have earlier settings: they are starting',
  });
});

test("an init container's last message is shown, and a server's is not: it may contain anything", () => {
  const ended = { terminated: { exitCode: 1, reason: 'Error', message: 'Error: the CA has expired\n' } };
  const initial = { initContainerStatuses: [container({ name: 'check', lastState: ended })] };
  expect(finding([pod(false, initial)]).found).toBe('0 of 1 ready: check: Error: the CA has expired');
  const served = { containerStatuses: [container({ lastState: ended })] };
  expect(finding([pod(false, served)]).found).toBe('0 of 1 ready: main: exit status 1');
});

test.each([
  [
    { waiting: { reason: 'CreateContainerConfigError', message: 'secret "a" not found' } },
    /Secret or the key/,
  ],
  [{ waiting: { reason: 'ImagePullBackOff', message: 'no' } }, /image's registry/],
  [{ terminated: { exitCode: 137, reason: 'OOMKilled' } }, /memory limit/],
])('a container that does not run: %j', (state, fix) => {
  expect(finding([pod(false, { containerStatuses: [container({ state })] })])).toMatchObject({
    status: 'failed',
    fix: expect.stringMatching(fix),
  });
});

test('a container that waits for its turn is no fault of its own', () => {
  const waits = { containerStatuses: [container({ state: { waiting: { reason: 'PodInitializing' } } })] };
  expect(finding([pod(false, waits)]).found).toBe('0 of 1 ready: they are starting');
});
