{{/*
The name of the API.
*/}}
{{- define "centaur.api.fullname" -}}
{{ printf "%s-api" (include "centaur.fullname" . | trunc 59 | trimSuffix "-") }}
{{- end }}

{{/*
The keys of the infra Secret that api gets, and no others.
*/}}
{{- define "centaur.api.infraKeys" -}}
{{- $infraKeys := list
  "DATABASE_URL"
  "SLACKBOT_API_KEY"
  "SLACK_SIGNING_SECRET"
  "SANDBOX_SIGNING_KEY"
  "IRON_MANAGEMENT_API_KEY"
 -}}
{{- if ne .Values.ironProxy.secretSource "env" -}}
{{- $infraKeys = append $infraKeys "OP_VAULT" -}}
{{- end -}}
{{- $items := list -}}
{{- range $secret := include "centaur.secrets" . | fromJsonArray -}}
{{- if eq $secret.declared.type "pg_dsn" -}}
{{- $items = append $items $secret -}}
{{- end -}}
{{- end -}}
{{- if $items -}}
{{- $infraKeys = append $infraKeys "PG_PROXY_PASSWORD" -}}
{{- end -}}
{{ toJson $infraKeys }}
{{- end }}

{{/*
Hosts in the cluster, which the API reaches without the proxy.
*/}}
{{- define "centaur.api.noProxy" -}}
{{ printf "localhost,127.0.0.1,$(KUBERNETES_SERVICE_HOST),%s,%s,.svc,.svc.%s" (include "centaur.api.fullname" .) (include "centaur.ironProxy.fullname" .) .Values.api.egressDiscovery.clusterDomain }}
{{- end }}

