import { readFile } from 'node:fs/promises';
import { commandPath } from '../../system/commands.js';
import { output } from '../cluster/command.js';
import { builtTool } from '../cluster/tools.js';
import type { Image } from './image.js';
import { librariesOf } from './libraries.js';
import type { Entry } from './tar.js';

/** What a double replaces; `pause` only waits. */
export type Role = (typeof roles)[number];

const roles = ['api', 'client', 'iron-proxy', 'mirror', 'pause', 'postgres', 'slackbot', 'upstream'] as const;

/** What a double is used for in addition to its role, also in images of other programs. */
const questions = ['call', 'dial', 'get', 'pg_isready', 'report', 'through'] as const;

/**
 * An image of the double in a role, with the name of the image that it replaces. It has busybox for a shell and the
 * usual commands, and the double's own: `report`, `get`, `call`, `dial`, `pg_isready`.
 */
export async function doubleImage(role: Role, name: string): Promise<Image> {
  const entries = [...(await baseEntries()), ...(await doubleEntries()), ...links(roles, 'double')];
  return { name, entries, entrypoint: [role] };
}

/** An image of any program, such as the real iron-proxy, with the same shell and commands. */
export async function programImage(name: string, binary: string, command: string): Promise<Image> {
  const entries = [
    ...(await baseEntries()),
    ...(await doubleEntries()),
    ...(await librariesOf([binary])),
    program(command, await readFile(binary)),
  ];
  return { name, entries, entrypoint: [command] };
}

async function doubleEntries(): Promise<Entry[]> {
  return [program('double', await readFile(await builtTool('double'))), ...links(questions, 'double')];
}

const folder = (name: string, mode = 0o755): Entry => ({ name, folder: true, mode });

function program(name: string, content: Uint8Array): Entry {
  return { name: `usr/local/bin/${name}`, content, mode: 0o755 };
}

function links(names: readonly string[], target: string): Entry[] {
  return names.map((name) => ({ name: `usr/local/bin/${name}`, target }));
}

/** A root file system with busybox as the shell. */
async function baseEntries(): Promise<Entry[]> {
  const busybox = commandPath('busybox');
  const applets = (await output(busybox, ['--list']))
    .split('\n')
    .filter((name) => name && name !== 'busybox');
  return [
    ...['bin', 'etc', 'usr', 'usr/local', 'usr/local/bin'].map((name) => folder(name)),
    folder('tmp', 0o1777),
    { name: 'etc/passwd', content: Buffer.from('root:x:0:0:root:/:/bin/sh\n'), mode: 0o644 },
    { name: 'etc/group', content: Buffer.from('root:x:0:\n'), mode: 0o644 },
    { name: 'bin/busybox', content: await readFile(busybox), mode: 0o755 },
    ...applets.map((name) => ({ name: `bin/${name}`, target: 'busybox' })),
  ];
}
