import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { type ChildProcessWithoutNullStreams, execFile, spawn } from '../system/processes.js';
import { builtJudge, type HelmMajor, helmCommand } from './helm.js';

/** What YAML or JSON can express. An integer that a number cannot represent exactly is a bigint. */
export type PlainValue = null | boolean | number | bigint | string | PlainValue[] | PlainMap;
export interface PlainMap {
  [key: string]: PlainValue;
}

/** A user's values: the contents of the `-f` files in order, then the arguments of `--set` and its like. */
export interface UserValues {
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly setJson?: readonly string[];
  readonly setString?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
}

export interface ReadRequest extends UserValues {
  /**
   * Makes every integer (int64 in Helm) a bigint and every float64 a number; otherwise most integers are numbers too.
   */
  readonly typed?: boolean;
}

export interface CoalesceRequest extends ReadRequest {
  /** The chart's folder. */
  readonly chart: string;
  /** Checks the chart's JSON schema too. */
  readonly schema?: boolean;
}

export interface RenderRequest extends UserValues {
  /** The chart's folder. */
  readonly chart: string;
  /** As in `helm template` if omitted: `release-name` in `default`, an install. */
  readonly release?: { readonly name?: string; readonly namespace?: string; readonly isUpgrade?: boolean };
  /** Such as "1.33"; if omitted, the one that Helm was built with. */
  readonly kubeVersion?: string;
}

export interface Refused {
  readonly ok: false;
  readonly error: string;
}
export interface ReadValues {
  readonly ok: true;
  readonly values: PlainMap;
}
export interface Parsed {
  readonly ok: true;
  /** In the order in which `helm template` prints them: Helm's installation order, hooks last. */
  readonly objects: PlainMap[];
  /** What the reader silently ignores: a duplicate key in a map. */
  readonly warnings: string[];
  /** Contents by the template's path, such as `centaur/templates/api.yaml`. */
  readonly manifests: Record<string, string>;
}
export interface Rendered extends Parsed {
  readonly notes: string;
}

/** Only these versions are asked and answer; both if omitted. */
export interface Majors<M extends HelmMajor> {
  readonly majors?: readonly M[];
}
export type Verdicts<M extends HelmMajor, Accepted> = Record<M, Accepted | Refused>;

/** Helm 3 and 4 in one process. Requests may be sent without waiting for earlier answers. */
export interface Judge {
  /** What `helm template` renders from a chart, as objects. */
  render<M extends HelmMajor = HelmMajor>(request: RenderRequest & Majors<M>): Promise<Verdicts<M, Rendered>>;
  /** A user's values as merged by Helm, before they meet a chart. */
  read<M extends HelmMajor = HelmMajor>(request: ReadRequest & Majors<M>): Promise<Verdicts<M, ReadValues>>;
  /** `.Values` as a template of the chart sees it. */
  coalesce<M extends HelmMajor = HelmMajor>(
    request: CoalesceRequest & Majors<M>,
  ): Promise<Verdicts<M, ReadValues>>;
  /** The objects of a manifest, read as Helm reads what it installs. */
  parse(manifest: string): Promise<Parsed | Refused>;
  stop(): Promise<void>;
}

/**
 * Starts the judge, and builds it first if necessary.
 *
 * @throws Error that names what to install, if it cannot be built.
 */
export async function startJudge(): Promise<Judge> {
  return connectJudge(await judgeProgram());
}

/** Starts a program that speaks the judge's protocol. */
export function connectJudge(program: string): Judge {
  const connection = connect(program);
  return {
    render: (request) =>
      connection.ask({ op: 'render', ...request, release: { ...defaultRelease, ...request.release } }),
    read: (request) => connection.ask({ op: 'read', ...request }),
    coalesce: (request) => connection.ask({ op: 'coalesce', ...request }),
    parse: async (manifest) => (await connection.ask<3, Parsed>({ op: 'parse', manifest, majors: [3] }))[3],
    stop: connection.stop,
  };
}

const defaultRelease = { name: 'release-name', namespace: 'default' };

/** The path of the judge's binary, built if necessary. */
export function judgeProgram(): Promise<string> {
  return builtJudge('judge', './cmd/judge');
}

