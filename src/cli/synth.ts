/** Writes both targets of a chart: its Helm chart and, through cdk8s, the plain manifests of each release. */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ApiObject, type App, Chart, Yaml } from 'cdk8s';
import type { Construct } from 'constructs';
import { loadValues, readValuesFile, ValuesError } from '../helm/load-values.js';
import type { ValueMap } from '../text/json.js';
import { type ExitStatus, Failure } from './failure.js';
import { isHook } from './hooks.js';
import { inInstallOrder } from './install-order.js';
import { complain, type Io } from './io.js';
import { isSecret } from './manifest-text.js';
import { coloursOf, problemText, warningText } from './problem-text.js';
import { readFiles } from './read-files.js';
import { requireNamespace, requireReleaseName } from './release-options.js';
import type { Subject } from './verb.js';
import { writeFiles } from './write-files.js';

export interface Synthesis {
  readonly subject: Pick<Subject, 'chart' | 'hints'>;
  /** The folder of charts; the chart's folder in it has its name. */
  readonly charts: string;
  readonly app: App;
  readonly releases: readonly PlainRelease[];
}

/** A release whose plain manifests are written. */
export interface PlainRelease {
  /** The release's name. */
  readonly name: string;
  readonly namespace: string;
  /** Its values files, the later ones winning, as with `-f`. */
  readonly files: readonly string[];
  /** The name of the cdk8s chart, and so of the file with the manifests: `<output>.k8s.yaml`. */
  readonly output: string;
}

/** A release for each values file of a folder, which is therefore complete and not a part of one. */
export async function releasePerFile(
  folder: string,
  release: Pick<PlainRelease, 'name' | 'namespace'>,
): Promise<readonly PlainRelease[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /[.]ya?ml$/.test(name))
    .sort()
    .map((name) => ({
      ...release,
      files: [path.posix.join(folder, name)],
      output: path.basename(name, path.extname(name)),
    }));
}

/**
 * Writes nothing if a values file has a problem.
 *
 * @throws {Failure} for an error that fits on one line
 */
export async function synth(synthesis: Synthesis, io: Io): Promise<ExitStatus> {
  const { subject, charts, app, releases } = synthesis;
  const { chart, hints } = subject;
  assertReleases(releases);
  const files = chart.compile();
  const colours = coloursOf(io.stderr, io);
  let faulty = false;
  let holdsSecrets = false;
  for (const { output, files: names, ...release } of releases) {
    const loaded = loadValues(chart, { files: await readFiles(names, io), release, hints });
    if ('problems' in loaded) {
      faulty = true;
      await complain(io, loaded.problems.map((problem) => problemText(problem, colours)).join(''));
      continue;
    }
    await complain(io, loaded.unread.map((warning) => warningText(warning, colours)).join(''));
    const manifests = new Chart(app, output);
    const rendered = chart.evaluate(loaded.values, release).objects;
    // Whatever applies the manifests would treat a hook as an object that stays.
    const objects = inInstallOrder(rendered.filter((object) => !isHook(object)));
    holdsSecrets ||= objects.some(({ object }) => isSecret(object));
    for (const { file: template, object } of objects) {
      const id = path.posix.relative('templates', template);
      if (!new Manifest(manifests, id, object).survives()) {
        throw new Failure(
          1,
          `${names.join(', ')}: cdk8s would write ${id} so that Kubernetes reads something else (a string that looks like a number, ` +
            `such as 0o17); centaur-chart render ${names.map((name) => `-f ${name}`).join(' ')} writes it well`,
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

/** @throws {Failure} for settings that Helm, Kubernetes or the file system would refuse */
function assertReleases(releases: readonly PlainRelease[]): void {
  const outputs = releases.map(({ output }) => output);
  for (const [index, { name, namespace, files, output }] of releases.entries()) {
    const setting = `releases[${index}]`;
    if (!/^[A-Za-z0-9][-._A-Za-z0-9]*$/.test(output)) {
      throw new Failure(
        2,
        `${setting}.output ${JSON.stringify(output)}: a file is named after it: use letters, digits, -, . and _`,
      );
    }
    if (outputs.indexOf(output) < index) {
      throw new Failure(
        2,
        `${setting}.output ${JSON.stringify(output)}: another release has it: choose another name`,
      );
    }
    if (files.length === 0) {
      throw new Failure(2, `${setting}.files: name at least one values file, such as values/env.yaml`);
    }
    requireReleaseName(name, `${setting}.name`);
    requireNamespace(namespace, `${setting}.namespace`);
  }
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
