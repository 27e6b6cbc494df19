/** What differs between versions of Helm for the users of a chart, and of the toolkit: each version is asked. */
import { throwawayFolder } from '../law/throwaway-chart.js';
import { spawnSync } from '../system/processes.js';
import { projectRoot } from '../system/project.js';

const draft07 = 'http://json-schema.org/draft-07/schema#';
const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

/** What one version does, in a few words. */
type Probe = (helm: string) => string;

const differences: readonly (readonly [what: string, probe: Probe])[] = [
  ['An unknown key is reported as', unknownKey],
  ['`--skip-schema-validation`', (helm) => answer(hasFlag(helm, 'skip-schema-validation'))],
  ['`--take-ownership`', (helm) => answer(hasFlag(helm, 'take-ownership'))],
  [
    'An upgrade that fails is undone by',
    (helm) => `\`--${hasFlag(helm, 'atomic') ? 'atomic' : 'rollback-on-failure'}\``,
  ],
  ['Server-side apply', (helm) => answer(hasFlag(helm, 'server-side'))],
  [
    'A second document in a values file',
    (helm) =>
      printed(helm, '.Values.second', { file: '---\n---\nsecond: 1\n' }) === '1' ? 'merged' : 'ignored',
  ],
  [
    'A block scalar at the end of a values file without a line break',
    (helm) =>
      printed(helm, '.Values.text', { file: 'text: |\n  x' }) === 'x' ? 'has none either' : 'ends with one',
  ],
  [
    "`--set 'list[1=x'`",
    (helm) => (printed(helm, '.Values.list', { set: 'list[1=x' }) === '' ? 'ignored' : 'refused'),
  ],
  [
    'A null for a key that a schema does not allow',
    (helm) => {
      const closed = { type: 'object', additionalProperties: false };
      return said(helm, closed, '{unknown: null}') === 'accepted' ? 'dropped' : 'refused';
    },
  ],
  [
    'Keywords of draft 2020-12 in a schema',
    (helm) => checked(helm, { $schema: draft2020, dependentRequired: { a: ['b'] } }, '{a: 1}'),
  ],
  [
    '`format: idn-email` in a schema of draft-07',
    (helm) => checked(helm, { $schema: draft07, format: 'idn-email' }, 'x'),
  ],
  [
    '`format: duration` in a schema of draft-07',
    (helm) => checked(helm, { $schema: draft07, format: 'duration' }, 'x'),
  ],
];

/** The table in docs/law.md. Helms are in order of version. */
export function differencesTable(helms: ReadonlyMap<string, string>): string {
  const rows = differences.map(([what, probe]) => {
    const spans: { readonly result: string; readonly from: string; to: string }[] = [];
    for (const [name, helm] of helms) {
      const [result, version] = [probe(helm), name.slice(1)];
      const last = spans.at(-1);
      if (last?.result === result) last.to = version;
      else spans.push({ result, from: version, to: version });
    }
    const cells = spans.map(
      ({ result, from, to }) => `${result} (${from === to ? from : `${from} to ${to}`})`,
    );
    return `| ${what} | ${cells.join('; ')} |`;
  });
  return ['| What | Result (versions) |', '| --- | --- |', ...rows].join('\n');
}

const answer = (is: boolean) => (is ? 'yes' : 'no');

function hasFlag(helm: string, flag: string): boolean {
  return new RegExp(`^ +(-\\w, )?--${flag}\\b`, 'm').test(ran(helm, ['upgrade', '--help']).stdout);
}

/** The line of the message about a key that the chart does not have. */
function unknownKey(helm: string): string {
  const { stderr } = ran(helm, ['template', `${projectRoot}/charts/centaur`, '--set', 'tols=1']);
  const [, words = stderr] = /^- (.*tols.*)$/m.exec(stderr) ?? [];
  return `\`${words}\``;
}

interface Given {
  readonly file?: string;
  readonly set?: string;
  readonly schema?: object;
}

/** What an expression prints in a template; the message, if Helm refuses what is given. */
function printed(helm: string, expression: string, { file = '', set, schema }: Given = {}): string {
  const throwaway = throwawayFolder();
  const chart = throwaway.write(
    new Map([
      ['Chart.yaml', 'apiVersion: v2\nname: probe\nversion: 0.1.0\n'],
      ['templates/probe.yaml', `printed: {{ ${expression} | toJson }}\n`],
      ['values.yaml', 'value: {}\n'],
      ['user.yaml', file],
      ...(schema === undefined ? [] : [['values.schema.json', JSON.stringify(schema)] as const]),
    ]),
  );
  const sets = set === undefined ? [] : ['--set', set];
  const { stdout, stderr } = ran(helm, ['template', chart, '--values', `${chart}/user.yaml`, ...sets]);
  throwaway.remove();
  const [, found] = /^printed: (.*)$/m.exec(stdout) ?? [];
  return found === undefined ? stderr : String(JSON.parse(found) ?? '');
}

/** Whether a wrong value is refused. */
function checked(
  helm: string,
  schema: { readonly $schema: string; readonly [keyword: string]: unknown },
  wrong: string,
): string {
  return said(helm, schema, wrong) === 'accepted' ? 'not checked' : 'checked';
}

/** "accepted" if a value fits a schema, or else Helm's message. The chart's default is an empty map. */
function said(
  helm: string,
  { $schema = draft07, ...value }: { readonly $schema?: string; readonly [keyword: string]: unknown },
  given: string,
): string {
  const schema = { $schema, type: 'object', properties: { value } };
  return printed(helm, '"accepted"', { file: `value: ${given}\n`, schema });
}

function ran(helm: string, args: readonly string[]) {
  return spawnSync(helm, args, { maxBuffer: 2 ** 26 });
}
