{{/*
Hosts that are the release's own: what each is called, who listens there, and by what parts of a host it is found.
*/}}
{{- define "centaur.credentialExposure.ownHosts" -}}
{{- $ownHosts := list
  (dict
    "name" (printf "%s.%s.svc.%s"
      (include "centaur.api.fullname" .)
      .Release.Namespace
      .Values.api.egressDiscovery.clusterDomain
    )
    "who" "the API itself"
    "closed" false
    "marks" (list
      (printf ".%s.\n" (include "centaur.api.fullname" .))
      (printf ".%s.%s.\n" (include "centaur.api.fullname" .) .Release.Namespace)
      (printf ".%s.%s.svc." (include "centaur.api.fullname" .) .Release.Namespace)
      (printf ".*.%s.svc." .Release.Namespace)
      (printf ".%s.*." (include "centaur.api.fullname" .))
      (printf ".%s.%s.*." (include "centaur.api.fullname" .) .Release.Namespace)
    )
  )
  (dict
    "name" (printf "%s.%s.svc.%s"
      (include "centaur.ironProxy.fullname" .)
      .Release.Namespace
      .Values.api.egressDiscovery.clusterDomain
    )
    "who" "iron-proxy itself"
    "closed" true
    "marks" (list
      (printf ".%s.\n" (include "centaur.ironProxy.fullname" .))
      (printf ".%s.%s.\n" (include "centaur.ironProxy.fullname" .) .Release.Namespace)
      (printf ".%s.%s.svc." (include "centaur.ironProxy.fullname" .) .Release.Namespace)
      (printf ".*.%s.svc." .Release.Namespace)
      (printf ".%s.*." (include "centaur.ironProxy.fullname" .))
      (printf ".%s.%s.*." (include "centaur.ironProxy.fullname" .) .Release.Namespace)
    )
  )
-}}
{{- if .Values.onepasswordConnect.connect.create -}}
  {{- $ownHosts = append $ownHosts (dict
    "name" (printf "%s.%s.svc.%s"
      .Values.onepasswordConnect.connect.applicationName
      .Release.Namespace
      .Values.api.egressDiscovery.clusterDomain
    )
    "who" "the Connect server itself"
    "closed" true
    "marks" (list
      (printf ".%s.\n" .Values.onepasswordConnect.connect.applicationName)
      (printf ".%s.%s.\n" .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
      (printf ".%s.%s.svc." .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
      (printf ".*.%s.svc." .Release.Namespace)
      (printf ".%s.*." .Values.onepasswordConnect.connect.applicationName)
      (printf ".%s.%s.*." .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
    )
  ) -}}
{{- end -}}
{{- $ownHosts = append $ownHosts (dict
  "name" (printf "pod.%s" .Values.api.egressDiscovery.clusterDomain)
  "who" "where every address has a name, also that of the API"
  "closed" true
  "marks" (list
    ".pod.\n"
    (printf ".pod.%s.\n" .Values.api.egressDiscovery.clusterDomain)
    (printf ".%s.pod." .Release.Namespace)
  )
) -}}
{{ toJson $ownHosts }}
{{- end }}

{{/*
The Secrets that volumes name, and what a driver is told, which may name one as well.
*/}}
{{- define "centaur.credentialExposure.secretsOfVolumes" -}}
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

{{/*
Whether a Secret belongs to Helm, or is a token that Kubernetes makes for the API.
*/}}
{{- define "centaur.credentialExposure.isReserved" -}}
{{ or
  (hasPrefix "sh.helm.release." .secret)
  (hasPrefix (printf "%s-token-" (include "centaur.api.fullname" .root)) .secret)
}}
{{- end }}

{{/*
Whether a Secret holds what a part of the release must not read.
*/}}
{{- define "centaur.credentialExposure.isWithheld" -}}
{{ or
  (eq (include "centaur.credentialExposure.isReserved" .) "true")
  (eq .secret .root.Values.secretManager.existingSecretName)
  (and (eq .secret .root.Values.onepasswordConnect.connect.credentialsName) (ne .from "connect"))
  (and (eq .secret .root.Values.firewall.existingCaKeySecretName) (ne .from "iron-proxy"))
}}
{{- end }}

{{/*
What may stand in a variable for a credential: by the name of the secret, or of a harness's credential, and by each reference that it is made of.
*/}}
{{- define "centaur.credentialExposure.placeholders" -}}
{{- $placeholders := list
  (dict "name" "OPENAI_API_KEY" "text" "OPENAI_API_KEY")
  (dict "name" "AMP_API_KEY" "text" "AMP_API_KEY")
  (dict "name" "ANTHROPIC_API_KEY" "text" "ANTHROPIC_API_KEY")
-}}
{{- range $secret := include "centaur.secrets.merged" . | fromJsonArray -}}
  {{- $names := list $secret.name -}}
  {{- range $reference := include "centaur.secrets.referencesOf" (dict "root" $ "secret" $secret)
    | fromJsonArray
  -}}
    {{- $names = append $names $reference -}}
  {{- end -}}
  {{- range $name := uniq $names -}}
    {{- $strings := list (default $secret.name $secret.declared.replacer) -}}
    {{- if eq $secret.declared.type "pg_dsn" -}}
      {{- $strings = append $strings "postgresql://app_user@…" -}}
    {{- end -}}
    {{- range $string := $strings -}}
      {{- $placeholders = append $placeholders (dict "name" $name "text" $string) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $placeholdersByName := dict -}}
{{- range $placeholder := $placeholders -}}
  {{- $placeholdersByName = set $placeholdersByName
    $placeholder.name
    (append (dig $placeholder.name list $placeholdersByName) $placeholder)
  -}}
{{- end -}}
{{ toJson $placeholdersByName }}
{{- end }}
