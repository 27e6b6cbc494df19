import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync, renameSync, rmSync } from 'node:fs';
import { readlink, rm, symlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Takes a lock, and resolves with what gives it back. The lock is a link to a socket that its owner listens on: so the
 * kernel tells everybody at once that an owner died, and an owner whose event loop is blocked, be it for minutes, keeps
 * its lock. Node.js has no locks of files, and the sockets are in the folder for temporary files because their paths
 * are bounded by some 100 bytes.
 *
 * @param waits is called once where another has the lock.
 */
export async function lock(file: string, waits: () => void): Promise<() => Promise<void>> {
  for (let told = false; ; ) {
    const release = await take(file);
    if (release) return release;
    const owner = await unless('ENOENT', () => readlink(file));
    const socket = owner && (await reached(owner));
    if (socket) {
      if (!told) waits();
      told = true;
      await new Promise((resolve) => socket.on('close', resolve).resume());
    } else if (owner) await removeAbandoned(file, owner);
  }
}

async function take(file: string): Promise<(() => Promise<void>) | undefined> {
  const socket = path.join(tmpdir(), `centaur-chart-${randomBytes(6).toString('hex')}.sock`);
  const waiting = new Set<Socket>();
  const server = createServer((other) => waiting.add(other.on('error', () => undefined))).unref();
  await once(server.listen(socket), 'listening');
  const close = () => {
    server.close();
    for (const other of waiting) other.destroy();
  };
  const taken = await unless('EEXIST', () => symlink(socket, file).then(() => true));
  if (taken) return () => rm(file, { force: true }).finally(close);
  close();
  return undefined;
}

/** A connection to an owner, which the kernel closes with it; nothing where it is gone already. */
async function reached(owner: string): Promise<Socket | undefined> {
  const socket = connect(owner);
  const connected = once(socket, 'connect').then(() => socket.on('error', () => undefined));
  // Reset where the owner gave its lock back meanwhile.
  return unless('ENOENT', () => unless('ECONNREFUSED', () => unless('ECONNRESET', () => connected)));
}

/**
 * Removes a dead owner's lock. Should another have taken its place by now, it is put back; in the moment between a
 * third may take it too: then two build the same, and one of them may fail.
 */
async function removeAbandoned(file: string, owner: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  await unless('ENOENT', () => {
    renameSync(file, aside);
    if (readlinkSync(aside) === owner) rmSync(aside);
    else renameSync(aside, file);
  });
  await rm(owner, { force: true });
}

/** What an action yields; nothing when it fails with this code. */
async function unless<T>(code: string, action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined;
    throw error;
  }
}
