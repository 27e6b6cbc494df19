import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SecretSource, secretSourceNames } from '../../src/secrets/source.js';
import { page } from '../centaur/page.js';
import { type HelmMajor, helmCommand, helmMajors } from '../judges/helm.js';
import { ironProxy } from '../proxy/proxy.js';
import { policiesInForce } from './cluster/enforcement.js';
import { useNode } from './cluster/fixture.js';
import { startedInit } from './cluster/record.js';
import { until } from './cluster/until.js';
import {
  filesOf,
  initContainers,
  type Rights,
  rightsOfDiscovery,
  rightsOfEverybody,
  rightsOfTheApi,
} from './release/contract.js';
import { disclosed, logsOf, objectsOf, releaseText, secretsIn } from './release/disclosure.js';
import { podsBehindServices, podsUnderPolicies } from './release/neighbours.js';
import { notedCommands } from './release/notes.js';
import {
  asked,
  declarations,
  expectedOfTheInfraSecret,
  infra,
  inVault,
  ofTheInfraSecret,
  type Prepared,
  pageNamespace,
  prepareNamespace,
} from './release/operator.js';
import { sandboxWithProxy, startOutside, trusting } from './release/outside.js';
import {
  componentsOf,
  containersOf,
  givenFiles,
  importImages,
  isMounted,
  type Release,
  releaseOn,
  snippets,
} from './release/release.js';
import { accountsIn, rightsOf } from './release/rights.js';

/** Which Helm installs as on the page, and which one next to it. */
const majors: { readonly [mode in SecretSource]: readonly [onPage: HelmMajor, beside: HelmMajor] } = {
  'onepassword-connect': [4, 3],
  onepassword: [3, 4],
  env: [4, 3],
};

const besideNamespace = 'centaur-beside';

