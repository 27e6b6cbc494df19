import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync, renameSync, rmSync } from 'node:fs';
import { readlink, rm, symlink } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Takes a lock, and resolves with a function that releases it. The lock is a link to a socket that its owner listens
 * on. So the kernel tells everybody at once that an owner died, and an owner whose event loop is blocked, even for
 * minutes, keeps its lock. Node.js has no file locks, and the sockets are in the folder for temporary files because
 * their paths are limited to about 100 bytes.
 *
 * @param waits is called once if another process has the lock.
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

/** A connection to an owner, which the kernel closes when the owner dies; undefined if it is gone already. */
async function reached(owner: string): Promise<Socket | undefined> {
  const socket = connect(owner);
  const connected = once(socket, 'connect').then(() => socket.on('error', () => undefined));
  // Reset if the owner released its lock meanwhile.
  return unless('ENOENT', () => unless('ECONNREFUSED', () => unless('ECONNRESET', () => connected)));
}

/**
 * Removes a dead owner's lock. If another process has replaced it by now, it is put back; in the moment between, a
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

/** The result of an action; undefined if it fails with this code. */
async function unless<T>(code: string, action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined;
    throw error;
  }
}
