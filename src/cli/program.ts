/** The command `centaur-chart`: finds the verb, runs it, and turns errors into one line and an exit status. */
import { Argument, Command, CommanderError } from 'commander';
import { candidateLines, candidates, shells } from './completion.js';
import { type ExitStatus, Failure } from './failure.js';
import { complain, type Io, print } from './io.js';
import type { Host, Subject, Verb } from './verb.js';
import { verbs } from './verbs.js';

const name = 'centaur-chart';

/** Information about the command from its package. */
export interface Product {
  readonly version: string;
  readonly load: () => Promise<Subject>;
}

/** Runs the command with its arguments, without node's own two, and returns its exit status. */
export async function main(product: Product, argv: readonly string[], io: Io): Promise<ExitStatus> {
  const help: string[] = [];
  let status: ExitStatus = 0;
  const host: Host = { io, version: product.version, subject: product.load };
  const program = new Command(name)
    .description('Checks values of the Centaur chart, and renders its manifests without Helm.')
    .version(product.version)
    .helpCommand('help [verb]', "show a verb's options and examples")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => help.push(text),
      // Usage errors arrive here in commander's words, then again as the error that is caught below.
      writeErr: () => {},
    });
  program.addHelpText(
    'after',
    `
${name} <command> --help shows a command's options and examples.
Exit status: 0 where all is well, 1 where something was found wrong, 2 where the command was called wrongly.
`,
  );
  for (const verb of verbs) {
    const command = program.command(verb.name);
    describe(command, verb);
    command.action(async () => {
      status = await verb.run(command.opts(), host, command.args);
    });
  }
  program
    .command('version')
    .summary('print the version')
    .action(() => {
      help.push(`${product.version}\n`);
    });
  defineCompletion(program, (text) => help.push(text));
  return reporting(name, io, async () => {
    try {
      await program.parseAsync([...argv], { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode !== 0) throw wrongCall(program, argv, error);
    }
    await print(io, help.join(''));
    return status;
  });
}

function describe(command: Command, verb: Verb): void {
  command.summary(verb.summary).description(verb.description);
  verb.define(command);
  command.addHelpText(
    'after',
    `\nExamples:\n${verb.examples.map((example) => `  $ ${name} ${example}\n`).join('')}`,
  );
}

function defineCompletion(program: Command, print: (text: string) => void): void {
  const installs = Object.values(shells).map(
    ({ install, startup }) => `  ${install.padEnd(45)} # ${startup}\n`,
  );
  program
    .command('completion')
    .summary('print a script that completes words in a shell')
    .description(
      `Prints a script that completes this command's words. Put the line for your shell into its startup file:\n\n${installs.join('')}`,
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(shells)))
    .action((shell: string) => print(shells[shell]?.script ?? ''));
  // The scripts call this.
  program
    .command('complete', { hidden: true })
    .argument('[word...]')
    .action((words: readonly string[]) => print(candidateLines(candidates(program, words))));
}

function wrongCall(program: Command, argv: readonly string[], error: CommanderError): Failure {
  const verb = program.commands.find((command) => command.name() === argv[0]);
  const help = [name, ...(verb === undefined ? [] : [verb.name()]), '--help'].join(' ');
  const message =
    error.code === 'commander.help'
      ? `say what to do: ${visibleNames(program).join(', ')}`
      : withoutValues(error.message, argv)
          .replace(/^error: /, '')
          .replaceAll(/\s*\n\s*/g, ' ');
  return new Failure(2, `${message} (see ${help})`);
}

function visibleNames(program: Command): readonly string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
}

/**
 * The message without the arguments that it quotes, which may include a secret: short words and names of options stay.
 */
function withoutValues(message: string, argv: readonly string[]): string {
  const values = argv.flatMap((argument) => [argument, argument.slice(argument.indexOf('=') + 1)]);
  return values
    .filter((value) => !/^(--?[\w-]{1,30}|[\w./-]{1,16})$/.test(value))
    .reduce((text, value) => {
      const [option = '…'] = /^--?[\w-]{1,30}(?==)/.exec(value) ?? [];
      return text.replaceAll(`'${value}'`, () => `'${option}'`);
    }, message);
}

/** Runs a command, and turns what it throws into one line on standard error: a stack trace only on request. */
export async function reporting(name: string, io: Io, run: () => Promise<ExitStatus>): Promise<ExitStatus> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Failure) {
      await complain(io, `${error.message.replaceAll(/^/gm, `${name}: `)}\n`);
      return error.status;
    }
    await complain(io, `${name}: internal error: ${defect(error, io)}\n`);
    return 1;
  }
}

function defect(error: unknown, { env }: Io): string {
  if (!(error instanceof Error)) return String(error);
  if (env.CENTAUR_CHART_DEBUG === '1') return error.stack ?? error.message;
  return (
    `${error.message.replaceAll(/\s*\n\s*/g, ' ')}. This is a bug in centaur-chart: please report it with the command that ` +
    'you ran; CENTAUR_CHART_DEBUG=1 shows where it happened'
  );
}
