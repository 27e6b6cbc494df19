/**
 * The cdk8s app behind `cdk8s synth`: the Helm chart into `charts/`, and the plain manifests of each release into cdk8s'
 * own output folder, `dist/`.
 */
import { App } from 'cdk8s';
import { centaurChart } from './centaur/index.js';
import { hints } from './centaur/upgrade-hints.js';
import { processIo } from './cli/io.js';
import { reporting } from './cli/program.js';
import { type PlainRelease, releasePerFile, synth } from './cli/synth.js';

/**
 * The releases whose manifests are written: one for each file in `values/`, named as on the operator's page. To add
 * your own, list its files as you would with `-f`; paths are relative to the folder of `cdk8s.yaml`:
 *
 *     {
 *       output: 'production', // dist/production.k8s.yaml
 *       name: 'centaur',
 *       namespace: 'centaur-system',
 *       files: ['team/base.yaml', 'team/production.yaml', 'team/tools.yaml'],
 *     },
 */
async function releases(): Promise<readonly PlainRelease[]> {
  return [...(await releasePerFile('values', { name: 'centaur', namespace: 'centaur-system' }))];
}

const io = processIo();

process.exitCode = await reporting('synth', io, async () =>
  synth(
    {
      subject: { chart: centaurChart(), hints },
      charts: 'charts',
      app: new App(),
      releases: await releases(),
    },
    io,
  ),
);
