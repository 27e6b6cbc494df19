/** Connections to pods through the API server, as `kubectl port-forward` makes them. */
import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import type { Cluster } from './cluster.js';
import { Failure } from './failure.js';

/**
 * Lets a function reach a port of a pod on a port of this machine's loopback.
 *
 * @throws {Failure} if the API server refuses
 */
export async function forwarded<T>(
  { config, namespace }: Cluster,
  pod: string,
  port: number,
  use: (localPort: number) => Promise<T>,
): Promise<T> {
  const forward = new PortForward(config);
  const sockets = new Set<Socket>();
  const connections: { terminate(): void }[] = [];
  let refused: unknown;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const errors = new PassThrough();
    errors.on('data', (text) => {
      refused ??= String(text);
      socket.destroy();
    });
    forward.portForward(namespace, pod, [port], socket, errors, socket).then(
      (connection) => {
        if ('terminate' in connection) connections.push(connection);
      },
      (error: unknown) => {
        refused ??= error;
        socket.destroy();
      },
    );
  });
  try {
    return await use(await listening(server));
  } catch (error) {
    if (refused === undefined) throw error;
    throw new Failure(
      1,
      `cannot forward a port to the pod ${pod}: the rights to create pods/portforward may be missing`,
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    // An open one would keep the process alive.
    for (const connection of connections) connection.terminate();
    server.close();
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });
}
