import { request } from 'node:http';

/** A response of an HTTP server. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request to an HTTP server; a body other than a string is sent as JSON. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Sends a request to an HTTP server that listens on a Unix socket. */
export function ask(socketPath: string, target: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, signal } = question;
  return new Promise((resolve, reject) => {
    const options = { socketPath, path: target, method, headers, agent: false, ...(signal && { signal }) };
    const asked = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
}
