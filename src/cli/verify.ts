import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { printable } from '../text/printable.js';
import { type ClusterFlags, defineClusterOptions } from './cluster-options.js';
import { Failure } from './failure.js';
import { type Io, type Progress, print, progress } from './io.js';
import { requireNamespace, requireReleaseName } from './release-options.js';
import { defineValuesOptions, loaded, type ValuesFlags } from './values-options.js';
import type { Verb } from './verb.js';
import type { Subject } from './verify-checks.js';
import type { Finding } from './verify-findings.js';

interface VerifyOptions extends ValuesFlags, ClusterFlags {
  readonly release?: string;
  readonly wait: boolean;
  readonly timeout: string;
  readonly strict: boolean;
  readonly output: 'text' | 'json';
}

export const verify: Verb = {
  name: 'verify',
  summary: 'check a running release: its Secrets, pods, policies, credentials and proxy',
  description:
    'Asks the cluster whether a release works, in the order in which faults cause each other: the first line that fails\n' +
    'names the cause. It changes nothing, and prints no value of a Secret. Connections to pods go through the API server.',
  examples: [
    'verify -f values.yaml -n centaur-system',
    'verify -f values.yaml -n centaur-system --wait --timeout 10m',
    'verify -f values.yaml -n centaur-system --strict --output json',
  ],

  define(command) {
    defineValuesOptions(command, 'values files, as with -f');
    command.option('--release <name>', "the release's name (default: the chart's)");
    defineClusterOptions(command);
    command
      .option('--wait', 'check again until nothing fails', false)
      .option('--timeout <duration>', 'with --wait, how long', '5m')
      .option('--strict', 'exit with 1 as well for checks that are not possible', false)
      .addOption(
        new Option('--output <format>', 'how to print what was found')
          .choices(['text', 'json'])
          .default('text'),
      );
  },

  async run({ wait, timeout, strict, output, ...flags }: VerifyOptions, host, operands) {
    const { release, namespace } = flags;
    if (release !== undefined) requireReleaseName(release, '--release');
    if (namespace !== undefined) requireNamespace(namespace, '--namespace');
    const until = wait ? Date.now() + (await milliseconds(timeout)) : 0;
    const { io } = host;
    const { clusterOf } = await import('./cluster.js');
    const cluster = clusterOf(flags, io);
    const named = { namespace: cluster.namespace, ...(release !== undefined && { name: release }) };
    const asked = await loaded(flags, operands, host, named);
    if (asked === undefined) return 1;
    const { chart, values } = asked;
    const subject: Subject = {
      cluster,
      name: release ?? chart.metadata.name,
      objects: chart.evaluate(values, named).objects,
      existing: asked.secrets(values),
      live: asked.live(values),
    };
    const busy = progress(io);
    let findings = await check(subject, busy);
    while (hasFailed(findings) && Date.now() < until) {
      busy.show(`waiting: ${findings.find(({ status }) => status === 'failed')?.found}`);
      await sleep(2000);
      findings = await check(subject, busy);
    }
    busy.done();
    await report(findings, subject, output, io);
    return hasFailed(findings) || (strict && findings.some(({ status }) => status === 'not possible'))
      ? 1
      : 0;
  },
};

async function milliseconds(timeout: string): Promise<number> {
  const { durationMilliseconds, durationPattern } = await import('../text/duration.js');
  if (!new RegExp(durationPattern).test(timeout))
    throw new Failure(2, '--timeout: must be a duration such as 5m or 90s');
  return durationMilliseconds(timeout);
}

function hasFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === 'failed');
}

async function check(subject: Subject, busy: Progress): Promise<readonly Finding[]> {
  const { findingsOf } = await import('./verify-checks.js');
  const findings: Finding[] = [];
  for await (const { doing, found } of findingsOf(subject)) {
    busy.show(doing);
    findings.push(...found);
  }
  return findings;
}

const signs: { readonly [status in Finding['status']]: string } = {
  passed: 'ok',
  failed: 'FAILED',
  'not possible': 'not possible',
};

async function report(
  findings: readonly Finding[],
  { cluster: { context, namespace }, name }: Subject,
  output: VerifyOptions['output'],
  io: Io,
): Promise<void> {
  if (output === 'json') {
    const valid = !hasFailed(findings);
    return print(io, `${JSON.stringify({ release: name, namespace, context, valid, findings }, null, 2)}\n`);
  }
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map((one) => {
    const line = `${signs[one.status].padEnd(12)}  ${one.check.padEnd(width)}  ${printable(one.found)}\n`;
    return one.status === 'failed' ? `${line}${' '.repeat(width + 16)}${one.fix}\n` : line;
  });
  const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length;
  const ways = [
    `${count('passed')} passed`,
    `${count('failed')} failed`,
    `${count('not possible')} not possible`,
  ];
  await print(
    io,
    `release ${name}, namespace ${namespace}, context ${context}\n${lines.join('')}${ways.join(', ')}\n`,
  );
}
