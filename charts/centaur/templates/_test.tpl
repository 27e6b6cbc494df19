{{/*
The name of the pod of `helm test`.
*/}}
{{- define "centaur.test.fullname" -}}
{{ printf "%s-test" (include "centaur.fullname" . | trunc 58 | trimSuffix "-") }}
{{- end }}
