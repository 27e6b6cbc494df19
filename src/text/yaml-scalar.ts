/** How the toolkit writes scalars into YAML, so that every reader of YAML 1.1 or 1.2 reads the original value. */
import { isForbidden } from './forbidden-text.js';
import { goJson, goString } from './go-syntax.js';

/** Strings that a YAML 1.1 reader interprets as a boolean or null. */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** A constant, unquoted if no reader could misinterpret it. */
export function constantScalar(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return goJson(value);
  return isPlain(value) ? value : goString(value);
}

/** A key from the source. */
export function constantKey(key: string): string {
  return constantScalar(key);
}

function isPlain(text: string): boolean {
  return /^-{0,2}[A-Za-z/][A-Za-z0-9_./=-]*$/.test(text) && !reserved.test(text);
}

/**
 * The lines of a string that can be written as a literal block, and its indicator; undefined if a quoted scalar is
 * needed. A block can't contain control characters, and one that begins with a space would need an indentation
 * indicator.
 */
export function literalBlock(text: string): { indicator: '|' | '|-'; lines: readonly string[] } | undefined {
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = body.split('\n');
  if (lines.length < 2 || lines.at(-1) === '' || lines[0] === '') return undefined;
  if (lines.some((line) => !/^[\t\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(line) || /[ \t]$/.test(line)))
    return undefined;
  if (/^[ \t]/.test(text)) return undefined;
  return { indicator: text.endsWith('\n') ? '|' : '|-', lines };
}

/**
 * Checks a comment in YAML.
 *
 * @throws {TypeError} for a comment that would end early
 */
export function assertYamlComment(text: string): void {
  if (/[^\P{Cc}\t\n]/u.test(text) || isForbidden(text)) {
    throw new TypeError(
      `a comment holds what would end it, or what YAML does not have: ${JSON.stringify(text)}`,
    );
  }
}

/**
 * Checks a comment in a template, between the marks of Go's comments.
 *
 * @throws {TypeError} for a comment that would end early
 */
export function assertTemplateComment(text: string): void {
  if (text.includes('*/')) throw new TypeError(`a comment holds what would end it: ${JSON.stringify(text)}`);
}
