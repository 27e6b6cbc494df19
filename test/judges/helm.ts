import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtProgram, publishedProgram } from '../builds/go.js';
import { execFile } from '../system/processes.js';

/** The folder of the pinned Go module that all judges written in Go are built from. */
const goModule = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

export type HelmMajor = 3 | 4;
/** Both Helms that a chart must work with. */
export const helmMajors: readonly HelmMajor[] = [3, 4];

/**
 * The path of a Helm binary of a major version: one on the PATH if it fits, else one built once from the pinned module.
 *
 * @throws Error that names what to install, if there is neither.
 */
export function helmCommand(major: HelmMajor): Promise<string> {
  const known = commands.get(major);
  if (known) return known;
  const found = findOrBuild(major);
  commands.set(major, found);
  return found;
}

const commands = new Map<HelmMajor, Promise<string>>();

async function findOrBuild(major: HelmMajor): Promise<string> {
  return (await helmOnPath(major, process.env.PATH ?? '')) ?? (await pinnedHelm(major));
}

/** The first `helm`, `helm3` or `helm4` in a PATH that reports this major version. */
export async function helmOnPath(major: HelmMajor, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter).filter((part) => part !== '')) {
    for (const name of ['helm', `helm${major}`]) {
      const command = path.join(folder, name);
      if (existsSync(command) && (await helmVersion(command))?.startsWith(`v${major}.`)) return command;
    }
  }
  return undefined;
}

/** The version that a command reports, such as "v4.3.1"; undefined if it is not a working Helm. */
export async function helmVersion(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await execFile(command, ['version', '--template', '{{.Version}}'], {
      timeout: 20_000,
    });
    return /^v\d+\.\d+\S*/.exec(stdout.trim())?.[0];
  } catch {
    // Helm 2 contacts a server here, and anything may be called `helm`.
    return undefined;
  }
}

/** The path of the Helm binary that is built from the pinned module, whatever is on the PATH. */
export async function pinnedHelm(major: HelmMajor): Promise<string> {
  const version = pinned(`helm.sh/helm/v${major}`);
  try {
    return await builtJudge(`helm-${version}`, `helm.sh/helm/v${major}/cmd/helm`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Helm ${major} is needed: install helm ${major}.x on the PATH, or Go >= ${goVersion()} so that it can be built ` +
        `(no helm ${major}.x is on the PATH; ${why})`,
    );
  }
}

/** A released version of Helm. */
export interface HelmRelease {
  /** Such as v3.14.0. */
  readonly version: string;
  /** The version of k8s.io/client-go in its go.mod, such as v0.29.0. */
  readonly kubernetes: string;
}

/** The path of the Helm binary of a release, built with what its own go.mod pins. */
export function releasedHelm(release: HelmRelease): Promise<string> {
  const { version } = release;
  const module = `helm.sh/helm/${version.replace(/\..*/, '')}`;
  return publishedProgram({
    package: `${module}/cmd/helm`,
    version,
    ldflags: releaseLdflags(module, release),
    folder: path.join(cache, `helm-${version}`),
    name: 'helm',
    note: 'once, about 4 minutes',
  });
}

/** The path of a judge's binary, which is named after its package. */
export function builtJudge(title: string, main: string): Promise<string> {
  return builtProgram({
    module: goModule,
    package: main,
    ldflags: helmLdflags(),
    folder: path.join(cache, title),
    name: path.basename(main),
    note: 'once, about 2 minutes',
  });
}

/**
 * What Helm's own Makefiles pass to the linker: its version and, for Helm 3, the Kubernetes version that
 * `.Capabilities` reports without a cluster. Helm 4 takes the latter from the build itself.
 */
function helmLdflags(): string {
  const [, kubernetesMinor = ''] = pinned('k8s.io/client-go').split('.');
  return linkerFlags({
    'helm.sh/helm/v3/internal/version.version': pinned('helm.sh/helm/v3'),
    'helm.sh/helm/v3/internal/version.metadata': '',
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': kubernetesMinor,
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': kubernetesMinor,
    'helm.sh/helm/v4/internal/version.version': pinned('helm.sh/helm/v4'),
  });
}

/** The same for a release. Helm 4 needs the Kubernetes version until 4.1. */
function releaseLdflags(module: string, { version, kubernetes }: HelmRelease): string {
  const [, kubernetesMinor = ''] = kubernetes.split('.');
  const readers = module.endsWith('v3')
    ? ['pkg/chartutil', 'pkg/lint/rules']
    : ['pkg/chart/common', 'pkg/chart/v2/lint/rules'];
  return linkerFlags({
    [`${module}/internal/version.version`]: version,
    [`${module}/internal/version.metadata`]: '',
    ...Object.fromEntries(
      readers.flatMap((reader) => [
        [`${module}/${reader}.k8sVersionMajor`, '1'],
        [`${module}/${reader}.k8sVersionMinor`, kubernetesMinor],
      ]),
    ),
  });
}

function linkerFlags(settings: { readonly [variable: string]: string }): string {
  return ['-s', '-w', ...Object.entries(settings).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
}

const goMod = readFileSync(path.join(goModule, 'go.mod'), 'utf8');

/** The version of a Go module that go.mod pins, with its leading v. */
export function pinned(module: string): string {
  const version = new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(
    goMod,
  )?.[1];
  if (version === undefined) throw new Error(`test/judges/go.mod does not pin ${module}`);
  return version;
}

function goVersion(): string {
  return /^go (\d+\.\d+)/m.exec(goMod)?.[1] ?? '';
}
