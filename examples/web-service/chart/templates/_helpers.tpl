{{/*
What the objects of a release are called: the release, cut to what a Service may be called.
*/}}
{{- define "web-service.fullname" -}}
{{ trunc 63 .Release.Name | trimSuffix "-" }}
{{- end }}

{{/*
The labels by which the pods are found. They never change on upgrade.
*/}}
{{- define "web-service.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/*
The service's configuration file.
*/}}
{{- define "web-service.config" -}}
listen: {{ printf ":%d" (int64 .Values.port) | toJson }}
log:
  level: {{ toJson .Values.config.logLevel }}
{{- with .Values.config.upstreams }}
upstreams:
  {{- range $upstreamName, $upstream := . }}
  - name: {{ toJson $upstreamName }}
    url: {{ toJson $upstream }}
  {{- end }}
{{- end }}
{{- end }}
