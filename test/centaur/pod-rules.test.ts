/** What Kubernetes would refuse of pods, or never run, and the chart refuses: see test/node/refusals.test.ts. */
import { describe, expect, test } from 'vitest';
import { refusal, render } from './release.js';

const accepted = (values: string) => expect(() => render(values)).not.toThrow();

describe('the resources of containers', () => {
  test.each([
    ['1', '1000m'],
    ['1024Mi', '1Gi'],
    ['1e3', '1k'],
    ['0.1', '100m'],
    ['1', '1.0'],
    ['1Gi', '2G'],
  ])('may request %s with a limit of %s', (request, limit) => {
    accepted(`api: {resources: {requests: {memory: ${request}}, limits: {memory: "${limit}"}}}`);
  });

  test.each([
    ['1001m', '1'],
    ['1Gi', '1G'],
    ['1.5', '1499m'],
    ['2e3', '1.999k'],
    ['9007199254740991', '9007199254740990'],
  ])('may not request %s with a limit of %s', (request, limit) => {
    const values = `api: {resources: {requests: {memory: "${request}"}, limits: {memory: "${limit}"}}}`;
    expect(refusal(values)).toContain(
      'api.resources: the request of memory is above its limit: lower requests.memory, or raise limits.memory',
    );
  });

  test('with only a limit, or only a request, are accepted', () => {
    accepted('api: {resources: {requests: null, limits: {cpu: 2, example.com/gpu: 1}}}');
    accepted('api: {resources: {limits: null}}');
    accepted('api: {resources: null}');
  });

  test('of other vendors need a limit', () => {
    expect(refusal('api: {resources: {requests: {example.com/gpu: 1}}}')).toContain(
      'api.resources: example.com/gpu is requested without a limit, which it needs: set limits.example.com/gpu to the same amount',
    );
  });

  test.each(['cpus', 'gpu', 'mem', 'pods', 'storage'])('%s is no resource of a container', (name) => {
    expect(refusal(`api: {resources: {limits: {${name}: 1}}}`)).toContain(`api.resources.limits.${name}`);
  });
});

describe('an autoscaler', () => {
  test('takes a limit as the request', () => {
    accepted('api: {autoscaling: {enabled: true}, resources: {requests: {cpu: null}, limits: {cpu: 1}}}');
  });

  test('asks nothing while it is off', () => {
    accepted('api: {resources: null}');
  });

  test("measures both of Connect's containers", () => {
    const values =
      'onepasswordConnect: {connect: {autoscaling: {enabled: true}, sync: {resources: {requests: {cpu: null}}}}}';
    expect(refusal(values)).toContain(
      'onepasswordConnect.connect.sync.resources: onepasswordConnect.connect.autoscaling compares the usage of cpu with what each container requests, and this one requests none: set requests.cpu',
    );
  });
});

describe("Connect's user", () => {
  test('is 999, or the one that the cluster assigns', () => {
    accepted('onepasswordConnect: {connect: {containerSecurityContext: {runAsUser: 999}}}');
    accepted('onepasswordConnect: {connect: {podSecurityContext: {runAsUser: null, fsGroup: null}}}');
    accepted('onepasswordConnect: {connect: {podSecurityContext: null}}');
  });
});

describe('the URL of a Connect server', () => {
  const url = (value: string) => `onepasswordConnect: {connect: {url: "${value}"}}`;

  test.each([
    'https://connect.example.com/',
    'https://connect.example.com/v1',
    'https://connect.example.com/v1/',
  ])('%s is refused, with the URL that is meant', (value) => {
    expect(refusal(url(value))).toContain('itself: write https://connect.example.com');
    expect(refusal(url(value))).not.toMatch(/write https:\/\/connect\.example\.com\//);
  });

  test('may have a path of its own', () => {
    accepted(url('https://gateway.example.com/connect'));
    accepted(url('https://gateway.example.com/v1/connect'));
  });

  test('with a password is refused without repeating it', () => {
    expect(refusal(url('https://user:hunter2@connect.example.com/v1'))).not.toContain('hunter2');
  });
});

describe('affinity to nodes', () => {
  const terms = (list: string) =>
    `api: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: ${list}}}}}`;

  test.each([
    '[]',
    '[{}]',
    '[{matchExpressions: []}]',
    '[{matchFields: []}]',
  ])('with the terms %s is refused: no node would match', (list) => {
    expect(refusal(terms(list))).toContain('nodeSelectorTerms');
  });
});
