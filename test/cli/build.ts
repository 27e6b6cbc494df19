/** Bundles the command before the first test that runs it: test files beside each other would do so at once. */
import { builtCommand } from './command.js';

export default function build(): void {
  builtCommand();
}
