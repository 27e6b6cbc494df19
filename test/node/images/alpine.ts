/**
 * Images based on Alpine have commands that Debian's static busybox lacks: its `wget` crashes on a name, its `nc` does
 * not know `-z`, and its shell prefers its own to any other on the PATH. Those with openssl have it installed.
 */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { programOf } from '../../system/commands.js';
import type { Image } from './image.js';
import { librariesOf } from './libraries.js';
import type { Entry } from './tar.js';

/** The image of a double with this machine's shell and openssl, and with `wget` and `nc` by the double's own `get` and `dial`. */
export async function withNetworkCommands(image: Image): Promise<Image> {
  const openssl = programOf('openssl');
  const programs = await linkedPrograms(['/bin/sh', openssl.file], openssl.root);
  const added = [...programs, script('wget', wget), script('nc', nc)];
  const replaced = new Set(added.map(({ name }) => name));
  return { ...image, entries: [...image.entries.filter(({ name }) => !replaced.has(name)), ...added] };
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

/** Programs in `/bin`, with the libraries that they are linked to. */
async function linkedPrograms(files: readonly string[], root: string): Promise<Entry[]> {
  const programs = files.map(async (file): Promise<Entry> => {
    return { name: `bin/${path.basename(file)}`, content: await readFile(await realpath(file)), mode: 0o755 };
  });
  return [...(await librariesOf(files, root)), ...(await Promise.all(programs))];
}
