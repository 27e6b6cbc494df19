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
