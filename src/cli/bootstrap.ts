import { Option } from 'commander';
import type { ExistingSecrets } from '../centaur/existing-secrets.js';
import type { SecretSource } from '../secrets/source.js';
import type { AuthorityPair } from './certificate-authority.js';
import { type ClusterFlags, defineClusterOptions } from './cluster-options.js';
import { type ExitStatus, Failure } from './failure.js';
import { type Io, print } from './io.js';
import type { Run, SecretReport } from './make-secrets.js';
import { requireNamespace } from './release-options.js';
import type { SecretStore } from './secret-store.js';
import { defineValuesOptions, loaded, type ValuesFlags } from './values-options.js';
import type { Verb } from './verb.js';

interface BootstrapOptions extends ValuesFlags, ClusterFlags {
  readonly force?: readonly string[];
  readonly dryRun: boolean;
  readonly output: 'text' | 'json' | 'yaml';
  readonly outputFile?: string;
}

export const bootstrap: Verb = {
  name: 'bootstrap',
  summary: 'make the Secrets that a release needs before it is installed',
  description:
    "Makes the Secrets that the values name, from the shell's environment: OP_VAULT, the token of the secret source,\n" +
    'DATABASE_URL, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET and SLACKBOT_API_KEY; for a Connect server also\n' +
    'OP_CONNECT_CREDENTIALS_FILE, the path of its 1password-credentials.json; with the source env each declared\n' +
    'credential. It generates the other keys, and the CA of iron-proxy. What exists stays as it is, and gets the keys that\n' +
    'it lacks. If anything is missing or wrong, all of it is listed and nothing is written. Only --output yaml prints\n' +
    'values.',
  examples: [
    'bootstrap -f values.yaml -n centaur-system --dry-run',
    'bootstrap -f values.yaml -n centaur-system',
    'bootstrap -f values.yaml -n centaur-system --force centaur-firewall-ca',
    'bootstrap -f values.yaml --output yaml | kubeseal --format yaml > sealed.yaml',
  ],

  define(command) {
    defineValuesOptions(command, 'values files, as with -f');
    defineClusterOptions(command);
    command
      .addOption(
        new Option(
          '--force <secret>',
          'replace this Secret as a whole, although it exists; both Secrets of the CA together. May be repeated',
        ).argParser((name: string, others: readonly string[] = []) => [...others, name]),
      )
      .option(
        '--dry-run',
        'write nothing; show what would be done, and whether the cluster would accept it',
        false,
      )
      .addOption(
        new Option(
          '--output <format>',
          'json prints what was done; yaml prints the Secrets with their values instead of writing them into a cluster',
        )
          .choices(['text', 'json', 'yaml'])
          .default('text'),
      )
      .option(
        '--output-file <file>',
        'with --output yaml, write them into this new file, for its owner alone',
      );
  },

  async run({ force = [], dryRun, output, outputFile, ...flags }: BootstrapOptions, host, operands) {
    const isYaml = output === 'yaml';
    if (outputFile !== undefined && !isYaml) throw new Failure(2, '--output-file needs --output yaml');
    if (isYaml && (dryRun || force.length > 0)) {
      throw new Failure(
        2,
        `--output yaml asks no cluster and prints every value: use it without ${dryRun ? '--dry-run' : '--force'}`,
      );
    }
    if (isYaml && outputFile === undefined && host.io.stdout.isTTY) {
      throw new Failure(
        2,
        '--output yaml prints secrets, and standard output is a terminal: use a pipe, or --output-file FILE',
      );
    }
    const { namespace } = flags;
    if (namespace !== undefined) requireNamespace(namespace, '--namespace');
    const asked = await loaded(flags, operands, host, namespace === undefined ? undefined : { namespace });
    if (asked === undefined) return 1;
    const task = await taskOf(asked.secrets(asked.values), force);
    if (isYaml) return printManifests(task, { namespace, outputFile }, host.io);
    return makeInCluster(task, { ...flags, dryRun, output }, host.io);
  },
};

/** What is to be made. */
interface Task extends Pick<Run, 'wanted' | 'forced'> {
  readonly source: SecretSource;
}

async function taskOf(existing: ExistingSecrets, force: readonly string[]): Promise<Task> {
  const [{ wantedOf }, { namesOf }] = await Promise.all([
    import('./bootstrap-inputs.js'),
    import('./make-secrets.js'),
  ]);
  const wanted = wantedOf(existing);
  const names = namesOf(wanted);
  if (!force.every((name) => names.includes(name))) {
    // What was given is not repeated: it may be a misplaced secret.
    throw new Failure(2, `--force: these values have no such Secret: name one of ${names.join(', ')}`);
  }
  return { source: existing.source, wanted, forced: new Set(force) };
}

interface ClusterOptions extends ClusterFlags {
  readonly dryRun: boolean;
  readonly output: 'text' | 'json' | 'yaml';
}

