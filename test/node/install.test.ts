import { describe, expect, test } from 'vitest';
import { type SecretSource, secretSourceNames } from '../../src/secrets/source.js';
import { page } from '../centaur/page.js';
import { type HelmMajor, helmCommand, helmMajors } from '../judges/helm.js';
import { disclosed, published, releaseText, secretsIn } from './disclosure.js';
import { useNode } from './fixture.js';
import {
  expectedOfTheInfraSecret,
  infra,
  ofTheInfraSecret,
  type Prepared,
  pageNamespace,
  prepareNamespace,
} from './operator.js';
import { importImages, isMounted, releaseOn, snippets } from './release.js';
import { until } from './until.js';

/** With which Helm each mode is installed. */
const majors: { readonly [mode in SecretSource]: HelmMajor } = {
  'onepassword-connect': 4,
  onepassword: 3,
  env: 4,
};

describe('a release on a real node', () => {
  let prepared: Prepared;
  const node = useNode(async (node) => {
    for (const major of helmMajors) await helmCommand(major);
    await importImages(node);
    prepared = await prepareNamespace(node);
  });

  describe.each(secretSourceNames)('in the mode %s', (mode) => {
    const major = majors[mode];
    const usesOnePassword = mode !== 'env';
    const runsConnect = mode === 'onepassword-connect';
    const release = () => releaseOn(node(), { major });

    test(`installs under Helm ${major} with the page's snippet, and all pods are ready`, async () => {
      await release().install(snippets[mode]);
      await release().podsOf(mode);
    });

    test('passes helm test', async () => {
      expect(await release().helm('test')).toMatch(/Phase: +Succeeded/);
    });

    test("answers the page's Verify commands as the page says", async () => {
      const [source = '', ...ofConnect] = page.commands;
      expect((await shell(source)).trimEnd().split('\n').sort()).toEqual([
        `FIREWALL_MANAGER_SECRET_SOURCE=${mode}`,
        `KUBERNETES_FIREWALL_MANAGER_SECRET_SOURCE=${mode}`,
        ...(usesOnePassword ? [`OP_VAULT=${infra.OP_VAULT}`] : []),
      ]);
      expect(ofConnect).toHaveLength(3);
      if (!runsConnect) return;
      const [connectPods = '', credentials = '', token = ''] = ofConnect;
      expect(await shell(connectPods)).toMatch(/^NAME.*\nonepassword-connect-\S+ +2\/2 +Running .*\n$/);
      expect(await shell(credentials)).toMatch(/\ncentaur-onepassword-connect-credentials +Opaque +1 /);
      expect(await shell(token)).toBe('');
    });

    test('gives each container the keys of the infra Secret that are its own, and no others', async () => {
      const api = await release().report('api');
      const ironProxy = await release().report('iron-proxy');
      expect(ofTheInfraSecret(api.environment)).toEqual(expectedOfTheInfraSecret('api', mode));
      expect(ofTheInfraSecret(ironProxy.environment)).toEqual(expectedOfTheInfraSecret('iron-proxy', mode));
      expect(Object.keys(api.environment)).not.toContain('OP_CONNECT_TOKEN');
      expect(Object.keys(api.environment)).not.toContain('OP_SERVICE_ACCOUNT_TOKEN');
      expect(isMounted(prepared.caKey, api)).toBe(false);
      expect(isMounted(prepared.caKey, ironProxy)).toBe(true);
    });

    test('names the vault in the config of iron-proxy', async () => {
      const config = await release().exec('iron-proxy', 'cat', '/run/iron-proxy/iron-proxy.yaml');
      const reference = JSON.stringify(`op://${infra.OP_VAULT}/OPENAI_API_KEY/credential`);
      expect(config.includes(`secret_ref: ${reference}`)).toBe(usesOnePassword);
      expect(config).not.toContain('$OP_VAULT');
    });

    test('discloses no credential in any object, event, log or release of Helm', async () => {
      const { own, helm } = await secretsIn(node(), pageNamespace);
      const { confidential } = prepared;
      // What is looked for is found where it is.
      const decoded = own.flatMap(({ data = {} }) => Object.values(data).map((value) => atob(value)));
      expect(disclosed(decoded.join('\n'), confidential)).toEqual(Object.keys(confidential));
      expect(disclosed(JSON.stringify(own), confidential)).toEqual(Object.keys(confidential));

      const told = await published(node(), pageNamespace);
      expect(told).toContain('"kind": "Event"');
      expect(disclosed(told, confidential)).toEqual([]);
      const releases = helm.map(releaseText);
      expect(releases.length).toBeGreaterThan(0);
      for (const text of releases) {
        expect(text).toContain('secretKeyRef');
        expect(disclosed(text, confidential)).toEqual([]);
      }
    });

    test('is upgraded without a change, and no pod is touched', async () => {
      const before = await release().pods();
      await release().upgrade(snippets[mode]);
      expect(await release().pods()).toEqual(before);
    });

    if (runsConnect) {
      test('gives Connect nothing of the infra Secret', async () => {
        for (const container of ['connect-api', 'connect-sync']) {
          const lines = (await release().exec(['connect', container], 'env')).trimEnd();
          expect(lines).toContain('OP_SESSION=/home/opuser/.op/1password-credentials.json');
          const variables = lines.split('\n').map((line) => [line, line] as const);
          expect(ofTheInfraSecret(Object.fromEntries(variables))).toEqual({});
        }
      });

      test('leads iron-proxy to Connect', async () => {
        const { environment } = await release().report('iron-proxy');
        expect(await release().exec('iron-proxy', 'get', `${environment.OP_CONNECT_HOST}/heartbeat`)).toBe(
          '.',
        );
      });

      test('is switched to each other mode and back, and ends ready', async () => {
        for (const next of ['onepassword', 'env', mode] as const) {
          const before = new Set((await release().pods()).map(({ uid }) => uid));
          await release().upgrade(snippets[next]);
          const after = await release().podsOf(next);
          expect(after.filter(({ uid }) => before.has(uid))).toEqual([]);
          const { environment } = await release().report('iron-proxy');
          expect(ofTheInfraSecret(environment)).toEqual(expectedOfTheInfraSecret('iron-proxy', next));
        }
      });
    }

    test("is uninstalled, and the operator's Secrets stay as they were", async () => {
      const before = await secretsIn(node(), pageNamespace);
      await release().helm('uninstall');
      await until('all pods are gone', async () => (await release().pods()).length === 0, 120);
      expect(await secretsIn(node(), pageNamespace)).toEqual({ own: before.own, helm: [] });
      expect(before.own).toHaveLength(4);
    });
  });

  /** Runs a line as a person types it. */
  async function shell(line: string): Promise<string> {
    const { code, stdout, stderr } = await node().run('sh', ['-c', line]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }
});