/** A pending request: answers come in the order of the requests. */
interface Pending {
  take(line: string): void;
  reject(error: Error): void;
}

function connect(program: string) {
  const child = spawn(program, []);
  const pending: Pending[] = [];
  let stderr = '';
  let ended: Error | undefined;

  const end = (how: string) => {
    ended ??= new Error(`the judge ${how}${stderr === '' ? '' : `; the last that it said:\n${stderr}`}`);
    for (const { reject } of pending.splice(0)) reject(ended);
  };
  const closed = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      end(`did not start: ${error.message}`);
      resolve();
    });
    child.on('close', (code, signal) => {
      end(`ended with ${signal ?? `code ${code}`}`);
      resolve();
    });
  });
  // A write to a process that has ended fails too; 'close' has the better explanation.
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  eachLine(child.stdout, (line) => {
    pending.shift()?.take(line);
    if (pending.length === 0) keepAlive(child, false);
  });
  keepAlive(child, false);

  return {
    ask<M extends HelmMajor, Accepted>(request: object): Promise<Verdicts<M, Accepted>> {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const take = (line: string) => {
          const reviver = line.includes('"$integer"') ? bigIntegers : undefined;
          const answer: { majors: Verdicts<M, Accepted> } = JSON.parse(line, reviver);
          resolve(answer.majors);
        };
        pending.push({ take, reject });
        keepAlive(child, true);
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
    },
    async stop() {
      keepAlive(child, true);
      child.stdin.end();
      await closed;
    },
  };
}

/** While it is idle the judge does not keep this process alive, so it need not be stopped. */
function keepAlive(child: ChildProcessWithoutNullStreams, alive: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) {
    if (handle === child || handle instanceof Socket) alive ? handle.ref() : handle.unref();
  }
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  let parts: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      take(Buffer.concat(parts).toString('utf8'));
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
  });
}

function bigIntegers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$integer' in value)) return value;
  return typeof value.$integer === 'string' ? BigInt(value.$integer) : value;
}

/** Input for the command itself: as for the judge, values files by path, before the other values, and its own flags. */
export interface TemplateRequest extends RenderRequest {
  readonly flags?: readonly string[];
  readonly valuesFiles?: readonly string[];
}

/** What the real `helm template` of one major version prints, as objects. */
export async function helmTemplate(major: HelmMajor, request: TemplateRequest): Promise<Parsed | Refused> {
  return templateBy(await helmCommand(major), request);
}

/** What `helm template` of a Helm binary prints, as objects. */
export async function templateBy(helm: string, request: TemplateRequest): Promise<Parsed | Refused> {
  const folder = await mkdtemp(path.join(tmpdir(), 'helm-template-'));
  try {
    const { stdout } = await execFile(helm, await templateArguments(request, folder), {
      env: withoutHelmSettings(),
      maxBuffer: 256 * 2 ** 20,
    });
    return await (await sharedJudge()).parse(stdout);
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && error.stderr)
      return { ok: false, error: `${error.stderr}`.trim() };
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function templateArguments(request: TemplateRequest, folder: string): Promise<string[]> {
  const { name, namespace, isUpgrade } = { ...defaultRelease, ...request.release };
  const texts = await Promise.all(
    (request.values ?? []).map(async (text, index) => {
      const file = path.join(folder, `values-${index}.yaml`);
      await writeFile(file, text);
      return file;
    }),
  );
  return [
    ...['template', name, request.chart, '--namespace', namespace],
    ...[...(request.valuesFiles ?? []), ...texts].flatMap((file) => ['--values', file]),
    ...(request.set ?? []).flatMap((assignment) => ['--set', assignment]),
    ...(isUpgrade ? ['--is-upgrade'] : []),
    ...(request.flags ?? []),
    ...(request.kubeVersion === undefined ? [] : ['--kube-version', request.kubeVersion]),
  ];
}

/** The environment without variables by which the user's own Helm and cluster would affect the answer. */
function withoutHelmSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(HELM|KUBE)/.test(name)));
}

let shared: Promise<Judge> | undefined;
function sharedJudge(): Promise<Judge> {
  shared ??= startJudge();
  return shared;
}
