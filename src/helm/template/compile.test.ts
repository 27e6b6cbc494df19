/** The structure of the files in a chart's `templates`. */
import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import {
  eq,
  fieldsTemplate,
  HelmChart,
  KubeConfigMap,
  KubePod,
  release,
  rules,
  str,
  stringTemplate,
  when,
} from '../index.js';

const schema = Type.Object(
  {
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 80 }),
    volumes: Type.Array(Type.Object({ name: Type.String() }), { default: [] }),
  },
  { additionalProperties: false },
);

function newChart() {
  const chart = new HelmChart({
    metadata: { name: 'web', version: '0.1.0', appVersion: '1.0.0', description: 'A chart' },
    values: schema,
  });
  new KubePod(chart, 'pod', {
    spec: { containers: [], volumes: when(chart.values.volumes, (volumes) => volumes) },
  });
  return chart;
}

describe('named templates', () => {
  const chart = newChart();
  const fullname = stringTemplate('web.fullname', 'The name.', release.Name);
  const shared = fieldsTemplate(
    'web.selectorLabels',
    'The selector.',
    { part: Type.String() },
    ({ part }) => ({
      name: fullname,
      part,
    }),
  );
  const labels = fieldsTemplate('web.labels', 'The labels.', { part: Type.String() }, ({ part }) => ({
    ...shared({ part }),
    release: release.Name,
  }));
  const own = stringTemplate('web.ironProxy.fullname', "The proxy's name.", str`${fullname}-iron-proxy`);
  new KubeConfigMap(chart, 'config', { metadata: { name: own, labels: labels({ part: 'proxy' }) } });
  chart.addRules(when(eq(chart.values.port, 22), 'port: choose another one'));
  const files = chart.compile();

  test('are ordered as needed, each after those that it includes', () => {
    expect(files.get('templates/_helpers.tpl')).toBe(`{{/*
The name.
*/}}
{{- define "web.fullname" -}}
{{ .Release.Name }}
{{- end }}

{{/*
The selector.
*/}}
{{- define "web.selectorLabels" -}}
name: {{ include "web.fullname" .root | quote }}
part: {{ .part | quote }}
{{- end }}

{{/*
The labels.
*/}}
{{- define "web.labels" -}}
{{ include "web.selectorLabels" . }}
release: {{ .root.Release.Name | quote }}
{{- end }}
`);
  });

  test('of a part of the chart have their own file', () => {
    expect(files.get('templates/_iron-proxy.tpl')).toBe(`{{/*
The proxy's name.
*/}}
{{- define "web.ironProxy.fullname" -}}
{{ printf "%s-iron-proxy" (include "web.fullname" .) }}
{{- end }}
`);
  });
});

test('a document that may end in a value ends with a mark that explains itself', () => {
  const chart = newChart();
  chart.addRules(when(eq(chart.values.port, 22), 'port: choose another one'));
  expect(chart.compile().get('templates/pod.yaml')).toBe(`apiVersion: v1
kind: Pod
spec:
  containers: []
  {{- with .Values.volumes }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- /* Keeps line breaks at the end of what is above, which Helm would trim. */}}
...
`);
});

test('rules appear under their headings, with an empty line before each', () => {
  const chart = newChart();
  const { port } = chart.values;
  chart.addRules(
    when(eq(port, 1), 'port: choose another one'),
    rules(
      'Ports',
      when(eq(port, 22), 'port: 22 is taken by SSH: choose another one'),
      when(eq(port, 25), 'port: 25 is taken by SMTP: choose another one'),
    ),
  );
  const text = chart.compile().get('templates/rules.yaml');
  expect(text?.slice(text.indexOf('{{- $problems'))).toBe(`{{- $problems := list -}}

{{- if eq (int64 .Values.port) 1 -}}
  {{- $problems = append $problems "port: choose another one" -}}
{{- end -}}

{{- /* Ports */ -}}

{{- if eq (int64 .Values.port) 22 -}}
  {{- $problems = append $problems "port: 22 is taken by SSH: choose another one" -}}
{{- end -}}

{{- if eq (int64 .Values.port) 25 -}}
  {{- $problems = append $problems "port: 25 is taken by SMTP: choose another one" -}}
{{- end -}}

{{- if $problems }}
  {{- fail (join "\\n" $problems) }}
{{- end }}
`);
});
