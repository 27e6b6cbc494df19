import Type from 'typebox';
import { expect, test } from 'vitest';
import type { Schema } from '../ir/schema.js';
import { readme } from './readme.js';

const metadata = { name: 'web', version: '0.1.0', appVersion: '1.0.0', description: 'A web service' };

test('a README says what a chart is, and lists every value', () => {
  const schema = Type.Object({
    image: Type.Object({
      tag: Type.String({ default: '', description: 'The tag; <release> is "1" | "2".' }),
      pullPolicy: Type.Enum(['Always', 'Never'], { description: 'When it is pulled.' }),
    }),
    hosts: Type.Array(Type.String(), { default: [], description: 'Such as *.example.com, or `*`.' }),
  }) as Schema;
  expect(readme(metadata, '', schema)).toBe(`# web

A web service

## Values

Helm checks what you set against \`values.schema.json\` before it installs anything.

| Key | Type | Default | Meaning |
| --- | --- | --- | --- |
| \`image.tag\` | string | \`""\` | The tag; &lt;release> is "1" \\| "2". |
| \`image.pullPolicy\` | \`Always\`, \`Never\` |  | When it is pulled. |
| \`hosts\` | list of string | \`[]\` | Such as \\*.example.com, or \`*\`. |
`);
});

test('indented lines of the introduction and of descriptions are examples', () => {
  const schema = Type.Object({
    ingress: Type.Object({
      tls: Type.Array(Type.Object({ secretName: Type.String() }), {
        default: [],
        description: 'The certificates:\n  - hosts: [web.example.com]\n    secretName: web-tls',
      }),
    }),
  }) as Schema;
  const introduction = 'Two modes. One:\n\n  mode: a\n  port: 1\n\nAnd two:\n  mode: b';
  expect(readme(metadata, introduction, schema)).toBe(`# web

A web service

Two modes. One:

\`\`\`yaml
mode: a
port: 1
\`\`\`

And two:

\`\`\`yaml
mode: b
\`\`\`

## Values

Helm checks what you set against \`values.schema.json\` before it installs anything.

| Key | Type | Default | Meaning |
| --- | --- | --- | --- |
| \`ingress.tls\` | list of map | \`[]\` | The certificates: [example](#ingresstls) |

## Examples

### ingress.tls

\`\`\`yaml
ingress:
  tls:
    - hosts: [web.example.com]
      secretName: web-tls
\`\`\`
`);
});