describe('a release on a real node', () => {
  let onPage: Prepared;
  let beside: Prepared;
  /** What makes iron-proxy trust the outside hosts. */
  let internet: ReturnType<typeof trusting>;
  const node = useNode(async (node) => {
    for (const major of helmMajors) await helmCommand(major);
    await importImages(node);
    onPage = await prepareNamespace(node);
    beside = await prepareNamespace(node, besideNamespace);
    internet = trusting(besideNamespace, await startOutside(node));
    await node.apply([internet.configMap]);
  });

  describe.each(secretSourceNames)('in the mode %s', (mode) => {
    const [majorOnPage, majorBeside] = majors[mode];
    const usesOnePassword = mode !== 'env';
    const runsConnect = mode === 'onepassword-connect';
    const containers = componentsOf[mode].flatMap((component) =>
      containersOf[component].map((container) => [container, component] as const),
    );

    const pageRelease = () => releaseOn(node(), { major: majorOnPage });
    const besideRelease = () => releaseOn(node(), { major: majorBeside, namespace: besideNamespace });
    /** Both, with what determines their rights in each. */
    const installed = () => [
      {
        release: pageRelease(),
        prepared: onPage,
        values: asked.nothing,
        egress: 'centaur-egress',
        added: [],
      },
      {
        release: besideRelease(),
        prepared: beside,
        values: asked.eachForm,
        egress: 'beside-egress',
        added: ['/etc/pki/tls/certs/internet.pem'],
      },
    ];
    let printed: readonly string[] = [];

    test(`installs under Helm ${majorOnPage} with the page's snippet alone, and under Helm ${majorBeside} with declared tools in another namespace`, async () => {
      const values = [snippets[mode], declarations, internet.values];
      printed = await Promise.all([
        pageRelease().install(snippets[mode]),
        besideRelease().install(values, '--set', 'api.egressDiscovery.namespace=beside-egress'),
      ]);
      for (const { release } of installed()) await release.podsOf(mode);
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

    test("prints notes with the page's commands and helm test, which run unchanged and pass", async () => {
      const [ofPage = [], ofBeside = []] = printed.map(notedCommands);
      const verify = page.commands.slice(0, runsConnect ? 4 : 1);
      expect(ofPage).toEqual(expect.arrayContaining(verify));
      expect(ofPage.at(-1)).toBe('helm test -n centaur-system centaur');
      expect(ofBeside).toEqual(ofPage.map((command) => command.replace(pageNamespace, besideNamespace)));
      const passed = [
        [majorOnPage, ofPage],
        [majorBeside, ofBeside],
      ] as const;
      const tests = passed.map(async ([major, commands]) => {
        const helm = dirname(await helmCommand(major));
        for (const command of commands.slice(0, -1)) await shell(command);
        return shell(`PATH=${helm}:$PATH\n${commands.at(-1)}`);
      });
      for (const printed of await Promise.all(tests)) expect(printed).toMatch(/Phase: +Succeeded/);
    });

    test.each(
      containers,
    )('gives %s what is its own in environment and files, and nothing else', async (container, component) => {
      for (const { release, prepared, values, added } of installed()) {
        const report = await release.report([component, container]);
        const expected = expectedOfTheInfraSecret(container, mode, values);
        expect(ofTheInfraSecret(report.environment)).toEqual(expected);
        const held = disclosed(JSON.stringify(report.environment), prepared.confidential);
        expect([...held].sort()).toEqual(Object.keys(expected).sort());
        const files = [...filesOf[container], ...(container === 'iron-proxy' ? added : [])];
        expect(givenFiles(report)).toEqual(files.sort());
        expect(isMounted(prepared.ca.key, report)).toBe(container === 'iron-proxy');
      }
    });

    test.each(
      componentsOf[mode],
    )('gives the init containers of %s what is their own, and nothing else', async (component) => {
      for (const { release, prepared } of installed()) {
        const pods = await release.pods();
        const pod = pods.find((one) => one.component === component)?.name ?? '';
        const started = await startedInit(node(), release.namespace, pod);
        const expected = initContainers[component];
        expect(Object.keys(started)).toEqual(Object.keys(expected));
        for (const [name, { environment, mounts }] of Object.entries(started)) {
          const keys = usesOnePassword ? (expected[name]?.keys ?? []) : [];
          expect(disclosed(JSON.stringify(environment), prepared.confidential)).toEqual(keys);
          expect(Object.keys(ofTheInfraSecret(environment))).toEqual(keys);
          expect(mounts).toEqual(expected[name]?.mounts);
        }
      }
    });

    test('names the vault in the config of iron-proxy', async () => {
      const config = await pageRelease().exec('iron-proxy', 'cat', '/run/iron-proxy/iron-proxy.yaml');
      const reference = JSON.stringify(`op://${infra.OP_VAULT}/OPENAI_API_KEY/credential`);
      expect(config.includes(`secret_ref: ${reference}`)).toBe(usesOnePassword);
      expect(config).not.toContain('$OP_VAULT');
    });

    test("gives the API's ServiceAccount its Role and that of egress discovery, and other accounts nothing", async () => {
      for (const { release, egress } of installed()) {
        const accounts = await accountsIn(node(), release.namespace);
        expect(accounts).toEqual(['centaur-centaur-api', 'default']);
        const beyondEverybodys = async (name: string, namespace: string): Promise<Rights> => {
          const rights = await rightsOf(node(), { namespace: release.namespace, name }, namespace);
          expect(rights).toMatchObject(rightsOfEverybody);
          return Object.fromEntries(Object.entries(rights).filter(([what]) => !(what in rightsOfEverybody)));
        };
        const namespaces = [release.namespace, egress, 'default', 'kube-system'];
        const [api, others] = await Promise.all(
          accounts.map((name) => Promise.all(namespaces.map((one) => beyondEverybodys(name, one)))),
        );
        expect(api).toEqual([rightsOfTheApi, rightsOfDiscovery, {}, {}]);
        expect(others).toEqual([{}, {}, {}, {}]);
      }
    });

    if (mode !== 'onepassword') {
      test('inserts the credential into requests of a sandbox and of the API, for its declared host', async ({
        onTestFinished,
        skip,
      }) => {
        if (!ironProxy) skip('skipped: IRON_PROXY_BIN is not set');
        const objects = await sandboxWithProxy(besideRelease(), 'mine');
        await node().apply(objects);
        const inNamespace = ['--namespace', besideNamespace];
        const pods = ['pod/sandbox-mine', 'pod/proxy-mine'];
        onTestFinished(async () => {
          await node().kubectl('delete', ...inNamespace, ...pods);
        });
        await node().kubectl('wait', '--for=condition=Ready', '--timeout=60s', ...inNamespace, ...pods);
        await policiesInForce(node());
        const sandbox = [...inNamespace, 'pod/sandbox-mine'];
        const call = ['call', '-header', 'Authorization: Bearer WAREHOUSE_API_KEY'];
        const warehouse = [...call, 'https://warehouse.internal.example.com/'];
        const got = {
          host: 'warehouse.internal.example.com',
          headers: {
            Authorization: [
              `Bearer ${usesOnePassword ? inVault('WAREHOUSE_API_KEY') : infra.WAREHOUSE_API_KEY}`,
            ],
          },
        };
        expect(JSON.parse(await node().exec(sandbox, ...warehouse))).toMatchObject(got);
        expect(JSON.parse(await besideRelease().exec('api', ...warehouse))).toMatchObject(got);
        await expect(node().exec(sandbox, ...call, 'https://elsewhere.example.com/')).rejects.toThrow(
          /Forbidden/,
        );
      });
    }

    test('discloses no credential in any object, event, log or release of Helm', async () => {
      const objects = await objectsOf(node());
      expect(objects).toContain('"kind": "Event"');
      for (const { release, prepared } of installed()) {
        const { own, helm } = await secretsIn(node(), release.namespace);
        const { confidential } = prepared;
        // The search finds these where they should be.
        const decoded = own.flatMap(({ data = {} }) => Object.values(data).map((value) => atob(value)));
        expect(disclosed(decoded.join('\n'), confidential)).toEqual(Object.keys(confidential));
        expect(disclosed(JSON.stringify(own), confidential)).toEqual(Object.keys(confidential));

        const inTheVault = { 'a value in the vault': inVault('WAREHOUSE_API_KEY') };
        expect(disclosed(objects, { ...confidential, ...inTheVault })).toEqual([]);
        // A log names the reference that could not be resolved, including the vault, which is not a credential.
        const { OP_VAULT, ...credentials } = confidential;
        const logs = await logsOf(node(), release.namespace);
        expect(disclosed(logs, { ...credentials, ...inTheVault })).toEqual([]);
        const releases = helm.map(releaseText);
        expect(releases.length).toBeGreaterThan(0);
        for (const text of releases) {
          expect(text).toContain('secretKeyRef');
          expect(disclosed(text, confidential)).toEqual([]);
        }
      }
    });

    if (runsConnect) {
      describe('a second release in its namespace', () => {
        const other = () =>
          releaseOn(node(), { major: majorBeside, name: 'other', connect: 'other-connect' });
        const sharesTheEgressNamespace = ['--set', 'api.egressDiscovery.createNamespace=false'];
        const hasItsOwnConnect = ['--set', 'onepasswordConnect.connect.applicationName=other-connect'];

        test('is refused with the name of what only one can create, and leaves nothing', async () => {
          const refused = async (...flags: readonly string[]) => {
            const { code, stderr } = await other().tried('install', flags, snippets[mode]);
            expect(code).toBe(1);
            return stderr;
          };
          expect(await refused()).toMatch(/Namespace "centaur-egress".* exists.*current value is "centaur"/);
          expect(await refused(...sharesTheEgressNamespace)).toMatch(
            /(Service|Deployment) "onepassword-connect".* exists.*current value is "centaur"/,
          );
          expect(await other().pods()).toEqual([]);
        });

        test('affects nothing, and is not affected', async () => {
          const before = await pageRelease().pods();
          await other().install(snippets[mode], ...sharesTheEgressNamespace, ...hasItsOwnConnect);
          await other().podsOf(mode);
          expect(await pageRelease().pods()).toEqual(before);
          await Promise.all(
            [pageRelease(), other()].map(async (release) => {
              expect(await release.helm('test')).toMatch(/Phase: +Succeeded/);
              await keepsToItself(release);
            }),
          );
        });

        test('is uninstalled, and the first continues', async () => {
          const before = await pageRelease().pods();
          await other().helm('uninstall', '--wait');
          expect(await pageRelease().pods()).toEqual(before);
          expect(await pageRelease().helm('test')).toMatch(/Phase: +Succeeded/);
        });
      });
    }

    test("is uninstalled, and the operator's Secrets are unchanged", async () => {
      const before = await secretsIn(node(), pageNamespace);
      await Promise.all(installed().map(({ release }) => release.helm('uninstall')));
      for (const { release } of installed()) {
        await until('all pods are gone', async () => (await release.pods()).length === 0, 120);
      }
      expect(await secretsIn(node(), pageNamespace)).toEqual({ own: before.own, helm: [] });
      expect(before.own).toHaveLength(4);
    });
  });

  /**
   * Its Services select its own pods, and its policies apply only to them: each of its pods is under default deny and
   * its own policy.
   */
  async function keepsToItself(release: Release): Promise<void> {
    const own = await release.pods();
    const names = (component: string) =>
      own.filter((pod) => pod.component === component).map(({ name }) => name);
    const fullname = `${release.name}-centaur`;
    const connect = release.name === 'centaur' ? 'onepassword-connect' : `${release.name}-connect`;
    expect(await podsBehindServices(node(), release)).toEqual({
      [`${fullname}-api`]: names('api'),
      [`${fullname}-iron-proxy`]: names('iron-proxy'),
      [connect]: names('connect'),
    });
    expect(await podsUnderPolicies(node(), release)).toEqual({
      // Connect's pods have a policy of their own, and another name in their labels.
      [`${fullname}-default-deny`]: [...names('api'), ...names('iron-proxy')].sort(),
      [`${fullname}-api`]: names('api'),
      [`${fullname}-iron-proxy`]: names('iron-proxy'),
      [`${fullname}-connect`]: names('connect'),
      [`${fullname}-sandbox`]: [],
      [`${fullname}-sandbox-proxy`]: [],
      [`${fullname}-test`]: [],
    });
  }

  /** Runs a line as a user types it. */
  async function shell(line: string): Promise<string> {
    const { code, stdout, stderr } = await node().run('sh', ['-c', line]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }
});
