import { centaurSubject } from '../../src/cli/subject.js';
import { chart } from '../centaur/release.js';

/** The command's own product, with the chart that all tests share. */
export const product = { version: '1.2.3', load: async () => centaurSubject(chart) };
