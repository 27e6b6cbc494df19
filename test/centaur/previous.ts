/** The chart's previous version, as it was packaged: what a release is upgraded from. */
import { fileURLToPath } from 'node:url';

export const previousVersion = '0.1.0';

export const previousChart = fileURLToPath(
  new URL(`testdata/centaur-${previousVersion}.tgz`, import.meta.url),
);
