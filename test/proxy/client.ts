import { Agent, request as httpRequest } from 'node:http';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A request as a sandbox sends it; the port is 443, or 80 for `http:`. */
export interface Sent {
  readonly url: string;
  /** The path as sent over the wire, if that differs from the URL's. */
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
  /** The target of a redirect. */
  readonly location?: string | undefined;
}

/** A connection to one host, which stays open between requests. */
export interface Tunnel {
  send(sent: Sent): Promise<Seen>;
  close(): void;
}

/** Sends a request through the CONNECT proxy behind a Unix socket, trusting one certificate authority. */
export async function send(tunnelSocket: string, authority: string, sent: Sent): Promise<Seen> {
  const tunnel = await openTo(tunnelSocket, authority, sent.url);
  try {
    return await tunnel.send(sent);
  } finally {
    tunnel.close();
  }
}

/** Opens a tunnel to the host of a URL, for more than one request. */
export async function openTo(tunnelSocket: string, authority: string, to: string): Promise<Tunnel> {
  const { protocol, hostname } = new URL(to);
  const secure = protocol === 'https:';
  const { status, socket } = await openTunnel(tunnelSocket, `${hostname}:${secure ? 443 : 80}`);
  if (status !== 200) {
    return { send: async () => ({ refused: true, status, body: '' }), close: () => socket.destroy() };
  }
  // Clients send no server name for an address: RFC 6066, section 3.
  const servername = isIP(hostname.replace(/^\[|\]$/g, '')) ? '' : hostname;
  const connection = secure ? connectTls({ socket, servername, ca: authority }) : socket;
  // A request that fails with it reports it.
  connection.on('error', () => undefined);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => connection;
  return {
    send: (sent) => sendOver(agent, sent),
    close: () => connection.destroy(),
  };
}

function sendOver(agent: Agent, sent: Sent): Promise<Seen> {
  const url = new URL(sent.url);
  return new Promise((resolve, reject) => {
    const options = {
      method: sent.method ?? 'GET',
      path: sent.target ?? url.pathname + url.search,
      headers: { host: url.hostname, ...sent.headers },
      agent,
    };
    const request = httpRequest(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const [status, body] = [answer.statusCode ?? 0, Buffer.concat(parts).toString()];
        resolve({ refused: false, status, body, location: answer.headers.location });
      });
    });
    // Node ignores the body of a response to CONNECT.
    request.on('connect', ({ statusCode = 0 }) => resolve({ refused: false, status: statusCode, body: '' }));
    request.on('error', reject);
    request.end(sent.body);
  });
}

/** The status of the response to CONNECT HOST:PORT. */
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
