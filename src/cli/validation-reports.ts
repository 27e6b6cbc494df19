/** What `validate` found, for people and for programs. */

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultsName } from '../helm/load-values.js';
import { counted } from '../text/counted.js';
import { type Colours, type FileProblem, problemText, warningText } from './problem-text.js';
import type { ReportFormat } from './report-formats.js';

export interface Findings {
  /** The names of the files that were checked; none for the chart's defaults. */
  readonly files: readonly string[];
  readonly problems: readonly FileProblem[];
  readonly warnings: readonly FileProblem[];
}

export interface ReportContext {
  readonly version: string;
  readonly colours: Colours;
}

export const reports: {
  readonly [format in ReportFormat]: (findings: Findings, context: ReportContext) => string;
} = { text, json, sarif, github };

function text({ files, problems, warnings }: Findings, { colours }: ReportContext): string {
  const lines = [
    ...problems.map((problem) => problemText(problem, colours)),
    ...warnings.map((warning) => warningText(warning, colours)),
  ];
  return `${lines.join('')}${summary(files.length, problems, warnings)}\n`;
}

function summary(files: number, problems: readonly FileProblem[], warnings: readonly FileProblem[]): string {
  const checked = `${files === 0 ? "the chart's defaults" : counted(files, 'file')} checked`;
  if (problems.length === 0) {
    return `${checked}: no problems${warnings.length > 0 ? `, ${counted(warnings.length, 'warning')}` : ''}`;
  }
  const faulty = new Set(problems.map(({ file }) => file)).size;
  return `${checked}: ${counted(problems.length, 'problem')}${files <= 1 ? '' : ` in ${faulty} of them`}`;
}

function json({ files, problems, warnings }: Findings): string {
  const report = { valid: problems.length === 0, files, problems, warnings };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** The rule of a result in SARIF: a problem or a warning. */
const rules = {
  error: { id: 'invalid-values', shortDescription: { text: 'Helm or the chart refuses the values.' } },
  warning: {
    id: 'doubtful-values',
    shortDescription: { text: 'The values are valid, but probably a mistake.' },
  },
} as const;

type Level = keyof typeof rules;

/** SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(findings: Findings, { version }: ReportContext): string {
  const driver = { name: 'centaur-chart', version, rules: Object.values(rules) };
  const results = levelled(findings).map(({ level, problem }) => ({
    ruleId: rules[level].id,
    level,
    message: { text: messageOf(problem) },
    locations: locationsOf(problem),
  }));
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function locationsOf({ file, line, column }: FileProblem) {
  if (!isFile(file)) return [];
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column } };
  return [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }];
}

function uriOf(file: string): string {
  if (path.isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(path.sep).map(encodeURIComponent).join('/');
}

/**
 * Annotations of GitHub's workflows:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; escapes as in `command.ts` of
 * actions/toolkit.
 */
function github(findings: Findings): string {
  const lines = levelled(findings).map(({ level, problem }) => {
    const { file, line, column } = problem;
    const place = {
      ...(isFile(file) && { file }),
      ...(isFile(file) && line !== undefined && { line, col: column }),
    };
    const properties = Object.entries(place).map(([name, value]) => `${name}=${property(String(value))}`);
    return `::${[level, ...(properties.length > 0 ? [properties.join(',')] : [])].join(' ')}::${data(messageOf(problem))}\n`;
  });
  return `${lines.join('')}${summary(findings.files.length, findings.problems, findings.warnings)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function levelled({ problems, warnings }: Findings): readonly { level: Level; problem: FileProblem }[] {
  return [
    ...problems.map((problem) => ({ level: 'error' as const, problem })),
    ...warnings.map((problem) => ({ level: 'warning' as const, problem })),
  ];
}

/** Whether a problem is in a file, and not in standard input, an option or the chart's defaults. */
function isFile(file: string): boolean {
  return file !== '<stdin>' && file !== defaultsName && !file.startsWith('--set');
}

function messageOf({ file, path: key, message, hint }: FileProblem): string {
  const subjects = [...(isFile(file) ? [] : [file]), ...(key === '' ? [] : [key])];
  return `${[...subjects, message].join(': ')}${hint === undefined ? '' : `\n${hint}`}`;
}
