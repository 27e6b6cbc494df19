import { request as httpRequest } from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A request as a sandbox sends it; the port is 443, or 80 for `http:`. */
export interface Sent {
  readonly url: string;
  /** The path as it goes over the wire, where that differs from the URL's. */
  readonly target?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a sandbox sees of its request. */
export interface Seen {
  /** Whether the proxy refused the tunnel itself, before there was a request. */
  readonly refused: boolean;
  readonly status: number;
  readonly body: string;
}

/** Sends a request through the CONNECT proxy behind a Unix socket, trusting one certificate authority. */
export async function send(tunnelSocket: string, authority: string, sent: Sent): Promise<Seen> {
  const url = new URL(sent.url);
  const secure = url.protocol === 'https:';
  const tunnel = await openTunnel(tunnelSocket, `${url.hostname}:${secure ? 443 : 80}`);
  if (tunnel.status !== 200) {
    tunnel.socket.destroy();
    return { refused: true, status: tunnel.status, body: '' };
  }
  const connection = secure
    ? connectTls({ socket: tunnel.socket, servername: url.hostname, ca: authority })
    : tunnel.socket;
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    const options = {
      method: sent.method ?? 'GET',
      path: sent.target ?? url.pathname + url.search,
      headers: { host: url.hostname, ...sent.headers },
      createConnection: () => connection,
    };
    const request = httpRequest(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        connection.destroy();
        resolve({ refused: false, status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() });
      });
    });
    request.on('error', reject);
    request.end(sent.body);
  });
}

/** The status that a CONNECT to HOST:PORT is answered with. */
export async function connectStatus(tunnelSocket: string, target: string): Promise<number> {
  const { status, socket } = await openTunnel(tunnelSocket, target);
  socket.destroy();
  return status;
}

function openTunnel(tunnelSocket: string, target: string): Promise<{ status: number; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ socketPath: tunnelSocket, method: 'CONNECT', path: target, agent: false });
    asked.on('connect', (answer, socket: Socket) => resolve({ status: answer.statusCode ?? 0, socket }));
    asked.on('error', reject);
    asked.end();
  });
}

/** A connection to a Unix socket, for protocols other than HTTP. */
export function openSocket(socket: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const opened = connectSocket(socket, () => resolve(opened));
    opened.on('error', reject);
  });
}
