{{/*
What the chart is called in labels: the chart, unless nameOverride says otherwise.
*/}}
{{- define "centaur.name" -}}
{{ default .Chart.Name .Values.nameOverride }}
{{- end }}

{{/*
What the release is called: <release>-<name>. The release name is never folded in, so release "centaur" gives "centaur-centaur".
*/}}
{{- define "centaur.fullname" -}}
{{ default (printf "%s-%s" .Release.Name (include "centaur.name" .)) .Values.fullnameOverride
  | trunc 63
  | trimSuffix "-"
}}
{{- end }}

{{/*
The labels by which a component's pods are found. They never change on upgrade.
*/}}
{{- define "centaur.selectorLabels" -}}
app.kubernetes.io/name: {{ include "centaur.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end }}

{{/*
The labels that all objects have: the chart with its version, and what installed it.
*/}}
{{- define "centaur.chartLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (replace "+" "_" .Chart.Version)
  | trunc 63
  | trimSuffix "-"
  | quote
}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end }}

{{/*
A component's labels.
*/}}
{{- define "centaur.labels" -}}
{{ include "centaur.selectorLabels" . }}
{{- include "centaur.chartLabels" .root | nindent 0 }}
{{- end }}

{{/*
The names of the registry Secrets, which may be given as names or as references.
*/}}
{{- define "centaur.imagePullSecretNames" -}}
{{- $imagePullSecretNames := list -}}
{{- range $imagePullSecret := .Values.global.imagePullSecrets -}}
  {{- if kindIs "string" $imagePullSecret -}}
    {{- $imagePullSecretNames = append $imagePullSecretNames $imagePullSecret -}}
  {{- end -}}
{{- end -}}
{{- range $imagePullSecret := .Values.global.imagePullSecrets -}}
  {{- if not (kindIs "string" $imagePullSecret) -}}
    {{- $imagePullSecretNames = append $imagePullSecretNames $imagePullSecret.name -}}
  {{- end -}}
{{- end -}}
{{ toJson $imagePullSecretNames }}
{{- end }}

{{/*
The reference of an image: repository:tag, with the digest where one is given.
*/}}
{{- define "centaur.image" -}}
{{ printf "%s:%s%s"
  .image.repository
  .image.tag
  (ternary (printf "@%s" .image.digest) "" (not (empty .image.digest)))
}}
{{- end }}
