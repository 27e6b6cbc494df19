/**
 * Installs the commands of names.ts from Debian into a folder of the project: nothing on the machine changes, no root
 * is needed, and tests find the same commands on every machine.
 */
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { builtOnce, digest } from '../builds/once.js';
import { isOnMachine, MissingCommands, missingCommands } from './commands.js';
import { installation, installed, installedNames } from './names.js';
import { interpreterIn, libraryFolders, programIn } from './packages-root.js';
import { execFile } from './processes.js';
import { projectRoot } from './project.js';

/**
 * Installs the commands, and puts them on the PATH of this process. If that is not possible, the machine's own are
 * used.
 *
 * @returns the folders to look for them in, the first choice first
 * @throws MissingCommands
 */
export async function installCommands(): Promise<readonly string[]> {
  try {
    const folder = path.join(await installedOnce(), 'bin');
    const onPath = (process.env.PATH ?? '').split(path.delimiter);
    if (!onPath.includes(folder)) process.env.PATH = [folder, ...onPath].join(path.delimiter);
    return [folder];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const missing = missingCommands();
    if (missing.length > 0) throw new MissingCommands(missing, why);
    process.stderr.write(`${why}: the tests use this machine's own commands\n`);
    return [];
  }
}

async function installedOnce(): Promise<string> {
  if (!isOnMachine('apt-get') || !isOnMachine('dpkg'))
    throw new Error('there is no apt-get to install commands with');
  const { stdout: architecture } = await execFile('dpkg', ['--print-architecture']);
  const release = await readFile('/etc/os-release', 'utf8');
  const cache = path.join(projectRoot, '.cache');
  const recipe = path.join(projectRoot, 'test/system');
  const commands = JSON.stringify(installed);
  const files = ['install.ts', 'packages-root.ts'];
  const key = await digest(recipe, files, commands, cache, release, architecture);
  const folder = path.join(cache, `commands-${key}`);
  return builtOnce(folder, (partial) => install(partial, folder), 'once, 24 MB from Debian');
}

/** @param place the final path of the folder */
async function install(folder: string, place: string): Promise<void> {
  const root = path.join(folder, 'root');
  const bin = path.join(folder, 'bin');
  const download = path.join(folder, 'download');
  for (const each of [root, bin, download]) await mkdir(each, { recursive: true });
  for (const file of await downloadedPackages(download)) await execFile('dpkg', ['--extract', file, root]);
  await rm(download, { recursive: true });
  for (const name of installedNames) {
    const program = programIn(root, name);
    if (program === undefined)
      throw new Error(`the Debian package ${installation(name).from} has no ${name} in it`);
    const file = path.join(bin, name);
    if (installation(name).selfContained) await symlink(path.join('../root', program), file);
    else {
      const programs = [interpreterIn(root, name) ?? [], program].flat();
      await writeFile(file, launcher(path.join(place, 'root'), programs, libraryFolders(root)));
    }
    await chmod(file, 0o755);
  }
}

/** A script that starts a program, or a script with its interpreter, with the libraries and settings that are next to it. */
function launcher(root: string, programs: readonly string[], libraries: readonly string[]): string {
  const inRoot = (...places: readonly string[]) =>
    quoted(places.map((place) => path.join(root, place)).join(':'));
  return `#!/bin/sh
export LD_LIBRARY_PATH=${inRoot(...libraries)}
export XTABLES_LIBDIR=${inRoot(...libraries.map((folder) => path.join(folder, 'xtables')))}
export OPENSSL_CONF=${inRoot('etc/ssl/openssl.cnf')}
export PYTHONHOME=${inRoot('usr')}
exec ${programs.map((program) => inRoot(program)).join(' ')} "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The paths of the packages and all their dependencies except the C library, which must fit the machine's own loader.
 */
async function downloadedPackages(folder: string): Promise<readonly string[]> {
  const archives = path.join(folder, 'archives');
  const lists = path.join(folder, 'lists');
  for (const each of [archives, lists]) await mkdir(path.join(each, 'partial'), { recursive: true });
  // If no package is installed, apt-get downloads all their dependencies, the same on every machine.
  const status = path.join(folder, 'status');
  await writeFile(status, '');
  const settings = {
    'Dir::State::status': status,
    'Dir::State::extended_states': path.join(folder, 'extended_states'),
    'Dir::Cache::archives': archives,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Debug::NoLocking': 'true',
    // apt-get may download as another user, who might not reach this folder.
    'APT::Sandbox::User': 'root',
  };
  const packages = [...new Set(installedNames.map((name) => installation(name).from))];
  const download = ['install', '--download-only', '--yes', '--no-install-recommends', ...packages];
  await aptGet(download, settings).catch(async () => {
    // The machine's lists may be outdated or missing.
    const fresh = { ...settings, 'Dir::State::lists': lists };
    const unfetched = await failureOf(aptGet(['update'], { ...fresh, 'APT::Update::Error-Mode': 'any' }));
    // An unreachable source may not be needed.
    const failure = await failureOf(aptGet(download, fresh));
    if (failure !== undefined) throw unfetched ?? failure;
  });
  const files = (await readdir(archives)).filter(
    (file) => file.endsWith('.deb') && !file.startsWith('libc6_'),
  );
  return files.map((file) => path.join(archives, file));
}

function failureOf(done: Promise<unknown>): Promise<Error | undefined> {
  return done.then(
    () => undefined,
    (error: Error) => error,
  );
}

async function aptGet(args: readonly string[], settings: { readonly [name: string]: string }): Promise<void> {
  const options = Object.entries(settings).flatMap(([name, value]) => ['--option', `${name}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  await execFile('apt-get', [...options, '--quiet', ...args], { env }).catch((error: { stderr?: string }) => {
    const [said = 'failed'] = error.stderr?.match(/(?<=^E: ).*/m) ?? [];
    throw new Error(`apt-get ${args[0]} failed: ${said}`);
  });
}
