/** Sends requests through iron-proxy, as a client in a sandbox does. They contain no placeholder. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { codeOf } from './failure.js';
import { type Finding, finding, type Outcome } from './verify-findings.js';

export interface ProxyQuestion {
  /** Where iron-proxy answers on this machine's loopback. */
  readonly port: number;
  /** The CA that clients trust, in PEM. */
  readonly trusted: string;
  readonly harmlessHost: string | undefined;
  readonly isOpen: boolean;
}

/** Nobody can own a name below `invalid`: https://www.rfc-editor.org/rfc/rfc2606 */
const refusedHost = 'centaur-verify.invalid';

const timeout = 40_000;

export async function proxyFindings(question: ProxyQuestion): Promise<readonly Finding[]> {
  const { harmlessHost, isOpen } = question;
  const refused = isOpen
    ? { notPossible: 'allowedHosts has "*": iron-proxy refuses no host' }
    : refusedOutcome(await statusFor(refusedHost, question));
  const allowed =
    harmlessHost === undefined
      ? { notPossible: 'no declared host is reached without a credential' }
      : allowedOutcome(harmlessHost, await statusFor(harmlessHost, question));
  return [finding('a host that is not allowed', refused), finding('a host that is allowed', allowed)];
}

/** The status of an answer, or why there is none. */
type Answer = { readonly status: number } | { readonly problem: string };

function refusedOutcome(answer: Answer): Outcome {
  if ('problem' in answer) return { failed: answer.problem, fix: proxyFix };
  if (answer.status === 403) return { passed: 'iron-proxy refuses it (403)' };
  return {
    failed: `iron-proxy does not refuse it: it answers ${answer.status}, and not 403`,
    fix: 'Check that the values are those of the release, and that nothing else answers in its place.',
  };
}

function allowedOutcome(host: string, answer: Answer): Outcome {
  if ('problem' in answer) return { failed: `${host}: ${answer.problem}`, fix: proxyFix };
  const { status } = answer;
  if (status === 403) {
    return {
      notPossible: `${host} is answered with 403: by the host itself, which wants a credential, or by iron-proxy, whose log then says rejected_by`,
    };
  }
  if (status === 502 || status === 504) {
    return {
      failed: `iron-proxy cannot reach ${host} (${status})`,
      fix: `Check that the host's name resolves in the cluster, and that networkPolicy.extraEgress.ironProxy opens its port if it is not 443, 80 or 5432.`,
    };
  }
  return { passed: `${host} answers (${status})` };
}

const proxyFix = 'See the log of iron-proxy, and "Requests fail" in docs/operations.md.';

async function statusFor(host: string, { port, trusted }: ProxyQuestion): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setTimeout(timeout, () => socket.destroy(new Error('timeout')));
  try {
    const tunnel = await statusOf(socket, `CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`);
    if (tunnel !== 200) return { status: tunnel };
    const secure = connectTls({ socket, servername: host, ca: trusted, ALPNProtocols: ['http/1.1'] });
    const status = await statusOf(secure, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return { status };
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    socket.destroy();
  }
}

/** Sends a request, and reads the status of the answer. */
function statusOf(socket: Socket, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = '';
    const read = (data: Buffer) => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      const [, status] = /^HTTP\/1\.\d (\d{3})/.exec(head) ?? [];
      if (status === undefined) reject(new Error('no HTTP'));
      else resolve(Number(status));
    };
    socket
      .on('data', read)
      .once('error', reject)
      .once('close', () => reject(new Error('closed')));
    socket.write(request);
  });
}

function problemOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `its certificate is not one of the CA that clients trust (${code})`;
  }
  return 'it closes the connection without an answer';
}
