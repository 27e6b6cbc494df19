import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import type { KeyPair } from './certificates.js';
import { openSocket } from './client.js';

/** The parameters of a session, as the database server received them. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * A Postgres server that requests the password in clear text, accepts everyone and answers each query with one row: the
 * query itself.
 */
export interface Database {
  readonly socket: string;
  readonly logins: readonly Login[];
  /** Lets it speak TLS with this certificate, or not at all, as at the start. */
  present(certificate: KeyPair | undefined): void;
  stop(): Promise<void>;
}

/** Starts such a server; it implements as much of protocol 3.0 as a simple query needs. */
export async function startDatabase(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), 'database-'));
  const socket = path.join(folder, 'postgres.sock');
  const logins: Login[] = [];
  const open = new Set<Socket>();
  let certificate: KeyPair | undefined;
  const server = createServer((session) => {
    open.add(session);
    session.on('error', () => undefined);
    void secured(session, certificate)
      .then((secure) => answer(secure, logins))
      // A client that does not trust the certificate hangs up.
      .catch(() => undefined)
      .finally(() => session.destroy());
  });
  await new Promise<void>((listening) => server.listen(socket, listening));
  return {
    socket,
    logins,
    present: (next) => {
      certificate = next;
    },
    stop: async () => {
      for (const session of open) session.destroy();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Opens a session behind a Unix socket as a client of Postgres, and sends one query.
 *
 * @returns the first column of the rows.
 * @throws Error with SQLSTATE and message if the server refuses.
 */
export async function query(socket: string, login: Login, sql: string): Promise<readonly string[]> {
  const session = await openSocket(socket);
  const rows: string[] = [];
  let asked = false;
  try {
    session.write(startup({ user: login.user, database: login.database }));
    for await (const { type, body } of messages(session)) {
      if (type === 'R' && body.readInt32BE() === cleartext) session.write(message('p', text(login.password)));
      if (type === 'E') throw new Error(errorText(body));
      if (type === 'D') rows.push(body.toString('utf8', 6));
      if (type === 'Z') {
        if (asked) return rows;
        asked = true;
        session.write(message('Q', text(sql)));
      }
    }
    throw new Error('the server hung up');
  } finally {
    session.destroy();
  }
}

const protocol = 0x0003_0000;
const tlsRequest = 80877103;
const cleartext = 3;

/** The session after TLS is negotiated: a client that wants it asks first, and waits for one letter. */
async function secured(session: Socket, certificate: KeyPair | undefined): Promise<Socket> {
  const [first]: Buffer[] = await once(session, 'data');
  session.pause();
  if (first?.length !== 8 || first.readInt32BE(4) !== tlsRequest) {
    session.unshift(first);
    return session;
  }
  session.write(certificate ? 'S' : 'N');
  return certificate ? new TLSSocket(session, { isServer: true, ...certificate }) : session;
}

async function answer(session: Socket, logins: Login[]): Promise<void> {
  let who = { user: '', database: '' };
  for await (const { type, body } of messages(session, 'startup first')) {
    if (type === '') {
      const [user = '', database = ''] = ['user', 'database'].map((name) => parameters(body).get(name));
      who = { user, database };
      session.write(message('R', int32(cleartext)));
    } else if (type === 'p') {
      logins.push({ ...who, password: body.toString('utf8', 0, body.length - 1) });
      session.write(Buffer.concat([message('R', int32(0)), message('K', int32(1, 2)), ready]));
    } else if (type === 'Q') {
      const sql = body.subarray(0, body.length - 1);
      session.write(
        Buffer.concat([
          message(
            'T',
            int16(1),
            text('query'),
            int32(0),
            int16(0),
            int32(25),
            int16(-1),
            int32(-1),
            int16(0),
          ),
          message('D', int16(1), int32(sql.length), sql),
          message('C', text('SELECT 1')),
          ready,
        ]),
      );
    } else return;
  }
}

interface Message {
  /** One letter; empty for a startup message, which has none. */
  readonly type: string;
  readonly body: Buffer;
}

/** Splits the input into messages: a letter (except for the startup message), a length that includes itself, a body. */
async function* messages(session: Socket, first?: 'startup first'): AsyncGenerator<Message> {
  let pending = Buffer.alloc(0);
  let letters = first ? 0 : 1;
  for await (const part of session) {
    pending = Buffer.concat([pending, part]);
    while (pending.length >= letters + 4 && pending.length >= letters + pending.readInt32BE(letters)) {
      const end = letters + pending.readInt32BE(letters);
      yield { type: pending.toString('latin1', 0, letters), body: pending.subarray(letters + 4, end) };
      pending = pending.subarray(end);
      letters = 1;
    }
  }
}

function startup(values: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(values).flatMap(([name, value]) => [text(name), text(value)]);
  return message('', int32(protocol), ...pairs, Buffer.alloc(1));
}

function parameters(body: Buffer): Map<string, string> {
  const parts = body.toString('utf8', 4).split('\0');
  const pairs = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) pairs.set(parts[at] ?? '', parts[at + 1] ?? '');
  return pairs;
}

function errorText(body: Buffer): string {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return `${fields.get('C')}: ${fields.get('M')}`;
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(body.length + 4), body]);
}

const text = (value: string) => Buffer.from(`${value}\0`);
const ready = message('Z', Buffer.from('I'));

function int32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => void buffer.writeInt32BE(value, 4 * at));
  return buffer;
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}
