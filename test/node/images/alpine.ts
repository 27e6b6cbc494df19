/**
 * Images that are made of Alpine have `wget` and `nc`, which the static busybox of Debian has not: its `wget` crashes on
 * a name, its `nc` knows no `-z`, and its shell runs them rather than any other on the PATH.
 */
import { readFile, realpath } from 'node:fs/promises';
import { output } from '../command.js';
import type { Image } from './image.js';
import type { Entry } from './tar.js';

/** The image of a double with this machine's shell, and with `wget` and `nc` by the double's own `get` and `dial`. */
export async function withNetworkCommands(image: Image): Promise<Image> {
  const others = image.entries.filter(({ name }) => name !== 'bin/sh');
  return { ...image, entries: [...others, ...(await shell()), script('wget', wget), script('nc', nc)] };
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

/** The shell of this machine, with the libraries that it is linked to and the folders of these. */
async function shell(): Promise<Entry[]> {
  const linked = (await output('ldd', ['/bin/sh'])).matchAll(/(?:^|\s)\/(\S+) \(0x/g);
  const libraries = [...linked].map(([, name = '']) => name);
  const parents = libraries.flatMap((name) => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [
    ...[...new Set(parents)].map((name): Entry => ({ name, folder: true, mode: 0o755 })),
    ...(await Promise.all([...libraries, 'bin/sh'].map(copied))),
  ];
}

async function copied(name: string): Promise<Entry> {
  return { name, content: await readFile(await realpath(`/${name}`)), mode: 0o755 };
}
