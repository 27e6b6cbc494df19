/** Printed output, case by case: when the law finds a chart wrong, these tests say which part of it is. */
import Type from 'typebox';
import { expect, test } from 'vitest';
import { valuesOf } from '../expressions/expression.js';
import {
  and,
  defaultIfAbsent,
  each,
  entries,
  eq,
  get,
  groupBy,
  gt,
  hasPrefix,
  isNonEmpty,
  isPresent,
  join,
  listOf,
  map,
  mapOf,
  ne,
  not,
  or,
  release,
  sort,
  str,
  when,
} from '../index.js';
import { layoutDocument } from '../layout/layout.js';
import { mapNode } from '../manifest/reader.js';
import { printTemplate } from './go-lines.js';

const { mode, name, port, on, maybe, protocol, weight, note, tolerations, hosts, tls, labels } = valuesOf(
  Type.Object({
    mode: Type.Enum(['a', 'b', 'c']),
    name: Type.String(),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    on: Type.Boolean(),
    maybe: Type.Optional(Type.Boolean()),
    protocol: Type.Optional(Type.Enum(['TCP', 'UDP'])),
    weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    note: Type.Optional(Type.String()),
    tolerations: Type.Array(Type.Object({ key: Type.String() })),
    hosts: Type.Array(Type.String()),
    tls: Type.Array(Type.Object({ secretName: Type.String(), match_headers: Type.Array(Type.String()) })),
    labels: Type.Record(Type.String(), Type.String()),
  }),
);

