/** The cluster of a release: whom to ask, and what its refusals mean. */
import {
  ApiException,
  CoreV1Api,
  createConfiguration,
  type KubeConfig,
  KubernetesObjectApi,
  type RequestContext,
  type ResponseContext,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { printable } from '../text/printable.js';
import type { ClusterFlags } from './cluster-options.js';
import { codeOf, Failure, reasonOf } from './failure.js';
import type { Io } from './io.js';
import { type Access, loadAccess } from './kubeconfig.js';
import { requireNamespace } from './release-options.js';

export interface Cluster {
  /** The name of the context. */
  readonly context: string;
  readonly namespace: string;
  readonly core: CoreV1Api;
  /** For objects of any kind. */
  readonly objects: KubernetesObjectApi;
  /** For connections to pods. */
  readonly config: KubeConfig;
  /**
   * Sends a request.
   *
   * @param doing what it is for: "read the Secret a"
   * @throws {Failure} in plain words; {@link Refused} for an answer of the API server
   */
  ask<T>(doing: string, request: () => Promise<T>): Promise<T>;
}

/** An answer of the API server that is an error, in plain words. */
export class Refused extends Failure {
  constructor(
    /** The HTTP status. */
    readonly code: number,
    message: string,
    /** The answer as a Status of Kubernetes, as far as it is one. */
    readonly answer: Status,
  ) {
    super(1, message);
  }
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly kind?: string; readonly name?: string };
}

/** @throws {Failure} if no kubeconfig names a cluster and a user */
export function clusterOf(flags: ClusterFlags, io: Pick<Io, 'env'>): Cluster {
  if (flags.namespace !== undefined) requireNamespace(flags.namespace, '--namespace');
  const access = loadAccess(flags, io);
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(access.cluster.server, {}),
    authMethods: { default: access.config },
    promiseMiddleware: [inTime],
  });
  return {
    context: access.context,
    namespace: flags.namespace ?? access.namespace ?? 'default',
    core: new CoreV1Api(configuration),
    objects: new KubernetesObjectApi(configuration),
    config: access.config,
    async ask(doing, request) {
      try {
        return await request();
      } catch (error) {
        throw failureOf(error, doing, access);
      }
    },
  };
}

const timeoutSeconds = 30;

const inTime = {
  async pre(context: RequestContext): Promise<RequestContext> {
    context.setSignal(AbortSignal.timeout(timeoutSeconds * 1000));
    return context;
  },
  post: async (context: ResponseContext): Promise<ResponseContext> => context,
};

function failureOf(error: unknown, doing: string, access: Access): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ApiException) return refusal(error.code, statusIn(error.body), doing, access);
  return new Failure(1, `cannot ${doing}: ${connectionProblem(error, access)}`);
}

/** The library gives the body of an error as a string, or parsed where the API describes the error. */
function statusIn(body: unknown): Status {
  if (typeof body !== 'string') return typeof body === 'object' && body !== null ? body : {};
  try {
    return statusIn(JSON.parse(body));
  } catch {
    return {};
  }
}

function refusal(code: number, answer: Status, doing: string, { context }: Access): Refused {
  const said = typeof answer.message === 'string' ? answer.message : `status ${code}`;
  return new Refused(code, `cannot ${doing}: ${reason(code, said, context)}`, answer);
}

function reason(code: number, said: string, context: string): string {
  if (code === 401) {
    return `the API server does not accept the credentials of the context ${context}: sign in again; \`kubectl auth whoami --context ${context}\` must succeed`;
  }
  const [, user, right] = /User "(.*?)" cannot (.*)$/.exec(said) ?? [];
  if (code === 403 && user !== undefined && right !== undefined) {
    return `${printable(user)} has no right to ${rightInWords(right)}: ask for a Role that grants it`;
  }
  return `the API server says: ${printable(said)}`;
}

/** What Kubernetes' authorization says after "cannot": `get resource "secrets" in API group "" in the namespace "a"`. */
function rightInWords(right: string): string {
  const [, verb, resource, namespace] =
    /^(\w+) resource "(.*?)" .*?(?: in the namespace "(.*?)")?$/.exec(right) ?? [];
  if (verb === undefined) return printable(right);
  return `${verb} ${resource}${namespace === undefined ? '' : ` in the namespace ${namespace}`}`;
}

/** Certificates that are not accepted: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificateCodes =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA)/;

const connectionReasons: { readonly [code: string]: string } = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up',
  ETIMEDOUT: 'it does not answer',
};

function connectionProblem(error: unknown, { context, cluster, config }: Access): string {
  const code = codeOf(error);
  const server = `${printable(withoutUser(cluster.server))} of the context ${context}`;
  if (error instanceof Error && error.name === 'AbortError') {
    return `the API server ${server} does not answer within ${timeoutSeconds} seconds`;
  }
  if (code !== undefined && certificateCodes.test(code)) {
    return `the certificate of the API server ${server} is not accepted (${code}): check certificate-authority-data in the kubeconfig`;
  }
  const said = code === undefined ? undefined : connectionReasons[code];
  if (said !== undefined) {
    const by = cluster.proxyUrl ? `, through the proxy ${printable(withoutUser(cluster.proxyUrl))}` : '';
    return `the API server ${server} cannot be reached${by}: ${said}`;
  }
  const user: { readonly exec?: { readonly command?: unknown } | undefined } = config.getCurrentUser() ?? {};
  if (user.exec) {
    // The program's output may contain a token.
    return `the program that signs in for the context ${context}, ${printable(String(user.exec.command))}, fails: try \`kubectl auth whoami --context ${context}\``;
  }
  const why = code === undefined ? `try \`kubectl auth whoami --context ${context}\`` : reasonOf(error);
  return `no connection to the API server ${server}: ${why}`;
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
