/** How the pods of a release resolve names. */
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolverScript } from '../../src/centaur/resolver.js';
import { commandPath } from '../system/commands.js';
import { execFile } from '../system/processes.js';
import { type Reader, render } from './release.js';

type Keys = Readonly<Record<string, unknown>>;

/** A pod of each workload, with these pod keys. */
const workloads: { readonly [name: string]: (keys?: Keys) => Reader } = {
  api: (keys = {}) => deployment('centaur-centaur-api', { api: keys }),
  'iron-proxy': (keys = {}) => deployment('centaur-centaur-iron-proxy', { ironProxy: keys }),
  Connect: (keys = {}) =>
    deployment('onepassword-connect', {
      ironProxy: { secretSource: 'onepassword-connect' },
      onepasswordConnect: { connect: { create: true, ...keys } },
    }),
};

function deployment(name: string, values: Keys): Reader {
  return render(JSON.stringify(values)).get('Deployment', name);
}

const ndots = { name: 'ndots', value: '1' };

describe.each(['api', 'iron-proxy'])('%s, which connects to hosts outside,', (name) => {
  const dnsConfigWith = (dnsConfig: Keys) => workloads[name]?.({ dnsConfig }).pod.at('dnsConfig');

  test('looks up a name with a dot unchanged before it tries the search list', () => {
    expect(dnsConfigWith({})).toEqual({ options: [ndots] });
  });

  test("does so with a team's settings", () => {
    const own = { nameservers: ['10.0.0.10'], searches: ['corp.example'] };
    const edns = { name: 'edns0' };
    expect(dnsConfigWith({ ...own, options: [edns] })).toEqual({ ...own, options: [ndots, edns] });
  });

  test("uses a team's option instead", () => {
    const options = [{ name: 'edns0' }, { name: 'ndots', value: '3' }];
    expect(dnsConfigWith({ options })).toEqual({ options });
  });
});

test("Connect has a team's settings, and nothing else", () => {
  const dnsConfig = { searches: ['corp.example'] };
  expect(workloads.Connect?.().pod.at('dnsConfig')).toBeUndefined();
  expect(workloads.Connect?.({ dnsConfig }).pod.at('dnsConfig')).toEqual(dnsConfig);
});

test.each(
  Object.entries(workloads),
)('%s has the dnsPolicy of Kubernetes, or that of a team', (_, workload) => {
  expect(workload().pod.at('dnsPolicy')).toBe('ClusterFirst');
  const own = { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.10'] } };
  expect(workload(own).pod.at('dnsPolicy')).toBe('None');
});

test('iron-proxy reads the resolv.conf that its init container writes', () => {
  const proxy = deployment('centaur-centaur-iron-proxy', {});
  const mounted = (container: string) =>
    proxy
      .container(container)
      .list('volumeMounts')
      .filter((mount) => mount.at('mountPath') === '/etc/resolv.conf')
      .map(({ value }) => value);
  expect(proxy.container('config').list('command').at(-1)?.value).toBe('/run/iron-proxy/resolv.conf');
  expect(mounted('config')).toEqual([]);
  expect(mounted('iron-proxy')).toEqual([
    { name: 'run', mountPath: '/etc/resolv.conf', subPath: 'resolv.conf', readOnly: true },
  ]);
});

describe("iron-proxy's resolv.conf", () => {
  let folder: string;
  let bin: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'resolver-'));
    bin = path.join(folder, 'bin');
    await mkdir(bin);
    for (const applet of ['awk', 'rm', 'sh']) await symlink(commandPath('busybox'), path.join(bin, applet));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const from = () => path.join(folder, 'resolv.conf');
  const to = () => path.join(folder, 'new.conf');
  /** Runs the script with only the image's commands. */
  const runScript = () =>
    execFile(path.join(bin, 'sh'), ['-c', resolverScript, 'config', 'a', 'b', from(), to()], {
      env: { PATH: bin },
    });
  const made = async (text: string) => {
    await writeFile(from(), text);
    await runScript();
    return readFile(to(), 'utf8');
  };

  const settings = 'nameserver 10.96.0.10\nnameserver fd00::a\noptions ndots:1 edns0\n';
  test.each<[what: string, from: string, to: string]>([
    [
      'as Kubernetes makes it, without the domain in which names end in a namespace',
      `search team.svc.cluster.local svc.cluster.local cluster.local ec2.internal\n${settings}`,
      `search team.svc.cluster.local cluster.local ec2.internal\n${settings}`,
    ],
    [
      'in a namespace that is called svc',
      'search svc.svc.cluster.local svc.cluster.local cluster.local\n',
      'search svc.svc.cluster.local cluster.local\n',
    ],
    [
      'with another domain of the cluster, which a team has added once more',
      'search team.svc.k8s.example svc.k8s.example k8s.example svc.k8s.example\n',
      'search team.svc.k8s.example k8s.example\n',
    ],
    [
      'in capitals and with the dots of the root',
      'search team.SVC.cluster.local. Svc.Cluster.Local. cluster.local\n',
      'search team.SVC.cluster.local. cluster.local\n',
    ],
    [
      'with tabs, blanks before and line breaks of Windows',
      ' search\tteam.svc.c.local\tsvc.c.local  c.local\r\nnameserver 10.96.0.10\r\n',
      'search team.svc.c.local c.local\nnameserver 10.96.0.10 \n',
    ],
    [
      'with several search lists, of which the last one counts',
      'search a.example\nsearch team.svc.c.local svc.c.local\nsearch team.svc.c.local svc.c.local c.local',
      'search a.example\nsearch team.svc.c.local\nsearch team.svc.c.local c.local\n',
    ],
  ])('%s', async (_, given, expected) => {
    expect(await made(given)).toBe(expected);
  });

  test.each([
    ['without a search list', settings],
    ['of a node, with a domain of its own that begins alike', 'search svc.corp.example corp.example\n'],
    ['with a list that is empty', `search\n${settings}`],
    ['with comments', '# search team.svc.c.local svc.c.local\n; search svc.c.local\ndomain svc.c.local\n'],
    ['that is empty', ''],
  ])('stays as it is %s', async (_, given) => {
    expect(await made(given)).toBe(given);
  });

  test('can be written again, and must not be changed', async () => {
    await made('search a.example\n');
    expect(await made('search b.example\n')).toBe('search b.example\n');
    expect((await stat(to())).mode & 0o777).toBe(0o444);
  });

  test('fails the pod if the source is missing', async () => {
    await rm(from(), { force: true });
    await expect(runScript()).rejects.toThrow('resolv.conf');
  });
});
