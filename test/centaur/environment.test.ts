/** The environment that processes see after the kubelet has expanded references in the values of variables. */
import { describe, expect, it } from 'vitest';
import { page } from './page.js';
import { render } from './release.js';

const texts = [
  '$(SANDBOX_SIGNING_KEY)',
  '$$(SANDBOX_SIGNING_KEY)',
  '$$$(SANDBOX_SIGNING_KEY)',
  '^general$$|^random$',
  '$(',
  '$',
];

/** As in https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/. */
function setByTheKubelet(value: string, others: { readonly [name: string]: string }): string {
  return value.replaceAll(/\$\$|\$\(([^)]*)\)/g, (reference, name: string | undefined) =>
    name === undefined ? '$' : (others[name] ?? reference),
  );
}

function environment(values: string): (name: string) => string {
  const { env } = render(page.serviceAccount + values)
    .get('Deployment', 'centaur-centaur-api')
    .container('api');
  expect(env.SANDBOX_SIGNING_KEY).toBe('centaur-infra-env/SANDBOX_SIGNING_KEY');
  return (name) => setByTheKubelet(env[name] ?? '', env);
}

describe.each(texts)('the string %s', (text) => {
  const written = JSON.stringify(text);

  it('reaches sandboxes unchanged, with nothing of what the API holds', () => {
    const variable = environment(`sandbox: {extraEnv: {A: ${written}}}`);
    expect(JSON.parse(variable('KUBERNETES_SANDBOX_EXTRA_ENV'))).toEqual([{ name: 'A', value: text }]);
  });

  it('reaches the API unchanged in a pattern for channels and in a path', () => {
    const path = `/repos/${text}`;
    const variable = environment(
      `api: {slackEtlExcludedChannelPatterns: ${written}}\nsandbox: {reposPath: ${JSON.stringify(path)}}`,
    );
    expect(variable('SLACK_ETL_EXCLUDED_CHANNEL_PATTERNS')).toBe(text);
    expect(variable('REPOS_PATH')).toBe(path);
  });
});

it('in api.extraEnv, a reference is replaced by another variable, as in Kubernetes', () => {
  const variable = environment('api: {extraEnv: {PLACE: "$(KUBERNETES_NAMESPACE)", PRICE: "$$(5)"}}');
  expect(variable('PLACE')).toBe('centaur-system');
  expect(variable('PRICE')).toBe('$(5)');
});

it('iron-proxy starts without the values of optional secrets, and not without one that a tool needs', () => {
  const secret = (name: string) => `{type: http, name: ${name}, match_path: true, hosts: [a.example.com]}`;
  const values = `
ironProxy: {secretSource: env}
tools:
  a: {secrets: [${secret('NEEDED')}], optional_secrets: [${secret('WANTED')}]}
  b: {optional_secrets: [${secret('NEEDED')}]}
`;
  const variables = render(values)
    .get('Deployment', 'centaur-centaur-iron-proxy')
    .container('iron-proxy')
    .list('env')
    .map((variable) => [variable.at('name'), variable.at('valueFrom', 'secretKeyRef', 'optional')]);
  expect(variables).toEqual(
    expect.arrayContaining([
      ['NEEDED', undefined],
      ['WANTED', true],
    ]),
  );
});
