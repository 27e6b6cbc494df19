/**
 * The second process of a node, after the one that reaps: it covers the machine, starts the parts, restarts those that
 * end, and answers on the control socket. It ends with the node.
 */

import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemPath } from '../../system/commands.js';
import { type ChildProcess, spawn } from '../../system/processes.js';
import type { Cgroup } from './cgroup.js';
import {
  connectNetwork,
  coverCgroups,
  coverFolders,
  coverSettings,
  losePower,
  processNamespace,
} from './machine.js';
import { isPartName, type PartName, parts, startOrder, takesPods } from './parts.js';
import { insideFolder, runFile } from './run-folder.js';
import { programIn } from './tools.js';
import { until } from './until.js';

/** The supervisor's command line argument, as JSON. */
export interface SupervisorOptions {
  /** The run folder, by its path outside the node. */
  readonly folder: string;
  readonly programs: readonly string[];
  readonly cgroups: readonly Cgroup[];
  /** The process namespace that the node must not be in. */
  readonly outside: string;
}

const { folder, programs, cgroups, outside }: SupervisorOptions = JSON.parse(process.argv[2] ?? '');
const temporary = path.join(insideFolder, 'tmp');
const environment = { PATH: [...programs, ...systemPath].join(':'), HOME: '/root', TMPDIR: temporary };

const running = new Map<PartName, ChildProcess>();
let waitingFor = 'its namespaces';

try {
  await prepare();
  answerControl();
  await boot();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function prepare(): Promise<void> {
  if ((await processNamespace()) === outside) throw new Error('a node needs a process namespace of its own');
  await coverFolders(folder);
  await coverSettings();
  await coverCgroups(cgroups);
  await mkdir(temporary);
  // The keeper leaves the node's cgroups once they belong to the node: it must outlive what is in them.
  process.send?.('inside');
  await once(process, 'message');
  await connectNetwork();
}

async function boot(): Promise<void> {
  const since = Date.now();
  for (const names of startOrder) await Promise.all(names.map(start));
  await nodeTakesPods(since);
}

async function nodeTakesPods(since: number): Promise<void> {
  waitingFor = 'the node to take pods';
  await until('the node takes pods', () => takesPods(since), 90);
  waitingFor = '';
}

/** Starts a part and waits until it is ready; if it ends after that, it is restarted. */
async function start(name: PartName): Promise<void> {
  waitingFor = name;
  const child = launch(name);
  await until(`${name} is ready`, () => !isRunning(child) || parts[name].ready(), 90);
  if (!isRunning(child))
    throw new Error(`${name} ended with ${child.signalCode ?? child.exitCode}, see its log`);
  child.once('close', () => startAgain(name, child));
}

/** Restarts a part repeatedly after it ended unexpectedly. */
async function startAgain(name: PartName, ended: ChildProcess): Promise<void> {
  if (running.get(name) !== ended) return;
  console.error(`${name} ended with ${ended.signalCode ?? ended.exitCode} and is started again`);
  await delay(1000);
  if (running.get(name) !== ended) return;
  await start(name).catch((error: Error) => {
    console.error(error.message);
    const next = running.get(name);
    if (next && !isRunning(next)) startAgain(name, next);
  });
  waitingFor = '';
}

function launch(name: PartName): ChildProcess {
  const log = openSync(path.join(insideFolder, runFile.logs, `${name}.log`), 'a');
  const child = spawn(programIn(programs, name), parts[name].args, {
    env: environment,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', (error) => console.error(error.message));
  running.set(name, child);
  return child;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Ends a part or the whole node like a crash or a loss of power, and starts it again. */
async function restart(name: PartName | 'node'): Promise<void> {
  if (name === 'node') {
    running.clear();
    await losePower(outside, cgroups);
    return boot();
  }
  const child = running.get(name);
  running.delete(name);
  if (child && isRunning(child)) {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
  const since = Date.now();
  await start(name);
  await nodeTakesPods(name === 'kubelet' ? since : 0);
}

/** `GET /ready` and `POST /restart/<part or node>`: 200 on success, else a sentence with the reason. */
function answerControl(): void {
  const answer = async (request: string): Promise<string> => {
    const [, name = ''] = request.match(/^POST \/restart\/(.+)$/) ?? [];
    if (name === 'node' || isPartName(name)) await restart(name);
    else if (request !== 'GET /ready') throw new Error(`a node does not answer ${request}`);
    return waitingFor && `waiting for ${waitingFor}`;
  };
  createServer(async ({ method, url }, response) => {
    const refused = await answer(`${method} ${url}`).catch((error: Error) => error.message);
    response.writeHead(refused ? 503 : 200).end(refused);
  }).listen(path.join(insideFolder, runFile.control));
}
