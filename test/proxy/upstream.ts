import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { type KeyPair, serverCertificate } from './certificates.js';

/** A request as an upstream host received it. */
export interface Received {
  readonly host: string;
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an upstream host answers; an object is sent as JSON. */
export type Respond = (request: Received) => {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
};

/** All existing upstream hosts: one proxy that leads every host to local servers. */
export interface Upstream {
  /** The Unix socket that the proxy listens on; for a request to it as an http host, `Host` names the host. */
  readonly socket: string;
  /** Every requested HOST:PORT, in order. */
  readonly dialed: readonly string[];
  /** Lets a host answer something other than the request that it received. */
  respond(host: string, respond: Respond): void;
  /** Lets a program that listens on a Unix socket, and speaks TLS there, be a host. */
  lead(host: string, socket: string): void;
  /** Makes a host unreachable. */
  cutOff(host: string): void;
  stop(): Promise<void>;
}

/** Starts upstream hosts whose certificates, for these names, are from `authority`. */
export async function startUpstream(authority: KeyPair, names: readonly string[]): Promise<Upstream> {
  const folder = await mkdtemp(path.join(tmpdir(), 'upstream-'));
  const socket = path.join(folder, 'connect.sock');
  const responds = new Map<string, Respond>();
  const led = new Map<string, string>();
  const unreachable = new Set<string>();
  const dialed: string[] = [];
  const serve = (message: IncomingMessage, response: ServerResponse) => {
    void received(message).then((request) => {
      const { status, headers, body } = (responds.get(request.host) ?? echo)(request);
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    });
  };
  const secure = createHttpsServer(await serverCertificate(authority, names), serve);
  // Node does not treat a CONNECT as a request.
  secure.on('connect', (message: IncomingMessage, connection: Socket) => {
    const response = new ServerResponse(message);
    response.assignSocket(connection);
    serve(message, response);
  });
  // A proxy receives a CONNECT for an https host, and the full URL for an http host; a host receives only a path.
  const gate = createHttpServer((message, response) => {
    const { host, pathname, search } = new URL(message.url ?? '', `http://${message.headers.host}`);
    dialed.push(`${host}:80`);
    message.url = pathname + search;
    serve(message, response);
  });
  gate.on('connect', ({ url = '' }: IncomingMessage, connection) => {
    dialed.push(url);
    const host = url.replace(/:\d+$/, '');
    if (unreachable.has(host)) return void connection.destroy();
    connection.on('error', () => undefined);
    connection.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    const program = led.get(host);
    if (program === undefined) return void secure.emit('connection', connection);
    pipeline(connection, connect(program), connection, () => undefined);
  });
  const connections = new Set<Socket>();
  gate.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  // A client that does not trust a certificate is the test's business, not this server's.
  secure.on('tlsClientError', () => undefined);
  await new Promise<void>((listening) => gate.listen(socket, listening));
  return {
    socket,
    dialed,
    respond: (host, respond) => void responds.set(host, respond),
    lead: (host, program) => void led.set(host, program),
    cutOff: (host) => void unreachable.add(host),
    stop: async () => {
      for (const connection of connections) connection.destroy();
      await new Promise((closed) => gate.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const echo: Respond = (request) => ({ status: 200, body: request });

async function received(message: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(Buffer.from(part));
  return {
    host: (message.headers.host ?? '').replace(/:\d+$/, ''),
    method: message.method ?? '',
    target: message.url ?? '',
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(parts).toString(),
  };
}
