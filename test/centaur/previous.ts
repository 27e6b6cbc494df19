/** The chart's previous version, as it was packaged, from which a release is upgraded. */
import { fileURLToPath } from 'node:url';

export const previousVersion = '0.1.0';

export const previousChart = fileURLToPath(
  new URL(`testdata/centaur-${previousVersion}.tgz`, import.meta.url),
);
