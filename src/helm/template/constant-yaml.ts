import { layoutDocument } from '../layout/layout.js';
import { mapNode } from '../manifest/reader.js';

/** The lines of a map without expressions, written as in templates, for every reader of YAML 1.1 or 1.2. */
export function constantYaml(map: object, indent = 0): readonly string[] {
  return layoutDocument(mapNode(map)).map((line) => {
    if (line.kind !== 'text') throw new TypeError(`a map without expressions was laid out as ${line.kind}`);
    const text = line.parts.join('');
    return text === '' ? '' : ' '.repeat(indent + line.indent) + text;
  });
}
