/** Builds every version before the first test runs, one after the other: each build uses all processors. */
import { allHelms } from './versions.js';

export default async function build(): Promise<void> {
  await allHelms();
}
