/** Writes both targets of a chart: its Helm chart and, through cdk8s, the plain manifests of each values file. */
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ApiObject, type App, Chart, Yaml } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ReleaseOptions } from '../helm/chart.js';
import { loadValues, readValuesFile, ValuesError } from '../helm/load-values.js';
import type { ValueMap } from '../text/json.js';
import { type ExitStatus, Failure } from './failure.js';
import { isHook } from './hooks.js';
import { inInstallOrder } from './install-order.js';
import { complain, type Io } from './io.js';
import { isSecret } from './manifest-text.js';
import { coloursOf, problemText, warningText } from './problem-text.js';
import type { Subject } from './verb.js';
import { writeFiles } from './write-files.js';

export interface Synthesis {
  readonly subject: Pick<Subject, 'chart' | 'hints'>;
  /** The folder of charts; the chart's folder in it has its name. */
  readonly charts: string;
  /** The folder of values files: each produces one cdk8s chart. */
  readonly values: string;
  readonly app: App;
  readonly release: ReleaseOptions;
}

/**
 * Writes nothing if a values file has a problem.
 *
 * @throws {Failure} for an error that fits on one line
 */
export async function synth(synthesis: Synthesis, io: Io): Promise<ExitStatus> {
  const { subject, charts, values, app, release } = synthesis;
  const { chart, hints } = subject;
  const files = chart.compile();
  const colours = coloursOf(io.stderr, io);
  let faulty = false;
  let holdsSecrets = false;
  for (const file of await valuesFiles(values)) {
    const loaded = loadValues(chart, { files: [{ file, text: await readFile(file) }], release, hints });
    if ('problems' in loaded) {
      faulty = true;
      await complain(io, loaded.problems.map((problem) => problemText(problem, colours)).join(''));
      continue;
    }
    await complain(io, loaded.warnings.map((warning) => warningText(warning, colours)).join(''));
    const manifests = new Chart(app, path.basename(file, path.extname(file)));
    const rendered = chart.evaluate(loaded.values, release).objects;
    // Whatever applies the manifests would treat a hook as an object that stays.
    const objects = inInstallOrder(rendered.filter((object) => !isHook(object)));
    holdsSecrets ||= objects.some(({ object }) => isSecret(object));
    for (const { file: template, object } of objects) {
      const id = path.posix.relative('templates', template);
      if (!new Manifest(manifests, id, object).survives()) {
        throw new Failure(
          1,
          `${file}: cdk8s would write ${id} so that Kubernetes reads something else (a string that looks like a number, ` +
            `such as 0o17); centaur-chart render -f ${file} writes it well`,
        );
      }
    }
  }
  if (faulty) return 1;
  if (holdsSecrets) await synthForOwner(app);
  else app.synth();
  await writeFiles({ folder: path.join(charts, chart.metadata.name), files, isOurs: isOfChart });
  return 0;
}

/**
 * Has cdk8s write its files readable only by their owner. It overwrites existing files, which keep their permissions.
 */
async function synthForOwner(app: App): Promise<void> {
  await mkdir(app.outdir, { recursive: true });
  for (const name of await readdir(app.outdir)) {
    if (name.endsWith(app.outputFileExtension)) await chmod(path.join(app.outdir, name), 0o600);
  }
  const umask = process.umask(0o077);
  try {
    app.synth();
  } finally {
    process.umask(umask);
  }
}

async function valuesFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /[.]ya?ml$/.test(name))
    .sort()
    .map((name) => path.posix.join(folder, name));
}

/**
 * The content of a chart's templates folder is generated here; other parts of a chart, such as `charts/` or `ci/`, are
 * not.
 */
function isOfChart(file: string): boolean {
  return file.startsWith('templates/');
}

/** An object that is written exactly as is: cdk8s' own would add a name, and drop nulls and empty metadata. */
class Manifest extends ApiObject {
  private readonly object: ValueMap;

  constructor(scope: Construct, id: string, object: ValueMap) {
    super(scope, id, { apiVersion: String(object.apiVersion), kind: String(object.kind) });
    // A copy without shared parts, which YAML would write as anchors and aliases.
    this.object = JSON.parse(JSON.stringify(object));
  }

  /** Whether Kubernetes, which reads YAML like Helm, reads cdk8s' output as the original object. */
  survives(): boolean {
    try {
      const written = readValuesFile(Yaml.stringify(this.object), this.node.id).values;
      return JSON.stringify(written) === JSON.stringify(this.object);
    } catch (error) {
      if (error instanceof ValuesError) return false;
      throw error;
    }
  }

  override toJson(): ValueMap {
    return this.object;
  }
}
