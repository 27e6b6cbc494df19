import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Reader, render } from '../centaur/release.js';
import { execFile } from '../system/processes.js';
import type { ContainerOf, ProxyContainer, SecretSource } from './container.js';
import { credentials, infraSecret } from './declared.js';

/** The container of the chart's own iron-proxy, for the tools of testdata/tools.yaml. */
export const rendered: ContainerOf = (mode) => renderedWith(mode, []);

/** The same, with more settings as Helm's `--set` takes them. */
export async function renderedWith(mode: SecretSource, set: readonly string[]): Promise<ProxyContainer> {
  return renderedFrom(await readFile(new URL('testdata/tools.yaml', import.meta.url), 'utf8'), mode, set);
}

/** The same, for other values. */
export async function renderedFrom(
  values: string,
  mode: SecretSource,
  set: readonly string[] = [],
): Promise<ProxyContainer> {
  const release = render(values, { set: [...settings(mode), ...set] });
  const deployment = release.get('Deployment', 'centaur-centaur-iron-proxy');
  const template = release.get('ConfigMap', 'centaur-centaur-iron-proxy').at('data', 'iron-proxy.yaml');
  const proxy = deployment.container('iron-proxy');
  return {
    configYaml: await initialized(deployment.container('config'), String(template)),
    args: proxy.list('args').map(({ value }) => String(value)),
    env: lookedUp(proxy),
  };
}

function settings(mode: SecretSource): readonly string[] {
  const connect = mode === 'onepassword-connect' ? ['onepasswordConnect.connect.create=true'] : [];
  return [`ironProxy.secretSource=${mode}`, ...connect];
}

/** The init container's output for the config's template: its command is run unchanged, on other files. */
async function initialized(container: Reader, template: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'init-'));
  const file = (name: string) => path.join(folder, name);
  const files = [file('template.yaml'), file('config.yaml'), file('resolv.conf'), file('new.conf')];
  try {
    await writeFile(file('template.yaml'), template);
    await writeFile(file('resolv.conf'), '');
    const command = container.list('command').map(({ value }) => String(value));
    const [shell = '', ...args] = [...command.slice(0, -files.length), ...files];
    await execFile(shell, args, { env: { PATH: process.env.PATH, ...lookedUp(container) } });
    return await readFile(file('config.yaml'), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * A container's environment, with the keys of the infra Secret looked up. A key missing from the Secret would keep the
 * pod from starting; here it is omitted, to show what the proxy does without it.
 */
function lookedUp({ env }: Reader): Readonly<Record<string, string>> {
  const secret: Readonly<Record<string, string>> = { ...infraSecret, ...credentials };
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const key = /^centaur-infra-env\/(.*)$/.exec(value)?.[1];
      if (key === undefined) return [[name, value]];
      const held = secret[key];
      return held === undefined ? [] : [[name, held]];
    }),
  );
}
