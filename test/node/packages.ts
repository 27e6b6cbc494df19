import { existsSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.js';
import { NodeUnavailable } from './unavailable.js';

/** Where each command that a node needs from the system comes from in Debian. */
const packages = {
  busybox: 'busybox-static',
  conntrack: 'conntrack',
  ip: 'iproute2',
  mount: 'mount',
  nft: 'nftables',
  nsenter: 'util-linux',
  openssl: 'openssl',
  runc: 'runc',
  setpriv: 'util-linux',
  tini: 'tini',
  unshare: 'util-linux',
};

/** Also looked through where the PATH of the user who became root lacks them. */
export const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The path of a command of the system, if it is installed. */
export function systemCommand(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':').filter(Boolean), ...systemPath];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/**
 * Installs what a node needs from Debian and this machine lacks.
 *
 * @throws NodeUnavailable that names the missing commands and packages when they can't be installed.
 */
export async function installPackages(): Promise<void> {
  const missing = missingCommands();
  if (missing.length === 0) return;
  const wanted = [...new Set(missing.map(([, from]) => from))];
  const lacking = missing.map(([command, from]) => `${command} (Debian: ${from})`).join(', ');
  if (!systemCommand('apt-get'))
    throw new NodeUnavailable(`missing commands, and no apt-get to install them: ${lacking}`);
  process.stderr.write(`node: installing ${wanted.join(' ')} with apt-get ...\n`);
  const refused = await aptInstall(wanted);
  const still = missingCommands();
  if (still.length > 0) {
    const names = still.map(([command]) => command).join(', ');
    throw new NodeUnavailable(
      `apt-get did not install ${wanted.join(' ')}; still missing: ${names}\n${refused}`,
    );
  }
}

function missingCommands(): [command: string, from: string][] {
  return Object.entries(packages).filter(([command]) => systemCommand(command) === undefined);
}

/** What apt-get said where it failed: it is asked again with fresh lists, which an empty machine lacks. */
async function aptInstall(names: readonly string[]): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '--yes', '--no-install-recommends', ...names], { env });
  if ((await install()).code === 0) return '';
  await run('apt-get', ['update'], { env });
  const second = await install();
  return second.code === 0 ? '' : second.stderr.trim();
}
