{{/*
The Secrets that volumes name, and what a driver is told, which may name one as well.
*/}}
{{- define "centaur.volumes.secrets" -}}
{{- $secrets := list -}}
{{- range $volume := .volumes -}}
  {{- with $volume.secret -}}
    {{- $secrets = append $secrets (default "" .secretName) -}}
  {{- end -}}
{{- end -}}
{{- range $volume := .volumes -}}
  {{- with $volume.projected -}}
    {{- range $source := .sources -}}
      {{- with $source.secret -}}
        {{- $secrets = append $secrets (default "" .name) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $volume := .volumes -}}
  {{- with $volume.csi -}}
    {{- with .nodePublishSecretRef -}}
      {{- $secrets = append $secrets (default "" .name) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $volume := .volumes -}}
  {{- with $volume.csi -}}
    {{- range $volumeAttributeName, $volumeAttribute := .volumeAttributes -}}
      {{- $secrets = append $secrets $volumeAttribute -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{ toJson $secrets }}
{{- end }}