{{/*
The API's settings, by the name of the environment variable.
*/}}
{{- define "centaur.api.settings" -}}
{{- $settings := dict
  "HTTPS_PROXY" (printf "http://%s:%d" (include "centaur.ironProxy.fullname" .) (int64 .Values.ironProxy.service.proxyPort))
  "NO_PROXY" (include "centaur.api.noProxy" .)
  "no_proxy" (include "centaur.api.noProxy" .)
  "SSL_CERT_FILE" "/firewall-certs/ca-cert.pem"
  "REQUESTS_CA_BUNDLE" "/firewall-certs/ca-cert.pem"
  "AGENT_IMAGE" (include "centaur.image" (dict "root" . "image" .Values.sandbox.image))
  "AGENT_API_URL" (printf "http://%s:%d" (include "centaur.api.fullname" .) 8000)
  "KUBERNETES_AGENT_IMAGE_PULL_POLICY" .Values.sandbox.image.pullPolicy
  "REPOS_PATH" (replace "$" "$$" .Values.sandbox.reposPath)
  "CENTAUR_LOG_LEVEL" .Values.api.logLevel
  "EXECUTION_WORKER_ENABLED" (ternary "1" "0" .Values.api.executionWorkerEnabled)
  "WORKFLOW_WORKER_ENABLED" (ternary "1" "0" .Values.api.workflowWorkerEnabled)
  "WARM_POOL_ENABLED" (ternary "1" "0" .Values.api.warmPoolEnabled)
  "VICTORIA_METRICS_PUSH_ENABLED" (ternary "1" "0" .Values.api.victoriaMetricsPushEnabled)
  "SLACK_ETL_ENABLED" (ternary "1" "0" .Values.api.slackEtlEnabled)
  "SLACK_SYNC_INTERVAL_SECONDS" (printf "%d" (int64 .Values.api.slackSyncIntervalSeconds))
  "SLACK_BACKFILL_INTERVAL_SECONDS" (printf "%d" (int64 .Values.api.slackBackfillIntervalSeconds))
  "SLACK_BACKFILL_CHANNEL_BATCH_LIMIT" (printf "%d" (int64 .Values.api.slackBackfillChannelBatchLimit))
  "SLACK_SYNC_BACKFILL_LOOKBACK_DAYS" (printf "%d" (int64 .Values.api.slackSyncBackfillLookbackDays))
  "SLACK_SYNC_THREAD_LOOKBACK_DAYS" (printf "%d" (int64 .Values.api.slackSyncThreadLookbackDays))
  "COMPANY_CONTEXT_DOCUMENTS_INTERVAL_SECONDS" (printf "%d" (int64 .Values.api.companyContextDocumentsIntervalSeconds))
  "SLACK_ETL_EXCLUDED_CHANNEL_PATTERNS" (replace "$" "$$" .Values.api.slackEtlExcludedChannelPatterns)
  "FIREWALL_MANAGER_SECRET_SOURCE" .Values.ironProxy.secretSource
  "KUBERNETES_FIREWALL_MANAGER_SECRET_SOURCE" .Values.ironProxy.secretSource
  "FIREWALL_MANAGER_SECRET_TTL" .Values.ironProxy.secretTtl
  "KUBERNETES_SECRET_ENV_NAME" .Values.secretManager.existingSecretName
  "KUBERNETES_SECRET_ENV_PREFIX" .Values.secretManager.envPrefix
  "KUBERNETES_FIREWALL_CA_SECRET_NAME" .Values.firewall.existingCaSecretName
  "KUBERNETES_FIREWALL_CA_KEY_SECRET_NAME" .Values.firewall.existingCaKeySecretName
  "KUBERNETES_IRON_PROXY_IMAGE" (include "centaur.image" (dict "root" . "image" .Values.ironProxy.image))
  "KUBERNETES_IRON_PROXY_IMAGE_PULL_POLICY" .Values.ironProxy.image.pullPolicy
  "KUBERNETES_NAMESPACE" .Release.Namespace
  "FIREWALL_HOST" (include "centaur.ironProxy.fullname" .)
  "KUBERNETES_API_POD_LABEL_SELECTOR" (printf "app.kubernetes.io/name=%s,app.kubernetes.io/instance=%s,app.kubernetes.io/component=api" (include "centaur.name" .) .Release.Name)
  "KUBERNETES_IRON_PROXY_PORT" (printf "%d" (int64 .Values.ironProxy.service.proxyPort))
  "KUBERNETES_IRON_PROXY_MANAGEMENT_PORT" (printf "%d" (int64 .Values.ironProxy.service.managementPort))
  "KUBERNETES_IRON_PROXY_HEALTH_PORT" (printf "%d" (int64 .Values.ironProxy.service.healthPort))
  "KUBERNETES_IRON_PROXY_PG_PORT_RANGE_START" (printf "%d" (int64 .Values.ironProxy.service.pgPortRangeStart))
  "KUBERNETES_IRON_PROXY_PG_PORT_RANGE_END" (printf "%d" (int64 .Values.ironProxy.service.pgPortRangeEnd))
  "KUBERNETES_EGRESS_DISCOVERY_ENABLED" (ternary "1" "0" .Values.api.egressDiscovery.enabled)
  "KUBERNETES_EGRESS_DISCOVERY_NAMESPACE" .Values.api.egressDiscovery.namespace
  "KUBERNETES_EGRESS_DISCOVERY_CLUSTER_DOMAIN" .Values.api.egressDiscovery.clusterDomain
  "KUBERNETES_EGRESS_DISCOVERY_TAILNET_FQDN_ANNOTATION" .Values.api.egressDiscovery.tailnetFqdnAnnotation
 -}}
{{- if eq .Values.ironProxy.secretSource "onepassword-connect" -}}
{{- $settings = set $settings "KUBERNETES_OP_CONNECT_HOST" (include "centaur.connect.url" .) -}}
{{- end -}}
{{- if .Values.secrets.bootstrapSecretName -}}
{{- $settings = set $settings "KUBERNETES_BOOTSTRAP_SECRET_NAME" .Values.secrets.bootstrapSecretName -}}
{{- end -}}
{{- $extraEnv := list -}}
{{- range $key, $value := .Values.sandbox.extraEnv -}}
{{- $extraEnv = append $extraEnv (printf "{\"name\":%s,\"value\":%s}" (toJson $key) (toJson $value)) -}}
{{- end -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_EXTRA_ENV" (printf "[%s]" (join "," $extraEnv) | replace "$" "$$") -}}
{{- $imagePullSecrets := list -}}
{{- range $imagePullSecret := .Values.global.imagePullSecrets -}}
{{- $imagePullSecrets = append $imagePullSecrets $imagePullSecret.name -}}
{{- end -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_IMAGE_PULL_SECRETS" (join "," $imagePullSecrets) -}}
{{- if .Values.sandbox.resources.requests.cpu -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_CPU_REQUEST" .Values.sandbox.resources.requests.cpu -}}
{{- end -}}
{{- if .Values.sandbox.resources.requests.memory -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_MEMORY_REQUEST" .Values.sandbox.resources.requests.memory -}}
{{- end -}}
{{- if .Values.sandbox.resources.limits.cpu -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_CPU_LIMIT" .Values.sandbox.resources.limits.cpu -}}
{{- end -}}
{{- if .Values.sandbox.resources.limits.memory -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_MEMORY_LIMIT" .Values.sandbox.resources.limits.memory -}}
{{- end -}}
{{- if .Values.sandbox.runtimeClassName -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_RUNTIME_CLASS_NAME" .Values.sandbox.runtimeClassName -}}
{{- end -}}
{{- range $key, $value := .Values.api.extraEnv -}}
{{- $settings = set $settings $key $value -}}
{{- end -}}
{{ toJson $settings }}
{{- end }}

{{/*
The host and port of the Connect server's URL.
*/}}
{{- define "centaur.connect.authority" -}}
{{ first (include "centaur.connect.url" . | trimPrefix "https://" | trimPrefix "http://" | splitList "/") }}
{{- end }}

{{/*
The port of the Connect server's URL.
*/}}
{{- define "centaur.connect.port" -}}
{{ atoi (ternary (last (include "centaur.connect.authority" . | splitList ":")) (ternary "443" "80" (hasPrefix "https://" (include "centaur.connect.url" .))) (contains ":" (include "centaur.connect.authority" .))) | toJson }}
{{- end }}

{{/*
Where the Connect server answers: one that exists already, or the release's own.
*/}}
{{- define "centaur.connect.url" -}}
{{ default (printf "http://%s:%d" .Values.onepasswordConnect.connect.applicationName (int64 .Values.onepasswordConnect.connect.api.httpPort)) .Values.onepasswordConnect.connect.url }}
{{- end }}

{{/*
Every declaration of a secret, the harnesses' first: who declares it, its hosts, its reference and the secret itself.
*/}}
{{- define "centaur.declarations" -}}
{{- $declarations := list -}}
{{- if .Values.harnesses.codex.enabled -}}
{{- $declarations = append $declarations (dict "by" "harnesses" "hosts" (list "api.openai.com") "reference" "OPENAI_API_KEY" "secret" (dict "type" "http" "name" "OPENAI_API_KEY" "match_headers" (list "Authorization"))) -}}
{{- end -}}
{{- if .Values.harnesses.amp.enabled -}}
{{- $declarations = append $declarations (dict "by" "harnesses" "hosts" (list "ampcode.com") "reference" "AMP_API_KEY" "secret" (dict "type" "http" "name" "AMP_API_KEY" "match_headers" (list "Authorization"))) -}}
{{- end -}}
{{- if or .Values.harnesses.claudeCode.enabled .Values.harnesses.piMono.enabled -}}
{{- $declarations = append $declarations (dict "by" "harnesses" "hosts" (list "api.anthropic.com") "reference" "ANTHROPIC_API_KEY" "secret" (dict "type" "http" "name" "ANTHROPIC_API_KEY" "match_headers" (list "X-Api-Key"))) -}}
{{- end -}}
{{- range $toolName, $tool := .Values.tools -}}
{{- range $secretIndex, $secret := $tool.secrets -}}
{{- if kindIs "string" $secret -}}
{{- $declaration := dict
  "by" (printf "tools.%s.secrets[%d]" $toolName (int64 $secretIndex))
  "hosts" (ternary list $tool.hosts (kindIs "invalid" $tool.hosts))
  "reference" $secret
 -}}
{{- $legacy := dict
  "type" "http"
  "name" $secret
  "match_headers" (list "Authorization" "Api-Key" "/^X-([A-Za-z0-9]+-)*(Api-?Key|Auth|Key|Secret|Token)$/")
 -}}
{{- $declaration = set $declaration "secret" $legacy -}}
{{- $declarations = append $declarations $declaration -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $toolName, $tool := .Values.tools -}}
{{- range $secretIndex, $secret := $tool.secrets -}}
{{- if not (kindIs "string" $secret) -}}
{{- $declaration := dict
  "by" (printf "tools.%s.secrets[%d]" $toolName (int64 $secretIndex))
  "hosts" (ternary (ternary (list "*.googleapis.com") (ternary list $tool.hosts (kindIs "invalid" $tool.hosts)) (eq $secret.type "gcp_auth")) $secret.hosts (kindIs "invalid" $secret.hosts))
  "reference" (default $secret.name $secret.secret_ref)
  "secret" $secret
 -}}
{{- $declarations = append $declarations $declaration -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{ toJson $declarations }}
{{- end }}

{{/*
What the release is called: <release>-<name>. The release name is never folded in, so release "centaur" gives "centaur-centaur".
*/}}
{{- define "centaur.fullname" -}}
{{ default (printf "%s-%s" .Release.Name (include "centaur.name" .)) .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Whether two hosts of declarations may mean the same one: by their beginnings and ends where they have a *, and as address ranges.
*/}}
{{- define "centaur.hosts.overlap" -}}
{{ or (eq .one .other) (and (or (hasPrefix (first (printf ".%s" .one | splitList "*")) (first (printf ".%s" .other | splitList "*"))) (hasPrefix (first (printf ".%s" .other | splitList "*")) (first (printf ".%s" .one | splitList "*")))) (or (hasSuffix (last (printf ".%s" .one | splitList "*")) (last (printf ".%s" .other | splitList "*"))) (hasSuffix (last (printf ".%s" .other | splitList "*")) (last (printf ".%s" .one | splitList "*"))))) (and (or (contains "/" .one) (contains "/" .other)) (or (contains ":" .one) (contains (last (splitList "." .one) | trunc 1) "0123456789")) (or (contains ":" .other) (contains (last (splitList "." .other) | trunc 1) "0123456789")) (eq (contains ":" .one) (contains ":" .other))) }}
{{- end }}

{{/*
The reference of an image: repository:tag, with the digest where one is given.
*/}}
{{- define "centaur.image" -}}
{{ printf "%s:%s%s" .image.repository .image.tag (ternary (printf "@%s" .image.digest) "" (not (empty .image.digest))) }}
{{- end }}

{{/*
The configuration of iron-proxy.
*/}}
{{- define "centaur.ironProxy.config" -}}
dns:
  enabled: false
proxy:
  http_listen: "127.0.0.1:8081"
  https_listen: "127.0.0.1:8443"
  tunnel_listen: {{ printf ":%d" (int64 .Values.ironProxy.service.proxyPort) | toJson }}
  max_request_body_bytes: {{ int64 .Values.ironProxy.maxRequestBodyBytes }}
  upstream_response_header_timeout: {{ toJson .Values.ironProxy.upstreamResponseHeaderTimeout }}
  upstream_deny_cidrs:
    - "127.0.0.0/8"
    - "0.0.0.0/8"
    - "::1/128"
    - "::/128"
    - "169.254.0.0/16"
    - "168.63.129.16/32"
    - "100.100.100.200/32"
    - "100.96.0.96/32"
    - "192.0.0.192/32"
    - "fe80::/10"
    - "fd00:ec2::254/128"
    - "fd00:ec2::23/128"
    - "fd20:ce::254/128"
    - "fd00:c1::a9fe:a9fe/128"
    - "fd00:100::100:200/128"
    - "fd00:a9fe:a9fe::1/128"
    - "fd00:42::42/128"
    {{- range $upstreamDenyCidr := .Values.ironProxy.upstreamDenyCidrs }}
    - {{ toJson $upstreamDenyCidr }}
    {{- end }}
tls:
  mode: mitm
  ca_cert: /etc/iron-proxy-ca/ca-cert.pem
  ca_key: /etc/iron-proxy-ca/ca-key.pem
metrics:
  listen: {{ printf ":%d" (int64 .Values.ironProxy.service.healthPort) | toJson }}
management:
  listen: {{ printf ":%d" (int64 .Values.ironProxy.service.managementPort) | toJson }}
log:
  level: {{ toJson .Values.ironProxy.logLevel }}
transforms:
  - name: allowlist
    config:
      {{- $domains := list }}
      {{- $hosts := list }}
      {{- range $allowedHost := .Values.ironProxy.allowedHosts }}
      {{- $hosts = append $hosts $allowedHost }}
      {{- end }}
      {{- range $toolName, $tool := .Values.tools }}
      {{- range $host := $tool.hosts }}
      {{- $hosts = append $hosts $host }}
      {{- end }}
      {{- end }}
      {{- $secrets := include "centaur.secrets" . | fromJsonArray }}
      {{- range $secret := $secrets }}
      {{- range $host := $secret.hosts }}
      {{- $hosts = append $hosts $host }}
      {{- end }}
      {{- end }}
      {{- range $host := uniq $hosts | sortAlpha }}
      {{- if not (contains "/" $host) }}
      {{- $domains = append $domains $host }}
      {{- end }}
      {{- end }}
      {{- if $domains }}
      domains:
        {{- range $domain := $domains }}
        - {{ toJson $domain }}
        {{- end }}
      {{- else }}
      domains: []
      {{- end }}
      {{- $cidrs := list }}
      {{- range $host := uniq $hosts | sortAlpha }}
      {{- if contains "/" $host }}
      {{- $cidrs = append $cidrs $host }}
      {{- end }}
      {{- end }}
      {{- if $cidrs }}
      cidrs:
        {{- range $cidr := $cidrs }}
        - {{ toJson $cidr }}
        {{- end }}
      {{- end }}
      {{- $urls := list }}
      {{- $secretsByType := dict }}
      {{- range $secret := $secrets }}
      {{- $secretsByType = set $secretsByType $secret.declared.type (append (dig $secret.declared.type list $secretsByType) $secret) }}
      {{- end }}
      {{- $gcpSecrets := dig "gcp_auth" list $secretsByType }}
      {{- if $gcpSecrets }}
      {{- $urls = append $urls "https://oauth2.googleapis.com/token" }}
      {{- end }}
      {{- $oauthSecrets := dig "oauth_token" list $secretsByType }}
      {{- range $oauthSecret := $oauthSecrets }}
      {{- if $oauthSecret.declared.token_endpoint }}
      {{- $urls = append $urls $oauthSecret.declared.token_endpoint }}
      {{- end }}
      {{- end }}
      {{- $tokenEndpoints := uniq $urls | sortAlpha }}
      {{- if $tokenEndpoints }}
      rules:
        {{- range $tokenEndpoint := $tokenEndpoints }}
        - host: {{ first (first (trimPrefix "https://" $tokenEndpoint | splitList "/") | splitList ":") | toJson }}
          methods:
            - CONNECT
        {{- end }}
        {{- range $tokenEndpoint := $tokenEndpoints }}
        - host: {{ first (first (trimPrefix "https://" $tokenEndpoint | splitList "/") | splitList ":") | toJson }}
          paths:
            - {{ default "/" (trimPrefix "https://" $tokenEndpoint | trimPrefix (first (trimPrefix "https://" $tokenEndpoint | splitList "/"))) | toJson }}
        {{- end }}
      {{- end }}
  {{- $httpSecrets := dig "http" list $secretsByType }}
  {{- if or (contains "*" (uniq $hosts | sortAlpha | join " ")) $httpSecrets }}
  - name: secrets
    config:
      secrets:
        {{- if contains "*" (uniq $hosts | sortAlpha | join " ") }}
        - source:
            type: env
            var: ADDRESS_WITH_A_ZONE
          rules:
            - host: "*%*"
          replace:
            proxy_value: ADDRESS_WITH_A_ZONE
            match_headers:
              - "/^$/"
            require: true
        {{- end }}
        {{- range $httpSecret := $httpSecrets }}
        - source:
            {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $httpSecret.reference "jsonKey" "") | nindent 12 }}
          {{- if $httpSecret.hosts }}
          rules:
            {{- range $host := $httpSecret.hosts }}
            {{- if contains "/" $host }}
            - cidr: {{ toJson $host }}
            {{- else }}
            - host: {{ toJson $host }}
            {{- end }}
            {{- end }}
          {{- end }}
          {{- if not (eq (default "replace" $httpSecret.declared.mode) "inject") }}
          replace:
            proxy_value: {{ default $httpSecret.name $httpSecret.declared.replacer | toJson }}
            {{- if $httpSecret.declared.match_headers }}
            match_headers:
              {{- range $match_header := $httpSecret.declared.match_headers }}
              {{- if hasPrefix "/" $match_header }}
              - {{ toJson $match_header }}
              {{- else }}
              - {{ title (lower $match_header) | toJson }}
              {{- end }}
              {{- end }}
            {{- else }}
            match_headers:
              - "/^$/"
            {{- end }}
            {{- if ternary false $httpSecret.declared.match_path (kindIs "invalid" $httpSecret.declared.match_path) }}
            match_path: true
            {{- end }}
            {{- if ternary false $httpSecret.declared.match_query (kindIs "invalid" $httpSecret.declared.match_query) }}
            match_query: true
            {{- end }}
          {{- end }}
          {{- if eq (default "replace" $httpSecret.declared.mode) "inject" }}
          {{- if or $httpSecret.declared.inject_header $httpSecret.declared.inject_query_param $httpSecret.declared.inject_formatter }}
          inject:
            {{- if $httpSecret.declared.inject_header }}
            header: {{ toJson $httpSecret.declared.inject_header }}
            {{- end }}
            {{- if $httpSecret.declared.inject_query_param }}
            query_param: {{ toJson $httpSecret.declared.inject_query_param }}
            {{- end }}
            {{- if $httpSecret.declared.inject_formatter }}
            formatter: {{ toJson $httpSecret.declared.inject_formatter }}
            {{- end }}
          {{- end }}
          {{- end }}
        {{- end }}
  {{- end }}
  {{- range $gcpSecret := $gcpSecrets }}
  - name: gcp_auth
    config:
      keyfile:
        {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $gcpSecret.reference "jsonKey" "") | nindent 8 }}
      {{- if $gcpSecret.declared.scopes }}
      scopes:
        {{- range $scope := $gcpSecret.declared.scopes }}
        - {{ toJson $scope }}
        {{- end }}
      {{- else }}
      scopes:
        - "https://www.googleapis.com/auth/cloud-platform"
      {{- end }}
      {{- if $gcpSecret.hosts }}
      rules:
        {{- range $host := $gcpSecret.hosts }}
        {{- if contains "/" $host }}
        - cidr: {{ toJson $host }}
        {{- else }}
        - host: {{ toJson $host }}
        {{- end }}
        {{- end }}
      {{- end }}
  {{- end }}
  {{- if $oauthSecrets }}
  - name: oauth_token
    config:
      tokens:
        {{- range $oauthSecret := $oauthSecrets }}
        - grant: {{ toJson $oauthSecret.declared.grant }}
          {{- range $fieldName, $field := $oauthSecret.declared.fields }}
          {{- if kindIs "string" $field }}
          {{ toJson $fieldName }}:
            {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $field "jsonKey" "") | nindent 12 }}
          {{- else }}
          {{ toJson $fieldName }}:
            {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $field.secret_ref "jsonKey" (default "" $field.json_key)) | nindent 12 }}
          {{- end }}
          {{- end }}
          token_endpoint: {{ toJson $oauthSecret.declared.token_endpoint }}
          {{- if $oauthSecret.declared.audience }}
          audience: {{ toJson $oauthSecret.declared.audience }}
          {{- end }}
          {{- if $oauthSecret.declared.scopes }}
          scopes:
            {{- range $scope := $oauthSecret.declared.scopes }}
            - {{ toJson $scope }}
            {{- end }}
          {{- end }}
          {{- if $oauthSecret.hosts }}
          rules:
            {{- range $host := $oauthSecret.hosts }}
            {{- if contains "/" $host }}
            - cidr: {{ toJson $host }}
            {{- else }}
            - host: {{ toJson $host }}
            {{- end }}
            {{- end }}
          {{- end }}
        {{- end }}
  {{- end }}
  {{- $awsSecrets := dig "aws_auth" list $secretsByType }}
  {{- if and .Values.ironProxy.headerAllowlist.enabled $awsSecrets }}
  - name: header_allowlist
    config:
      headers:
        - Accept
        - Accept-Charset
        - Accept-Encoding
        - Accept-Language
        - Cache-Control
        - Content-Disposition
        - Content-Encoding
        - Content-Language
        - Content-Length
        - Content-Location
        - Content-Md5
        - Content-Range
        - Content-Type
        - Expires
        - Pragma
        - Range
        - User-Agent
        - If-Match
        - If-Modified-Since
        - If-None-Match
        - If-Range
        - If-Unmodified-Since
        - Anthropic-Beta
        - Anthropic-Version
        - OpenAI-Beta
        - OpenAI-Organization
        - OpenAI-Project
        - "/^X-Stainless-/"
        - "/^Sec-WebSocket-/"
        {{- $headers := list }}
        {{- range $item := .Values.ironProxy.headerAllowlist.extra }}
        {{- $headers = append $headers $item }}
        {{- end }}
        {{- range $httpSecret := $httpSecrets }}
        {{- range $match_header := $httpSecret.declared.match_headers }}
        {{- $headers = append $headers $match_header }}
        {{- end }}
        {{- end }}
        {{- range $httpSecret := $httpSecrets }}
        {{- if $httpSecret.declared.inject_header }}
        {{- $headers = append $headers $httpSecret.declared.inject_header }}
        {{- end }}
        {{- end }}
        {{- if or $gcpSecrets $oauthSecrets }}
        {{- $headers = append $headers "Authorization" }}
        {{- end }}
        {{- if $awsSecrets }}
        {{- $headers = append $headers "Authorization" }}
        {{- $headers = append $headers "/^Amz-Sdk-/" }}
        {{- $headers = append $headers "/^X-Amz-/" }}
        {{- end }}
        {{- range $header := uniq $headers | sortAlpha }}
        {{- if or (hasPrefix "/" $header) (not (has (title (lower $header)) (list "Connection" "Host" "Keep-Alive" "Proxy-Authenticate" "Proxy-Authorization" "Proxy-Connection" "Te" "Trailer" "Transfer-Encoding" "Upgrade"))) }}
        - {{ toJson $header }}
        {{- end }}
        {{- end }}
      {{- $awsHosts := list }}
      {{- range $awsSecret := $awsSecrets }}
      {{- range $host := $awsSecret.hosts }}
      {{- $awsHosts = append $awsHosts $host }}
      {{- end }}
      {{- end }}
      {{- if uniq $awsHosts | sortAlpha }}
      rules:
        {{- range $awsHost := uniq $awsHosts | sortAlpha }}
        {{- if contains "/" $awsHost }}
        - cidr: {{ toJson $awsHost }}
        {{- else }}
        - host: {{ toJson $awsHost }}
        {{- end }}
        {{- end }}
      {{- end }}
  {{- end }}
  {{- range $awsSecret := $awsSecrets }}
  - name: aws_auth
    config:
      access_key_id:
        {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $awsSecret.declared.access_key_id "jsonKey" "") | nindent 8 }}
      secret_access_key:
        {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $awsSecret.declared.secret_access_key "jsonKey" "") | nindent 8 }}
      {{- if $awsSecret.declared.allowed_services }}
      allowed_services:
        {{- range $allowed_service := $awsSecret.declared.allowed_services }}
        - {{ toJson $allowed_service }}
        {{- end }}
      {{- end }}
      {{- if $awsSecret.declared.allowed_regions }}
      allowed_regions:
        {{- range $allowed_region := $awsSecret.declared.allowed_regions }}
        - {{ toJson $allowed_region }}
        {{- end }}
      {{- end }}
      {{- if $awsSecret.hosts }}
      rules:
        {{- range $host := $awsSecret.hosts }}
        {{- if contains "/" $host }}
        - cidr: {{ toJson $host }}
        {{- else }}
        - host: {{ toJson $host }}
        {{- end }}
        {{- end }}
      {{- end }}
  {{- end }}
  {{- if .Values.ironProxy.headerAllowlist.enabled }}
  - name: header_allowlist
    config:
      headers:
        - Accept
        - Accept-Charset
        - Accept-Encoding
        - Accept-Language
        - Cache-Control
        - Content-Disposition
        - Content-Encoding
        - Content-Language
        - Content-Length
        - Content-Location
        - Content-Md5
        - Content-Range
        - Content-Type
        - Expires
        - Pragma
        - Range
        - Te
        - Transfer-Encoding
        - User-Agent
        - If-Match
        - If-Modified-Since
        - If-None-Match
        - If-Range
        - If-Unmodified-Since
        - Anthropic-Beta
        - Anthropic-Version
        - OpenAI-Beta
        - OpenAI-Organization
        - OpenAI-Project
        - "/^X-Stainless-/"
        - Connection
        - Upgrade
        - "/^Sec-WebSocket-/"
        {{- $headers := list }}
        {{- range $item := .Values.ironProxy.headerAllowlist.extra }}
        {{- $headers = append $headers $item }}
        {{- end }}
        {{- range $httpSecret := $httpSecrets }}
        {{- range $match_header := $httpSecret.declared.match_headers }}
        {{- $headers = append $headers $match_header }}
        {{- end }}
        {{- end }}
        {{- range $httpSecret := $httpSecrets }}
        {{- if $httpSecret.declared.inject_header }}
        {{- $headers = append $headers $httpSecret.declared.inject_header }}
        {{- end }}
        {{- end }}
        {{- if or $gcpSecrets $oauthSecrets }}
        {{- $headers = append $headers "Authorization" }}
        {{- end }}
        {{- if $awsSecrets }}
        {{- $headers = append $headers "Authorization" }}
        {{- $headers = append $headers "/^Amz-Sdk-/" }}
        {{- $headers = append $headers "/^X-Amz-/" }}
        {{- end }}
        {{- range $header := uniq $headers | sortAlpha }}
        - {{ toJson $header }}
        {{- end }}
  {{- end }}
{{- $databases := dig "pg_dsn" list $secretsByType }}
{{- if $databases }}
postgres:
  listen: {{ printf ":%d" (int64 .Values.ironProxy.service.pgPortRangeStart) | toJson }}
  client:
    user: app_user
    password_env: PG_PROXY_PASSWORD
  upstreams:
    {{- range $database := $databases }}
    - database: {{ toJson $database.declared.database }}
      dsn:
        {{- include "centaur.ironProxy.source" (dict "root" $ "reference" $database.reference "jsonKey" "") | nindent 8 }}
    {{- end }}
{{- end }}
{{- end }}

{{/*
The name of the chart's own iron-proxy.
*/}}
{{- define "centaur.ironProxy.fullname" -}}
{{ printf "%s-iron-proxy" (include "centaur.fullname" . | trunc 52 | trimSuffix "-") }}
{{- end }}

{{/*
The keys of the infra Secret that iron-proxy gets, and no others.
*/}}
{{- define "centaur.ironProxy.infraKeys" -}}
{{- $infraKeys := list "IRON_MANAGEMENT_API_KEY" -}}
{{- if ne .Values.ironProxy.secretSource "env" -}}
{{- $infraKeys = append $infraKeys "OP_VAULT" -}}
{{- end -}}
{{- if eq .Values.ironProxy.secretSource "onepassword-connect" -}}
{{- $infraKeys = append $infraKeys "OP_CONNECT_TOKEN" -}}
{{- end -}}
{{- if eq .Values.ironProxy.secretSource "onepassword" -}}
{{- $infraKeys = append $infraKeys "OP_SERVICE_ACCOUNT_TOKEN" -}}
{{- end -}}
{{- $items := list -}}
{{- range $secret := include "centaur.secrets" . | fromJsonArray -}}
{{- if eq $secret.declared.type "pg_dsn" -}}
{{- $items = append $items $secret -}}
{{- end -}}
{{- end -}}
{{- if $items -}}
{{- $infraKeys = append $infraKeys "PG_PROXY_PASSWORD" -}}
{{- end -}}
{{ toJson $infraKeys }}
{{- end }}

{{/*
Where iron-proxy takes a credential from, by its reference; jsonKey is empty, or the member to take of JSON.
*/}}
{{- define "centaur.ironProxy.source" -}}
type: {{ dig .root.Values.ironProxy.secretSource "env" (dict "onepassword-connect" "1password_connect" "onepassword" "1password" "env" "env") | toJson }}
{{- if eq .root.Values.ironProxy.secretSource "env" }}
var: {{ toJson .reference }}
{{- end }}
{{- if ne .root.Values.ironProxy.secretSource "env" }}
secret_ref: {{ ternary .reference (printf "op://$OP_VAULT/%s/credential" .reference) (hasPrefix "op://" .reference) | toJson }}
ttl: {{ toJson .root.Values.ironProxy.secretTtl }}
{{- end }}
{{- if .jsonKey }}
json_key: {{ toJson .jsonKey }}
{{- end }}
{{- end }}

{{/*
Whether a Secret holds what a part of the release must not read.
*/}}
{{- define "centaur.isWithheld" -}}
{{ or (or (hasPrefix "sh.helm.release." .secret) (hasPrefix (printf "%s-token-" (include "centaur.api.fullname" .root)) .secret)) (eq .secret .root.Values.secretManager.existingSecretName) (and (eq .secret .root.Values.onepasswordConnect.connect.credentialsName) (ne .from "connect")) (and (eq .secret .root.Values.firewall.existingCaKeySecretName) (ne .from "iron-proxy")) }}
{{- end }}

{{/*
A component's labels.
*/}}
{{- define "centaur.labels" -}}
app.kubernetes.io/name: {{ include "centaur.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (replace "+" "_" .root.Chart.Version) | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
{{- end }}

{{/*
What the chart is called in labels: the chart, unless nameOverride says otherwise.
*/}}
{{- define "centaur.name" -}}
{{ default .Chart.Name .Values.nameOverride }}
{{- end }}

{{/*
Hosts that are the release's own: what each is called, who listens there, and by what parts of a host it is found.
*/}}
{{- define "centaur.ownHosts" -}}
{{- $ownHost := dict
  "name" (printf "%s.%s.svc.%s" (include "centaur.api.fullname" .) .Release.Namespace .Values.api.egressDiscovery.clusterDomain)
  "who" "the API itself"
  "closed" false
 -}}
{{- $marks := list
  (printf ".%s.\n" (include "centaur.api.fullname" .))
  (printf ".%s.%s.\n" (include "centaur.api.fullname" .) .Release.Namespace)
  (printf ".%s.%s.svc." (include "centaur.api.fullname" .) .Release.Namespace)
  (printf ".*.%s.svc." .Release.Namespace)
  (printf ".%s.*." (include "centaur.api.fullname" .))
  (printf ".%s.%s.*." (include "centaur.api.fullname" .) .Release.Namespace)
 -}}
{{- $ownHost = set $ownHost "marks" $marks -}}
{{- $ownHost2 := dict
  "name" (printf "%s.%s.svc.%s" (include "centaur.ironProxy.fullname" .) .Release.Namespace .Values.api.egressDiscovery.clusterDomain)
  "who" "iron-proxy itself"
  "closed" true
 -}}
{{- $marks2 := list
  (printf ".%s.\n" (include "centaur.ironProxy.fullname" .))
  (printf ".%s.%s.\n" (include "centaur.ironProxy.fullname" .) .Release.Namespace)
  (printf ".%s.%s.svc." (include "centaur.ironProxy.fullname" .) .Release.Namespace)
  (printf ".*.%s.svc." .Release.Namespace)
  (printf ".%s.*." (include "centaur.ironProxy.fullname" .))
  (printf ".%s.%s.*." (include "centaur.ironProxy.fullname" .) .Release.Namespace)
 -}}
{{- $ownHost2 = set $ownHost2 "marks" $marks2 -}}
{{- $ownHosts := list $ownHost $ownHost2 -}}
{{- if .Values.onepasswordConnect.connect.create -}}
{{- $ownHost3 := dict
  "name" (printf "%s.%s.svc.%s" .Values.onepasswordConnect.connect.applicationName .Release.Namespace .Values.api.egressDiscovery.clusterDomain)
  "who" "the Connect server itself"
  "closed" true
 -}}
{{- $marks3 := list
  (printf ".%s.\n" .Values.onepasswordConnect.connect.applicationName)
  (printf ".%s.%s.\n" .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
  (printf ".%s.%s.svc." .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
  (printf ".*.%s.svc." .Release.Namespace)
  (printf ".%s.*." .Values.onepasswordConnect.connect.applicationName)
  (printf ".%s.%s.*." .Values.onepasswordConnect.connect.applicationName .Release.Namespace)
 -}}
{{- $ownHost3 = set $ownHost3 "marks" $marks3 -}}
{{- $ownHosts = append $ownHosts $ownHost3 -}}
{{- end -}}
{{- $ownHost3 := dict
  "name" (printf "pod.%s" .Values.api.egressDiscovery.clusterDomain)
  "who" "where every address has a name, also that of the API"
  "closed" true
 -}}
{{- $marks3 := list
  (printf ".pod.\n")
  (printf ".pod.%s.\n" .Values.api.egressDiscovery.clusterDomain)
  (printf ".%s.pod." .Release.Namespace)
 -}}
{{- $ownHost3 = set $ownHost3 "marks" $marks3 -}}
{{- $ownHosts = append $ownHosts $ownHost3 -}}
{{ toJson $ownHosts }}
{{- end }}

{{/*
What may stand in a variable for a credential: by the name of the secret, and by each reference that it is made of.
*/}}
{{- define "centaur.placeholders" -}}
{{- $placeholdersByName := dict -}}
{{- $placeholders := list -}}
{{- range $secret := include "centaur.secrets" . | fromJsonArray -}}
{{- $names := list $secret.name -}}
{{- $references := list -}}
{{- if not (has $secret.declared.type (list "oauth_token" "aws_auth")) -}}
{{- $references = append $references $secret.reference -}}
{{- end -}}
{{- range $fieldName, $field := $secret.declared.fields -}}
{{- if kindIs "string" $field -}}
{{- $references = append $references $field -}}
{{- end -}}
{{- end -}}
{{- range $fieldName, $field := $secret.declared.fields -}}
{{- if not (kindIs "string" $field) -}}
{{- $references = append $references $field.secret_ref -}}
{{- end -}}
{{- end -}}
{{- if $secret.declared.access_key_id -}}
{{- $references = append $references $secret.declared.access_key_id -}}
{{- end -}}
{{- if $secret.declared.secret_access_key -}}
{{- $references = append $references $secret.declared.secret_access_key -}}
{{- end -}}
{{- range $reference := $references -}}
{{- $names = append $names $reference -}}
{{- end -}}
{{- range $name := uniq $names -}}
{{- $texts := list (default $secret.name $secret.declared.replacer) -}}
{{- if eq $secret.declared.type "pg_dsn" -}}
{{- $texts = append $texts "postgresql://app_user@…" -}}
{{- end -}}
{{- range $text := $texts -}}
{{- $placeholder := dict "name" $name "text" $text -}}
{{- $placeholders = append $placeholders $placeholder -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $placeholder := $placeholders -}}
{{- $placeholdersByName = set $placeholdersByName $placeholder.name (append (dig $placeholder.name list $placeholdersByName) $placeholder) -}}
{{- end -}}
{{ toJson $placeholdersByName }}
{{- end }}

{{/*
The references of all secrets, one for each place that names one: iron-proxy looks each of them up.
*/}}
{{- define "centaur.references" -}}
{{- $references := list -}}
{{- range $secret := include "centaur.secrets" . | fromJsonArray -}}
{{- $references2 := list -}}
{{- if not (has $secret.declared.type (list "oauth_token" "aws_auth")) -}}
{{- $references2 = append $references2 $secret.reference -}}
{{- end -}}
{{- range $fieldName, $field := $secret.declared.fields -}}
{{- if kindIs "string" $field -}}
{{- $references2 = append $references2 $field -}}
{{- end -}}
{{- end -}}
{{- range $fieldName, $field := $secret.declared.fields -}}
{{- if not (kindIs "string" $field) -}}
{{- $references2 = append $references2 $field.secret_ref -}}
{{- end -}}
{{- end -}}
{{- if $secret.declared.access_key_id -}}
{{- $references2 = append $references2 $secret.declared.access_key_id -}}
{{- end -}}
{{- if $secret.declared.secret_access_key -}}
{{- $references2 = append $references2 $secret.declared.secret_access_key -}}
{{- end -}}
{{- range $reference := $references2 -}}
{{- $references = append $references $reference -}}
{{- end -}}
{{- end -}}
{{ toJson $references }}
{{- end }}

{{/*
How long iron-proxy keeps a credential, in milliseconds.
*/}}
{{- define "centaur.secretTtlMilliseconds" -}}
{{ (toDate "2006-01-02Z07:00" "1970-01-01Z" | dateModify .Values.ironProxy.secretTtl).UnixMilli | toJson }}
{{- end }}

{{/*
Every declared secret once, with the hosts of all its declarations.
*/}}
{{- define "centaur.secrets" -}}
{{- $secrets := list -}}
{{- $declarationsByName := dict -}}
{{- range $declaration := include "centaur.declarations" . | fromJsonArray -}}
{{- $declarationsByName = set $declarationsByName $declaration.secret.name (append (dig $declaration.secret.name list $declarationsByName) $declaration) -}}
{{- end -}}
{{- range $key, $value := $declarationsByName -}}
{{- $secret := dict "name" $key "by" ((last $value).by) -}}
{{- $hosts := list -}}
{{- range $item := $value -}}
{{- range $host := $item.hosts -}}
{{- $hosts = append $hosts $host -}}
{{- end -}}
{{- end -}}
{{- $secret = set $secret "hosts" (uniq $hosts | sortAlpha) -}}
{{- $secret = set $secret "reference" ((first $value).reference) -}}
{{- $secret = set $secret "declared" ((first $value).secret) -}}
{{- $secrets = append $secrets $secret -}}
{{- end -}}
{{ toJson $secrets }}
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
The name of the pod of `helm test`.
*/}}
{{- define "centaur.test.fullname" -}}
{{ printf "%s-test" (include "centaur.fullname" . | trunc 58 | trimSuffix "-") }}
{{- end }}

{{/*
The Secrets that volumes name, and what a driver is told, which may name one as well.
*/}}
{{- define "centaur.volumes.secrets" -}}
{{- $secrets := list -}}
{{- range $item := .volumes -}}
{{- if $item.secret -}}
{{- $secrets = append $secrets (default "" $item.secret.secretName) -}}
{{- end -}}
{{- end -}}
{{- range $item := .volumes -}}
{{- if $item.projected -}}
{{- range $source := $item.projected.sources -}}
{{- if $source.secret -}}
{{- $secrets = append $secrets (default "" $source.secret.name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $item := .volumes -}}
{{- if $item.csi -}}
{{- if $item.csi.nodePublishSecretRef -}}
{{- $secrets = append $secrets (default "" $item.csi.nodePublishSecretRef.name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $item := .volumes -}}
{{- if $item.csi -}}
{{- range $volumeAttributeName, $volumeAttribute := $item.csi.volumeAttributes -}}
{{- $secrets = append $secrets $volumeAttribute -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{ toJson $secrets }}
{{- end }}
