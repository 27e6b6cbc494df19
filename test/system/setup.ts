/** Installs the commands that tests start, before the first test. */
import { MissingCommands } from './commands.js';
import { installCommands } from './install.js';

export default async function setup(): Promise<void> {
  await installCommands().catch((error) => {
    // Only tests that start one of them fail, each with this message.
    if (!(error instanceof MissingCommands)) throw error;
    process.stderr.write(`${error.message}\n`);
  });
}
