import { bootstrap } from './bootstrap.js';
import { budget } from './budget.js';
import { diff } from './diff.js';
import { graph } from './graph.js';
import { render } from './render.js';
import { tools } from './tools.js';
import { validate } from './validate.js';
import type { Verb } from './verb.js';
import { verify } from './verify.js';

/** The verbs of the command, in the order in which `--help` lists them. */
export const verbs: readonly Verb[] = [render, validate, tools, budget, graph, diff, bootstrap, verify];
