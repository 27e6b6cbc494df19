/** `node lib/main.js` writes the Helm chart into `chart/`; with values files it prints the manifests that they lead to. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HelmChart, loadValues } from 'centaur-chart/helm';
import { webService } from './chart.js';

const [...files] = process.argv.slice(2);
if (files.length === 0) writeChart(webService());
else printManifests(webService(), files);

function writeChart(chart: HelmChart): void {
  rmSync('chart', { recursive: true, force: true });
  for (const [file, text] of chart.compile()) {
    mkdirSync(dirname(join('chart', file)), { recursive: true });
    writeFileSync(join('chart', file), text);
  }
}

/** As JSON, which kubectl takes as well as YAML. */
function printManifests(chart: HelmChart, files: readonly string[]): void {
  const release = { name: 'web', namespace: 'default' };
  const loaded = loadValues(chart, {
    files: files.map((file) => ({ file, text: readFileSync(file) })),
    release,
  });
  if ('problems' in loaded) {
    for (const { file, line, column, path, message, hint = '' } of loaded.problems) {
      console.error(`${file}:${line}:${column}: ${path}: ${message}. ${hint}`.trimEnd());
    }
    process.exitCode = 1;
    return;
  }
  const items = chart.evaluate(loaded.values, release).objects.map(({ object }) => object);
  console.log(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2));
}
