import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { spawn } from '../../test/system/processes.js';
import { drainScript } from './drain.js';

describe('before it is told to stop, a pod', () => {
  beforeEach(({ skip }) =>
    skip(process.platform !== 'linux', 'skipped: the script reads what Linux has in /proc'),
  );

  test('waits for the last connection to one of its ports', async () => {
    const [first, second] = [await listening(), await listening()];
    const [one, other] = [await connected(first.port), await connected(second.port)];
    const drain = await drained([first.port, second.port]);

    await drain.asks(2);
    one.destroy();
    await drain.asks(2);
    expect(drain.hasEnded()).toBe(false);
    other.destroy();
    expect(await drain.ended).toBe(0);
    await Promise.all([first, second].map((server) => server.close()));
  });

  test('does not wait for connections to other ports', async () => {
    const [asked, other] = [await listening(), await listening()];
    const connection = await connected(other.port);
    expect(await (await drained([asked.port])).ended).toBe(0);
    connection.destroy();
    await Promise.all([asked, other].map((server) => server.close()));
  });
});

async function listening() {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Runs the script with a stub of `sleep` that records its calls. */
async function drained(ports: readonly number[]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'drain-'));
  const sleep = path.join(folder, 'sleep');
  await writeFile(sleep, '#!/bin/sh\necho slept\nexec /bin/sleep 0.01\n');
  await chmod(sleep, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const child = spawn('sh', ['-c', drainScript, 'drain', '5', ...ports.map(String)], { env });
  let hasEnded = false;
  const ended = once(child, 'exit').then(async ([code]) => {
    hasEnded = true;
    await rm(folder, { recursive: true });
    return code;
  });
  return {
    ended,
    hasEnded: () => hasEnded,
    async asks(times: number) {
      for (let time = 0; time < times; time++) await once(child.stdout, 'data');
    },
  };
}
