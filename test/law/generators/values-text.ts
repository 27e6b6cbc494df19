import type { Value } from '../../../src/text/json.js';

/**
 * A values document as text: JSON with everything but printable ASCII escaped, so that Helm's YAML reader returns
 * exactly the value. It shares no code with the toolkit's own writers of strings.
 */
export function valuesText(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  // `-0` would be read as the integer 0.
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(valuesText).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, member]) => `? ${quoted(key)} : ${valuesText(member)}`)
    .join(', ')}}`;
}

function quoted(text: string): string {
  const characters = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x20 && code < 0x7f && character !== '"' && character !== '\\') return character;
    return code < 0x10000 ? `\\u${hexadecimal(code, 4)}` : `\\U${hexadecimal(code, 8)}`;
  });
  return `"${characters.join('')}"`;
}

function hexadecimal(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
