/** Builds the programs that judge charts before the first test runs. */
import { helmCommand } from './helm.js';
import { judgeProgram } from './judge.js';

export default async function build(): Promise<void> {
  await helmCommand(3);
  await helmCommand(4);
  await judgeProgram();
}
