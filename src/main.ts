/**
 * The cdk8s app behind `cdk8s synth`: the Helm chart into `charts/`, and the plain manifests of every file in `values/`
 * into cdk8s' own output folder.
 */
import { App } from 'cdk8s';
import { centaurChart } from './centaur/index.js';
import { hints } from './centaur/upgrade-hints.js';
import { processIo } from './cli/io.js';
import { reporting } from './cli/program.js';
import { synth } from './cli/synth.js';

const io = processIo();

process.exitCode = await reporting('synth', io, () =>
  synth(
    {
      subject: { chart: centaurChart(), hints },
      charts: 'charts',
      values: 'values',
      app: new App(),
      // As the operator's page installs it.
      release: { name: 'centaur', namespace: 'centaur-system' },
    },
    io,
  ),
);
