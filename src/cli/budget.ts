import { Option } from 'commander';
import { type Budget, budgetOf, type Plan, planNames, remedy, requestNote } from '../secrets/read-budget.js';
import { Failure } from './failure.js';
import { print } from './io.js';
import { defineValuesOptions, loaded, type ValuesFlags } from './values-options.js';
import type { Verb } from './verb.js';

interface BudgetOptions extends ValuesFlags {
  readonly sandboxes: number;
  readonly plan?: Plan;
  readonly output: 'text' | 'json';
}

export const budget: Verb = {
  name: 'budget',
  summary: "count 1Password's reads against a plan's limits",
  description:
    "Counts how often these values' proxies ask 1Password when every credential is in use all the time, and holds that\n" +
    'against the limits of service accounts: hourly for each token, daily for each account. If it exceeds the limits of\n' +
    'the plan in --plan, the exit status is 1; without --plan, the command only reports.',
  examples: [
    'budget -f values.yaml --sandboxes 20',
    'budget -f values.yaml --sandboxes 20 --plan business',
    'budget -f values.yaml --output json',
  ],

  define(command) {
    defineValuesOptions(command, 'values files, as with -f')
      .option(
        '--sandboxes <number>',
        'sandboxes that run at once, each with a proxy of its own',
        wholeNumber,
        0,
      )
      .addOption(
        new Option(
          '--plan <plan>',
          "the account's plan, which must not be exceeded (default: report on all plans)",
        ).choices(planNames),
      )
      .addOption(
        new Option('--output <format>', 'how to print what was found')
          .choices(['text', 'json'])
          .default('text'),
      );
  },

  async run({ sandboxes, plan, output, ...flags }: BudgetOptions, host, operands) {
    const asked = await loaded(flags, operands, host);
    if (asked === undefined) return 1;
    const { io } = host;
    const { limited, source, proxies, ...kept } = asked.lookups(asked.values);
    const use = { ...kept, proxies: proxies + sandboxes };
    const counted = limited ? budgetOf(use, plan === undefined ? planNames : [plan]) : undefined;
    const fits = counted === undefined || counted.plans.every((verdict) => verdict.fits);
    if (output === 'json') {
      await print(io, `${JSON.stringify({ source, limited, fits, ...use, ...counted }, null, 2)}\n`);
    } else {
      await print(io, counted === undefined ? `${source}: no limits of 1Password apply\n` : table(counted));
    }
    return fits || plan === undefined ? 0 : 1;
  },
};

function table(budget: Budget): string {
  const { proxies, lookups, ttlSeconds, readsPerHour, readsPerDay, plans } = budget;
  const number = new Intl.NumberFormat('en-US');
  const rows = plans.map(({ title, hourly, daily }) => [title, number.format(hourly), number.format(daily)]);
  const lines = aligned([
    ['', 'an hour', 'a day'],
    ['reads', number.format(readsPerHour), number.format(readsPerDay)],
    ...rows.map(([title = '', ...limits]) => [`limit, ${title}`, ...limits]),
  ]);
  return [
    `${number.format(proxies)} ${proxies === 1 ? 'proxy' : 'proxies'}, ${number.format(lookups)} ${lookups === 1 ? 'value' : 'values'} each, kept for ${number.format(ttlSeconds)} s`,
    '',
    ...lines,
    '',
    ...plans.map((verdict) => remedy(verdict, budget)),
    requestNote(budget),
    '',
  ].join('\n');
}

/** The first column left-aligned, numbers right-aligned. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text))
    throw new Failure(2, `--sandboxes ${text}: give a whole number from 0 to 999999`);
  return Number(text);
}
