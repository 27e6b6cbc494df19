/**
 * Images that are made of Alpine have commands that the static busybox of Debian has not: its `wget` crashes on a name, its
 * `nc` knows no `-z`, and its shell runs them rather than any other on the PATH. Those with openssl have it installed.
 */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { output } from '../command.js';
import { systemCommand } from '../packages.js';
import type { Image } from './image.js';
import type { Entry } from './tar.js';

/** The image of a double with this machine's shell and openssl, and with `wget` and `nc` by the double's own `get` and `dial`. */
export async function withNetworkCommands(image: Image): Promise<Image> {
  const others = image.entries.filter(({ name }) => name !== 'bin/sh');
  const programs = await linkedPrograms(['/bin/sh', systemCommand('openssl') ?? '/usr/bin/openssl']);
  return { ...image, entries: [...others, ...programs, script('wget', wget), script('nc', nc)] };
}

const wget = `for url; do :; done
exec get "$url"
`;

const nc = `while [ $# -gt 2 ]; do shift; done
exec dial "$1:$2"
`;

function script(name: string, body: string): Entry {
  return { name: `usr/local/bin/${name}`, content: Buffer.from(`#!/bin/sh\n${body}`), mode: 0o755 };
}

/** Programs of this machine in `/bin`, with the libraries that they are linked to and the folders of these. */
async function linkedPrograms(files: readonly string[]): Promise<Entry[]> {
  const linked = (await output('ldd', files)).matchAll(/(?:^|\s)\/(\S+) \(0x/g);
  const libraries = [...new Set([...linked].map(([, name = '']) => name))];
  const folders = libraries.flatMap((name) => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [
    ...[...new Set(folders)].map((name): Entry => ({ name, folder: true, mode: 0o755 })),
    ...(await Promise.all(libraries.map((name) => copied(name, `/${name}`)))),
    ...(await Promise.all(files.map((file) => copied(`bin/${path.basename(file)}`, file)))),
  ];
}

async function copied(name: string, file: string): Promise<Entry> {
  return { name, content: await readFile(await realpath(file)), mode: 0o755 };
}
