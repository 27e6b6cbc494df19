/** Bundles the command before the first test that runs it, since concurrent test files would all do so at once. */
import { builtCommand } from './command.js';

export default function build(): void {
  builtCommand();
}