async function makeInCluster(
  task: Task,
  { dryRun, output, ...flags }: ClusterOptions,
  io: Io,
): Promise<ExitStatus> {
  const [{ clusterOf }, { clusterSecrets }, { rehearsal }, { makeSecrets }, { reportText }] =
    await Promise.all([
      import('./cluster.js'),
      import('./cluster-secrets.js'),
      import('./secret-store.js'),
      import('./make-secrets.js'),
      import('./bootstrap-report.js'),
    ]);
  const cluster = clusterOf(flags, io);
  const checking = clusterSecrets(cluster, { dryRun: true });
  const rehearsed = rehearsal(checking);
  const { run, problems } = await prepared(task, rehearsed, io);
  if (problems.length > 0) {
    const refused = await refusals(task, checking);
    return report(problems.concat(refused.map((message) => ({ message }))), output, io);
  }
  const made: SecretReport[] = [];
  await makeSecrets(rehearsed, run, (one) => made.push(one));
  if (!dryRun) {
    made.length = 0;
    try {
      await makeSecrets(clusterSecrets(cluster, { dryRun: false }), run, (one) => made.push(one));
    } catch (error) {
      const written = made.filter(({ action }) => action !== 'kept').map(({ name }) => name);
      if (!(error instanceof Failure) || written.length === 0) throw error;
      throw new Failure(
        error.status,
        `${error.message}\n${written.join(', ')} were written before; run the command again to complete the rest`,
      );
    }
  }
  const { context, namespace } = cluster;
  const summary = { context, namespace, dryRun };
  await print(
    io,
    output === 'json'
      ? `${JSON.stringify({ ...summary, secrets: made, problems: [] }, null, 2)}\n`
      : reportText(made, summary),
  );
  return 0;
}

/** Something that prevents a run. */
interface Problem {
  readonly variable?: string;
  readonly message: string;
}

/** Reads all that the run needs, and what is wrong with it. */
async function prepared(
  { source, wanted, forced }: Task,
  store: SecretStore,
  io: Io,
): Promise<{ readonly run: Run; readonly problems: readonly Problem[] }> {
  const [{ readInputs }, { authorityProblem, isAuthorityForced, neededKeys }] = await Promise.all([
    import('./bootstrap-inputs.js'),
    import('./make-secrets.js'),
  ]);
  const inputs = await readInputs(await neededKeys(store, { wanted, forced }), source, io);
  const ofAuthority =
    wanted.authority === undefined || isAuthorityForced(wanted.authority, forced)
      ? undefined
      : await authorityProblem(store, wanted.authority);
  let authority: Promise<AuthorityPair> | undefined;
  const newAuthority = async () => {
    authority ??= (await import('./certificate-authority.js')).newAuthority();
    return authority;
  };
  return {
    run: { wanted, forced, valueOf: inputs.valueOf, newAuthority },
    problems: [...inputs.problems, ...(ofAuthority === undefined ? [] : [{ message: ofAuthority }])],
  };
}

/** What the cluster would refuse whatever the values are, such as a namespace that does not exist. */
async function refusals({ wanted }: Task, checking: SecretStore): Promise<readonly string[]> {
  const { namesOf } = await import('./make-secrets.js');
  const messages = namesOf(wanted).map(async (name) => {
    try {
      const stored = await checking.read(name);
      await (stored === undefined ? checking.create(name, {}) : checking.change(name, stored.version, {}));
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [error.message];
    }
  });
  return [...new Set((await Promise.all(messages)).flat())];
}

async function report(
  problems: readonly Problem[],
  output: 'text' | 'json' | 'yaml',
  io: Io,
): Promise<ExitStatus> {
  if (output === 'json') {
    await print(io, `${JSON.stringify({ secrets: [], problems }, null, 2)}\n`);
    return 1;
  }
  const lines = problems.map(
    ({ variable, message }) => `  ${variable === undefined ? '' : `${variable} `}${message}`,
  );
  const isUnset = problems.some(({ variable }) => variable !== undefined);
  throw new Failure(
    1,
    [
      'nothing was written, because of what is missing or wrong:',
      ...lines,
      ...(isUnset
        ? ["To set a variable without a trace in the shell's history: read -rs NAME && export NAME"]
        : []),
    ].join('\n'),
  );
}

/** The Secrets as manifests, for those who seal them or store them elsewhere. */
async function printManifests(
  task: Task,
  {
    namespace,
    outputFile,
  }: { readonly namespace: string | undefined; readonly outputFile: string | undefined },
  io: Io,
): Promise<ExitStatus> {
  const [{ emptyStore, rehearsal, plainValues }, { makeSecrets, namesOf }, { constantYaml }] =
    await Promise.all([import('./secret-store.js'), import('./make-secrets.js'), import('../helm/chart.js')]);
  if (outputFile !== undefined) {
    const { assertNew } = await import('./secret-file.js');
    await assertNew(outputFile);
  }
  const store = rehearsal(emptyStore);
  const { run, problems } = await prepared(task, store, io);
  if (problems.length > 0) return report(problems, 'yaml', io);
  await makeSecrets(store, run);
  const documents = await Promise.all(
    namesOf(task.wanted).map(async (name) => {
      const stringData = plainValues(await store.read(name));
      const metadata = { name, ...(namespace !== undefined && { namespace }) };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData };
      return `---\n${constantYaml(secret).join('\n')}\n`;
    }),
  );
  if (outputFile === undefined) {
    await print(io, documents.join(''));
  } else {
    const { writeSecretFile } = await import('./secret-file.js');
    await writeSecretFile(outputFile, documents.join(''));
    await print(io, `wrote ${documents.length} Secrets to ${outputFile}, which only its owner can read\n`);
  }
  return 0;
}
