import { describe, expect, test } from 'vitest';
import { type SecretSource, secretSourceNames } from '../../src/secrets/source.js';
import { page } from '../centaur/page.js';
import { type HelmMajor, helmCommand, helmMajors } from '../judges/helm.js';
import { useNode } from './fixture.js';
import {
  disclosed,
  expectedOfTheInfraSecret,
  helm,
  importImages,
  infra,
  isMounted,
  namespace,
  ofTheInfraSecret,
  type Prepared,
  pods,
  prepareNamespace,
  published,
  releaseText,
  report,
  secrets,
  snippets,
} from './release.js';
import { until } from './until.js';

/** With which Helm each mode is installed. */
const majors: { readonly [mode in SecretSource]: HelmMajor } = {
  'onepassword-connect': 4,
  onepassword: 3,
  env: 4,
};

/** The pods of each mode, by their component. */
const components: { readonly [mode in SecretSource]: readonly string[] } = {
  'onepassword-connect': ['api', 'connect', 'iron-proxy'],
  onepassword: ['api', 'iron-proxy'],
  env: ['api', 'iron-proxy'],
};

describe('a release on a real node', () => {
  let prepared: Prepared = { caKey: '', confidential: {} };
  const node = useNode(async (node) => {
    for (const major of helmMajors) await helmCommand(major);
    await importImages(node);
    prepared = await prepareNamespace(node);
  });

  describe.each(secretSourceNames)('in the mode %s', (mode) => {
    const major = majors[mode];
    const usesOnePassword = mode !== 'env';
    const runsConnect = mode === 'onepassword-connect';

    test(`installs under Helm ${major} with the page's snippet, and all pods are ready`, async () => {
      await helm(node(), major, 'install', snippets[mode]);
      await podsOf(mode);
    });

    test('passes helm test', async () => {
      expect(await helm(node(), major, 'test')).toMatch(/Phase: +Succeeded/);
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
      const api = await report(node(), 'api');
      const ironProxy = await report(node(), 'iron-proxy');
      expect(ofTheInfraSecret(api.environment)).toEqual(expectedOfTheInfraSecret('api', mode));
      expect(ofTheInfraSecret(ironProxy.environment)).toEqual(expectedOfTheInfraSecret('iron-proxy', mode));
      expect(Object.keys(api.environment)).not.toContain('OP_CONNECT_TOKEN');
      expect(Object.keys(api.environment)).not.toContain('OP_SERVICE_ACCOUNT_TOKEN');
      expect(isMounted(prepared.caKey, api)).toBe(false);
      expect(isMounted(prepared.caKey, ironProxy)).toBe(true);
    });

    test('names the vault in the config of iron-proxy', async () => {
      const config = await inDeployment('centaur-centaur-iron-proxy')(
        'cat',
        '/run/iron-proxy/iron-proxy.yaml',
      );
      const reference = JSON.stringify(`op://${infra.OP_VAULT}/OPENAI_API_KEY/credential`);
      expect(config.includes(`secret_ref: ${reference}`)).toBe(usesOnePassword);
      expect(config).not.toContain('$OP_VAULT');
    });

    test('discloses no credential in any object, event, log or release of Helm', async () => {
      const { own, helm } = await secrets(node());
      const { confidential } = prepared;
      // What is looked for is found where it is.
      const decoded = own.flatMap(({ data = {} }) => Object.values(data).map((value) => atob(value)));
      expect(disclosed(decoded.join('\n'), confidential)).toEqual(Object.keys(confidential));
      expect(disclosed(JSON.stringify(own), confidential)).toEqual(Object.keys(confidential));

      const told = await published(node());
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
      const before = await pods(node());
      await helm(node(), major, 'upgrade', snippets[mode]);
      expect(await pods(node())).toEqual(before);
    });

    if (runsConnect) {
      test('gives Connect nothing of the infra Secret', async () => {
        for (const container of ['connect-api', 'connect-sync']) {
          const lines = (await inDeployment('onepassword-connect', '-c', container)('env')).trimEnd();
          expect(lines).toContain('OP_SESSION=/home/opuser/.op/1password-credentials.json');
          const variables = lines.split('\n').map((line) => [line, line] as const);
          expect(ofTheInfraSecret(Object.fromEntries(variables))).toEqual({});
        }
      });

      test('leads iron-proxy to Connect', async () => {
        const { environment } = await report(node(), 'iron-proxy');
        const inIronProxy = inDeployment('centaur-centaur-iron-proxy');
        expect(await inIronProxy('get', `${environment.OP_CONNECT_HOST}/heartbeat`)).toBe('.');
      });

      test('is switched to each other mode and back, and ends ready', async () => {
        for (const next of ['onepassword', 'env', mode] as const) {
          const before = new Set((await pods(node())).map(({ uid }) => uid));
          await helm(node(), major, 'upgrade', snippets[next]);
          const after = await podsOf(next);
          expect(after.filter(({ uid }) => before.has(uid))).toEqual([]);
          const { environment } = await report(node(), 'iron-proxy');
          expect(ofTheInfraSecret(environment)).toEqual(expectedOfTheInfraSecret('iron-proxy', next));
        }
      });
    }

    test("is uninstalled, and the operator's Secrets stay as they were", async () => {
      const before = await secrets(node());
      await helm(node(), major, 'uninstall');
      await until('all pods are gone', async () => (await pods(node())).length === 0, 120);
      expect(await secrets(node())).toEqual({ own: before.own, helm: [] });
      expect(before.own).toHaveLength(4);
    });
  });

  /** The pods, as soon as they are those of a mode and no others; all of them are ready then. */
  async function podsOf(mode: SecretSource) {
    const found = await until(`the pods are those of ${mode}`, async () => {
      const present = await pods(node());
      expect(present.map(({ component }) => component).sort()).toEqual(components[mode]);
      return present;
    });
    expect(found.filter(({ ready }) => !ready)).toEqual([]);
    return found;
  }

  /** Runs a line as a person types it. */
  async function shell(line: string): Promise<string> {
    const { code, stdout, stderr } = await node().run('sh', ['-c', line]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  function inDeployment(name: string, ...where: readonly string[]) {
    return (...command: string[]) =>
      node().exec(['--namespace', namespace, `deploy/${name}`, ...where], ...command);
  }
});
