/** Charts as dependencies of a parent chart. */
import { stringify } from 'yaml';
import type { HelmChart } from '../../src/helm/index.js';

export interface Member {
  readonly chart: HelmChart;
  readonly alias?: string;
}

const nameIn = ({ chart, alias }: Member) => alias ?? chart.metadata.name;

/** The files of a parent chart with these under a condition; a chart with two aliases is included once. */
export function parentOf(...members: readonly Member[]): ReadonlyMap<string, string> {
  const dependencies = members.map((member) => ({
    name: member.chart.metadata.name,
    version: member.chart.metadata.version,
    condition: `${nameIn(member)}.enabled`,
    ...(member.alias !== undefined && { alias: member.alias }),
  }));
  const parent = { apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies };
  const files = new Map([['Chart.yaml', stringify(parent)]]);
  for (const { chart } of members) {
    for (const [file, text] of chart.compile()) files.set(`charts/${chart.metadata.name}/${file}`, text);
  }
  return files;
}