const cases: readonly (readonly [what: string, source: object, lines: string])[] = [
  [
    'strings are quoted, integers converted, and booleans written as they are',
    { name, port, on, address: str`${name}:${port}` },
    `
name: {{ .Values.name | quote }}
port: {{ int64 .Values.port }}
"on": {{ .Values.on }}
address: {{ printf "%s:%d" .Values.name (int64 .Values.port) | quote }}
`,
  ],
  [
    'a value becomes the dot where nothing else is read',
    {
      tolerations: when(tolerations, (all) => all),
      note: when(note, (text) => str`a ${text}`),
    },
    `
{{- with .Values.tolerations -}}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.note }}
note: {{ printf "a %s" . | quote }}
{{- end }}
`,
  ],
  [
    'the dot stays where something else is read',
    { note: when(note, (text) => str`${name} ${text}`) },
    `
{{- if .Values.note -}}
note: {{ printf "%s %s" .Values.name .Values.note | quote }}
{{- end }}
`,
  ],
  [
    'the dot stays where 0 would be left out',
    { weight: when(weight, (number) => number) },
    `
{{- if not (kindIs "invalid" .Values.weight) -}}
weight: {{ int64 .Values.weight }}
{{- end }}
`,
  ],
  [
    'a value is the dot in its own branch alone',
    { hosts: when(hosts, (all) => join(',', all), name) },
    `
{{- with .Values.hosts -}}
hosts: {{ join "," . | quote }}
{{- else -}}
hosts: {{ .Values.name | quote }}
{{- end }}
`,
  ],
  [
    'a choice in the other branch of a choice is one of several',
    {
      mode: when<string>(eq(mode, 'a'), 'one', when<string>(eq(mode, 'b'), 'two', 'three')),
      hosts: when(hosts, (all) => join(',', all), when<string>(eq(mode, 'a'), 'none', 'some')),
    },
    `
{{- if eq .Values.mode "a" -}}
mode: one
{{- else if eq .Values.mode "b" -}}
mode: two
{{- else -}}
mode: three
{{- end }}
{{- if .Values.hosts }}
hosts: {{ join "," .Values.hosts | quote }}
{{- else if eq .Values.mode "a" }}
hosts: none
{{- else }}
hosts: some
{{- end }}
`,
  ],
  [
    'a condition and its opposite share a block',
    {
      one: when<string>(eq(mode, 'a'), 'x'),
      other: when<string>(ne(mode, 'a'), 'x'),
      dark: when<string>(not(on), 'x'),
      bright: when<string>(on, 'x'),
    },
    `
{{- if eq .Values.mode "a" -}}
one: x
{{- else -}}
other: x
{{- end }}
{{- if not .Values.on }}
dark: x
{{- else }}
bright: x
{{- end }}
`,
  ],
  [
    'what is walked gives its name to what walks it',
    {
      hosts: [each(hosts, (host) => host)],
      headers: [each(tls, ({ match_headers }) => each(match_headers, (header) => header))],
    },
    `
{{- with .Values.hosts -}}
hosts:
  {{- range $host := . }}
  - {{ $host | quote }}
  {{- end }}
{{- end }}
{{- $present := list }}
{{- range $tls := .Values.tls }}
  {{- if $tls.match_headers }}
    {{- $present = append $present true }}
  {{- end }}
{{- end }}
{{- if $present }}
headers:
  {{- range $tls := .Values.tls }}
  {{- range $matchHeader := $tls.match_headers }}
  - {{ $matchHeader | quote }}
  {{- end }}
  {{- end }}
{{- end }}
`,
  ],
  [
    'the entries of a map have a name and a value',
    { first: 'x', ...entries(labels, (value, key) => str`${key} is ${value}`) },
    `
first: x
{{- range $labelName, $label := omit .Values.labels "first" }}
{{ toJson $labelName }}: {{ printf "%s is %s" $labelName $label | quote }}
{{- end }}
`,
  ],
  [
    'where an element is the dot, the values are read from $',
    { hosts: ['first', each(hosts, (host) => str`${host}.${name}.${release.Name}`)] },
    `
hosts:
  - first
  {{- range $host := .Values.hosts }}
  - {{ printf "%s.%s.%s" $host $.Values.name $.Release.Name | quote }}
  {{- end }}
`,
  ],
  [
    'lists are computed before the line that needs them, and what they need before them',
    {
      pairs: join(
        ',',
        map(
          groupBy(
            map(hosts, (host) => str`x.${host}`),
            (host) => host,
            'hostsByName',
          ),
          (all, key) => str`${key} ${join(' ', all)}`,
        ),
      ),
    },
    `
{{- $hosts := list -}}
{{- range $host := .Values.hosts -}}
  {{- $hosts = append $hosts (printf "x.%s" $host) -}}
{{- end -}}
{{- $hostsByName := dict -}}
{{- range $host := $hosts -}}
  {{- $hostsByName = set $hostsByName $host (append (dig $host list $hostsByName) $host) -}}
{{- end -}}
{{- $hostsByName2 := list -}}
{{- range $name, $hosts2 := $hostsByName -}}
  {{- $hostsByName2 = append $hostsByName2 (printf "%s %s" $name (join " " $hosts2)) -}}
{{- end -}}
pairs: {{ join "," $hostsByName2 | quote }}
`,
  ],
  [
    'lists and maps whose members are always there need no variable',
    {
      list: join(',', listOf([name, 'b'])),
      maps: join(
        ',',
        map(listOf([mapOf({ name }), mapOf({ name: 'x' })], 'people'), (person) => get(person, 'name', '')),
      ),
    },
    `
list: {{ list .Values.name "b" | join "," | quote }}
{{- $people := list }}
{{- range $people2 := list (dict "name" .Values.name) (dict "name" "x") }}
  {{- $people = append $people (dig "name" "" $people2) }}
{{- end }}
maps: {{ join "," $people | quote }}
`,
  ],
  [
    'a list of maps with several fields is a variable, which each use of the list reads',
    (() => {
      const people = listOf([mapOf({ name, age: '1' }), mapOf({ name: 'x', age: '2' })], 'people');
      return {
        names: [each(people, (person) => get(person, 'name', ''), 'person')],
        ages: [each(people, (person) => get(person, 'age', ''), 'person')],
      };
    })(),
    `
names:
  {{- $people := list (dict "name" .Values.name "age" "1") (dict "name" "x" "age" "2") }}
  {{- range $person := $people }}
  - {{ dig "name" "" $person | quote }}
  {{- end }}
ages:
  {{- range $person := $people }}
  - {{ dig "age" "" $person | quote }}
  {{- end }}
`,
  ],
  [
    'a list of one is a variable',
    {
      lines: [
        'first',
        each(listOf([join(',', hosts)]), (text) => when(hasPrefix('a', text), str`${text}${text}`), 'text'),
      ],
    },
    `
lines:
  - first
  {{- $text := join "," .Values.hosts }}
  {{- if hasPrefix "a" $text }}
  - {{ printf "%s%s" $text $text | quote }}
  {{- end }}
`,
  ],
  [
    'a name is free again behind a list of one',
    {
      lines: [
        'first',
        each(
          listOf([join(',', hosts)]),
          (text) =>
            join(
              '',
              map(listOf([text, name], 'parts'), (part) => part),
            ),
          'text',
        ),
        each(
          listOf([join('.', hosts)]),
          (text) =>
            join(
              '',
              map(listOf([text, name], 'parts'), (part) => part),
            ),
          'text',
        ),
      ],
    },
    `
lines:
  - first
  {{- $text := join "," .Values.hosts }}
  {{- $parts := list $text .Values.name }}
  - {{ join "" $parts | quote }}
  {{- $text := join "." .Values.hosts }}
  {{- $parts := list $text .Values.name }}
  - {{ join "" $parts | quote }}
`,
  ],
  [
    'a list that is taken over whole is written whole under a condition too',
    {
      tolerations: [
        'first',
        when(
          on,
          each(tolerations, (one) => one),
        ),
      ],
    },
    `
tolerations:
  - first
  {{- if .Values.on }}
  {{- with .Values.tolerations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- end }}
`,
  ],
  [
    'default stands for what is absent where nothing that is empty is lost',
    {
      never: defaultIfAbsent(protocol, 'TCP'),
      zero: defaultIfAbsent(weight, 0),
      five: defaultIfAbsent(weight, 5),
      empty: defaultIfAbsent(note, ''),
      some: defaultIfAbsent(note, 'x'),
      unless: when<string>(defaultIfAbsent(maybe, false), 'x'),
      if: when<string>(defaultIfAbsent(maybe, true), 'x'),
    },
    `
never: {{ default "TCP" .Values.protocol | quote }}
zero: {{ int64 (default 0 .Values.weight) }}
five: {{ int64 (ternary 5 .Values.weight (kindIs "invalid" .Values.weight)) }}
empty: {{ default "" .Values.note | quote }}
some: {{ ternary "x" .Values.note (kindIs "invalid" .Values.note) | quote }}
{{- if .Values.maybe }}
unless: x
{{- end }}
{{- if ternary true .Values.maybe (kindIs "invalid" .Values.maybe) }}
if: x
{{- end }}
`,
  ],
  [
    'conditions and constants are written in short',
    {
      one: when<string>(and(on, and(ne(mode, 'b'), or(gt(port, 1), not(on)))), 'x'),
      two: when<string>(not(or(not(eq(mode, 'a')), not(gt(port, 1)))), 'x'),
      three: when<string>(and(isNonEmpty(note), not(isPresent(maybe))), 'x'),
      four: str`port ${8000} of ${1}`,
    },
    `
{{- if and .Values.on (ne .Values.mode "b") (or (gt (int64 .Values.port) 1) (not .Values.on)) -}}
one: x
{{- end }}
{{- if not (or (ne .Values.mode "a") (le (int64 .Values.port) 1)) }}
two: x
{{- end }}
{{- if and .Values.note (kindIs "invalid" .Values.maybe) }}
three: x
{{- end }}
four: "port 8000 of 1"
`,
  ],
  [
    'what is too long is broken at the indentation of its line',
    {
      hosts: [
        each(sort(hosts), (host) =>
          when(
            or(
              eq(mode, 'a'),
              and(eq(host, name), eq(mode, 'b')),
              hasPrefix(str`${name}.${release.Name}`, host),
            ),
            str`https://${host}/${name}/${release.Name}/${release.Namespace}/and/so/on/until/it/is/long`,
          ),
        ),
      ],
    },
    `
{{- $present := list -}}
{{- range $host := sortAlpha .Values.hosts -}}
  {{- if or
    (eq $.Values.mode "a")
    (and (eq $host $.Values.name) (eq $.Values.mode "b"))
    (hasPrefix (printf "%s.%s" $.Values.name $.Release.Name) $host)
  -}}
    {{- $present = append $present true -}}
  {{- end -}}
{{- end -}}
{{- if $present -}}
hosts:
  {{- range $host := sortAlpha .Values.hosts }}
  {{- if or
    (eq $.Values.mode "a")
    (and (eq $host $.Values.name) (eq $.Values.mode "b"))
    (hasPrefix (printf "%s.%s" $.Values.name $.Release.Name) $host)
  }}
  - {{ printf "https://%s/%s/%s/%s/and/so/on/until/it/is/long"
    $host
    $.Values.name
    $.Release.Name
    $.Release.Namespace
  | quote }}
  {{- end }}
  {{- end }}
{{- end }}
`,
  ],
];

test.each(cases)('%s', (_, source, lines) => {
  expect(`\n${printTemplate(layoutDocument(mapNode(source)))}`).toBe(lines);
});
