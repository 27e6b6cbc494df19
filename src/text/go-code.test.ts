import { describe, expect, test } from 'vitest';
import {
  type GoCode,
  goCall,
  goDict,
  goJunction,
  goLines,
  goMember,
  goNot,
  goPipe,
  goText,
} from './go-code.js';

const path = '.Values.onepasswordConnect.connect.applicationName';
const message =
  '"ironProxy.service: proxyPort and healthPort are both %d, and a pod can listen on a port once"';
const image = goDict([
  ['root', '.'],
  ['image', '.Values.onepasswordConnect.connect.api.image'],
]);

describe('an expression on one line', () => {
  const cases: readonly (readonly [GoCode, string])[] = [
    ['.Values.port', '.Values.port'],
    [goCall('list'), 'list'],
    [goCall('eq', '.Values.mode', '"a b"'), 'eq .Values.mode "a b"'],
    [goCall('len', goCall('list', '1', '2')), 'len (list 1 2)'],
    [goDict([]), 'dict'],
    [goDict([['a b', goCall('list')]]), 'dict "a b" list'],
    [goPipe('.Values.name', 'quote'), '.Values.name | quote'],
    [goPipe(goPipe('.Values.name', goCall('trunc', '63')), 'quote'), '.Values.name | trunc 63 | quote'],
    [goCall('len', goPipe('.Values.name', 'quote')), 'len (.Values.name | quote)'],
    [goMember('.', 'name'), '.name'],
    [goMember('$', 'Values'), '$.Values'],
    [goMember(goMember(goCall('first', '$hosts'), 'one'), 'name'), '(first $hosts).one.name'],
    [goCall('eq', goMember(goCall('first', '$hosts'), 'name'), '"a"'), 'eq (first $hosts).name "a"'],
    [goNot('.Values.on'), 'not .Values.on'],
    [goNot(goNot(goCall('empty', '.Values.on'))), 'empty .Values.on'],
    [goNot(goCall('eq', '.Values.mode', '"a"')), 'ne .Values.mode "a"'],
    [goJunction('and', goJunction('and', '.a', '.b'), goJunction('or', '.c', '.d')), 'and .a .b (or .c .d)'],
  ];

  test.each(cases)('%# is %j', (code, text) => {
    expect(goText(code)).toBe(text);
  });
});

