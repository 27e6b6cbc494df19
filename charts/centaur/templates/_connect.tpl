{{/*
Where the Connect server answers: one that exists already, or the release's own.
*/}}
{{- define "centaur.connect.url" -}}
{{ default
  (printf "http://%s:%d"
    .Values.onepasswordConnect.connect.applicationName
    (int64 .Values.onepasswordConnect.connect.api.httpPort)
  )
  .Values.onepasswordConnect.connect.url
}}
{{- end }}

{{/*
The labels by which Connect's pods are found. They never change on upgrade.
*/}}
{{- define "centaur.connect.selectorLabels" -}}
app.kubernetes.io/name: connect
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: connect
{{- end }}

{{/*
The labels of Connect's objects.
*/}}
{{- define "centaur.connect.labels" -}}
{{ include "centaur.connect.selectorLabels" . }}
app: {{ .Values.onepasswordConnect.connect.applicationName | quote }}
{{- include "centaur.chartLabels" . | nindent 0 }}
{{- end }}

{{/*
The host and port of the Connect server's URL.
*/}}
{{- define "centaur.connect.authority" -}}
{{ first (include "centaur.connect.url" .
  | trimPrefix "https://"
  | trimPrefix "http://"
  | splitList "/"
) }}
{{- end }}

{{/*
The port of the Connect server's URL.
*/}}
{{- define "centaur.connect.port" -}}
{{ atoi (ternary
  (last (include "centaur.connect.authority" . | splitList ":"))
  (ternary "443" "80" (hasPrefix "https://" (include "centaur.connect.url" .)))
  (contains ":" (include "centaur.connect.authority" .))
) | toJson }}
{{- end }}

{{/*
The host of the Connect server's URL, without the dot that a whole name may end in.
*/}}
{{- define "centaur.connect.host" -}}
{{ first (include "centaur.connect.authority" . | splitList ":") | trimSuffix "." }}
{{- end }}