describe('the lines of an expression', () => {
  test.each<readonly [what: string, before: string, code: GoCode, behind: string, lines: string]>([
    [
      'what is short stays on its line',
      '  name: {{ ',
      goPipe(goCall('printf', '"%s-x"', goCall('include', '"a.b"', '.')), goCall('trunc', '63'), 'quote'),
      ' }}',
      '  name: {{ printf "%s-x" (include "a.b" .) | trunc 63 | quote }}',
    ],
    [
      'a word is never broken',
      '  name: {{ ',
      goPipe(`.Values.${'long'.repeat(30)}`, 'quote'),
      ' }}',
      `  name: {{ .Values.${'long'.repeat(30)} | quote }}`,
    ],
    [
      'each function that a value goes through has a line of its own',
      '  name: {{ ',
      goPipe(goCall('printf', '"%s-%s"', '$.Chart.Name', path), goCall('trunc', '63'), 'quote'),
      ' }}',
      `
  name: {{ printf "%s-%s" $.Chart.Name .Values.onepasswordConnect.connect.applicationName
    | trunc 63
    | quote
  }}`,
    ],
    [
      'a call of a few words is not broken',
      '  {{- $settings = set $settings "KUBERNETES_SANDBOX_EXTRA_ENV" (',
      goCall('replace', '"$"', '"$$"', '.Values.sandbox.extraEnv'),
      ') -}}',
      '  {{- $settings = set $settings "KUBERNETES_SANDBOX_EXTRA_ENV" (replace "$" "$$" .Values.sandbox.extraEnv) -}}',
    ],
    [
      'a function of one word is not broken',
      '  - ',
      goCall('toYaml', `.Values.${'long'.repeat(30)}`),
      '',
      `  - toYaml .Values.${'long'.repeat(30)}`,
    ],
    [
      'conditions have a line each, and what closes them the indentation of what opens them',
      '  {{- if ',
      goCall('or', goCall('eq', path, '.Values.a'), goNot(goCall('gt', path, '.Values.b')), '.Values.c'),
      ' -}}',
      `
  {{- if or
    (eq .Values.onepasswordConnect.connect.applicationName .Values.a)
    (not (gt .Values.onepasswordConnect.connect.applicationName .Values.b))
    .Values.c
  -}}`,
    ],
    [
      'an operand that is too long itself is broken like the whole',
      '{{- if ',
      goCall('and', '.Values.a', goCall('eq', goCall('printf', '"%s-%s"', path, path), path), '.Values.b'),
      ' }}',
      `
{{- if and
  .Values.a
  (eq
    (printf "%s-%s"
      .Values.onepasswordConnect.connect.applicationName
      .Values.onepasswordConnect.connect.applicationName
    )
    .Values.onepasswordConnect.connect.applicationName
  )
  .Values.b
}}`,
    ],
    [
      'a call at the end goes on where the line of its own would be too long',
      '{{- if ',
      goCall('and', '.Values.a', goCall('or', goCall('eq', path, '"a"'), goCall('eq', path, '"b"'))),
      ' }}',
      `
{{- if and .Values.a (or
  (eq .Values.onepasswordConnect.connect.applicationName "a")
  (eq .Values.onepasswordConnect.connect.applicationName "b")
) }}`,
    ],
    [
      'a message has a line of its own, and each of its values',
      '  {{- $problems = ',
      goCall('append', '$problems', goCall('printf', message, goCall('int64', '.Values.port'), '$name')),
      ' -}}',
      `
  {{- $problems = append $problems (printf
    ${message}
    (int64 .Values.port)
    $name
  ) -}}`,
    ],
    [
      'a message without values too',
      '  {{- $problems = ',
      goCall('append', '$problems', message),
      ' -}}',
      `
  {{- $problems = append $problems
    ${message}
  -}}`,
    ],
    [
      'a short format stays with its function, and a pipe goes on behind what is broken',
      '  - value: {{ ',
      goPipe(
        goCall(
          'printf',
          '"%s:%d"',
          goCall('include', '"centaur.ironProxy.fullname"', '.'),
          goCall('int64', path),
        ),
        'quote',
      ),
      ' }}',
      `
  - value: {{ printf "%s:%d"
    (include "centaur.ironProxy.fullname" .)
    (int64 .Values.onepasswordConnect.connect.applicationName)
  | quote }}`,
    ],
    [
      'keys stay with their values',
      '    {{- ',
      goPipe(goCall('include', '"centaur.ironProxy.source"', image), goCall('nindent', '4')),
      ' }}',
      `
    {{- include "centaur.ironProxy.source" (dict
      "root" .
      "image" .Values.onepasswordConnect.connect.api.image
    ) | nindent 4 }}`,
    ],
    [
      'the words of a list have a line each',
      '{{- $keys := ',
      goCall('list', ...'abcdef'.split('').map((letter) => `"${letter.repeat(15)}"`)),
      ' -}}',
      `
{{- $keys := list
  "aaaaaaaaaaaaaaa"
  "bbbbbbbbbbbbbbb"
  "ccccccccccccccc"
  "ddddddddddddddd"
  "eeeeeeeeeeeeeee"
  "fffffffffffffff"
-}}`,
    ],
    [
      'a member is read of what is broken',
      '{{- $name := ',
      goMember(goCall('first', goCall('splitList', '"*"', goCall('printf', '"%s.%s"', path, path))), 'name'),
      ' }}',
      `
{{- $name := (first (splitList "*" (printf "%s.%s"
  .Values.onepasswordConnect.connect.applicationName
  .Values.onepasswordConnect.connect.applicationName
))).name }}`,
    ],
  ])('%s', (_, before, code, behind, lines) => {
    expect(goLines(before, code, behind).join('\n')).toBe(lines.replace(/^\n/, ''));
  });
});
