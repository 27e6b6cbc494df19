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
{{- if eq (include "centaur.secrets.declaresDatabase" .) "true" -}}
  {{- $infraKeys = append $infraKeys "PG_PROXY_PASSWORD" -}}
{{- end -}}
{{ toJson $infraKeys }}
{{- end }}

{{/*
Hosts in the cluster, which the API reaches without the proxy.
*/}}
{{- define "centaur.api.noProxy" -}}
{{ printf "localhost,127.0.0.1,$(KUBERNETES_SERVICE_HOST),%s,%s,.svc,.svc.%s"
  (include "centaur.api.fullname" .)
  (include "centaur.ironProxy.fullname" .)
  .Values.api.egressDiscovery.clusterDomain
}}
{{- end }}

{{/*
The API's settings, by the name of the environment variable.
*/}}
{{- define "centaur.api.settings" -}}
{{- $settings := dict
  "HTTPS_PROXY" (printf "http://%s:%d"
    (include "centaur.ironProxy.fullname" .)
    (int64 .Values.ironProxy.service.proxyPort)
  )
  "NO_PROXY" (include "centaur.api.noProxy" .)
  "no_proxy" (include "centaur.api.noProxy" .)
  "SSL_CERT_FILE" "/firewall-certs/ca-cert.pem"
  "REQUESTS_CA_BUNDLE" "/firewall-certs/ca-cert.pem"
  "AGENT_IMAGE" (include "centaur.image" (dict "root" . "image" .Values.sandbox.image))
  "AGENT_API_URL" (printf "http://%s:8000" (include "centaur.api.fullname" .))
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
  "SLACK_BACKFILL_CHANNEL_BATCH_LIMIT" (printf "%d"
    (int64 .Values.api.slackBackfillChannelBatchLimit)
  )
  "SLACK_SYNC_BACKFILL_LOOKBACK_DAYS" (printf "%d"
    (int64 .Values.api.slackSyncBackfillLookbackDays)
  )
  "SLACK_SYNC_THREAD_LOOKBACK_DAYS" (printf "%d" (int64 .Values.api.slackSyncThreadLookbackDays))
  "COMPANY_CONTEXT_DOCUMENTS_INTERVAL_SECONDS" (printf "%d"
    (int64 .Values.api.companyContextDocumentsIntervalSeconds)
  )
  "SLACK_ETL_EXCLUDED_CHANNEL_PATTERNS" (replace "$" "$$" .Values.api.slackEtlExcludedChannelPatterns)
  "FIREWALL_MANAGER_SECRET_SOURCE" .Values.ironProxy.secretSource
  "KUBERNETES_FIREWALL_MANAGER_SECRET_SOURCE" .Values.ironProxy.secretSource
  "FIREWALL_MANAGER_SECRET_TTL" .Values.ironProxy.secretTtl
  "KUBERNETES_SECRET_ENV_NAME" .Values.secretManager.existingSecretName
  "KUBERNETES_SECRET_ENV_PREFIX" .Values.secretManager.envPrefix
  "KUBERNETES_FIREWALL_CA_SECRET_NAME" .Values.firewall.existingCaSecretName
  "KUBERNETES_FIREWALL_CA_KEY_SECRET_NAME" .Values.firewall.existingCaKeySecretName
  "KUBERNETES_IRON_PROXY_IMAGE" (include "centaur.image" (dict
    "root" .
    "image" .Values.ironProxy.image
  ))
  "KUBERNETES_IRON_PROXY_IMAGE_PULL_POLICY" .Values.ironProxy.image.pullPolicy
  "KUBERNETES_NAMESPACE" .Release.Namespace
  "FIREWALL_HOST" (include "centaur.ironProxy.fullname" .)
  "KUBERNETES_API_POD_LABEL_SELECTOR" (printf
    "app.kubernetes.io/name=%s,app.kubernetes.io/instance=%s,app.kubernetes.io/component=api"
    (include "centaur.name" .)
    .Release.Name
  )
  "KUBERNETES_IRON_PROXY_PORT" (printf "%d" (int64 .Values.ironProxy.service.proxyPort))
  "KUBERNETES_IRON_PROXY_MANAGEMENT_PORT" (printf "%d"
    (int64 .Values.ironProxy.service.managementPort)
  )
  "KUBERNETES_IRON_PROXY_HEALTH_PORT" (printf "%d" (int64 .Values.ironProxy.service.healthPort))
  "KUBERNETES_IRON_PROXY_PG_PORT_RANGE_START" (printf "%d"
    (int64 .Values.ironProxy.service.pgPortRangeStart)
  )
  "KUBERNETES_IRON_PROXY_PG_PORT_RANGE_END" (printf "%d"
    (int64 .Values.ironProxy.service.pgPortRangeEnd)
  )
  "KUBERNETES_EGRESS_DISCOVERY_ENABLED" (ternary "1" "0" .Values.api.egressDiscovery.enabled)
  "KUBERNETES_EGRESS_DISCOVERY_NAMESPACE" .Values.api.egressDiscovery.namespace
  "KUBERNETES_EGRESS_DISCOVERY_CLUSTER_DOMAIN" .Values.api.egressDiscovery.clusterDomain
  "KUBERNETES_EGRESS_DISCOVERY_TAILNET_FQDN_ANNOTATION" .Values.api.egressDiscovery.tailnetFqdnAnnotation
-}}
{{- if eq .Values.ironProxy.secretSource "onepassword-connect" -}}
  {{- $settings = set $settings "KUBERNETES_OP_CONNECT_HOST" (include "centaur.connect.url" .) -}}
{{- end -}}
{{- with .Values.secrets.bootstrapSecretName -}}
  {{- $settings = set $settings "KUBERNETES_BOOTSTRAP_SECRET_NAME" . -}}
{{- end -}}
{{- $extraEnv := list -}}
{{- range $key, $value := .Values.sandbox.extraEnv -}}
  {{- $extraEnv = append $extraEnv (printf "{\"name\":%s,\"value\":%s}"
    (toJson $key)
    (toJson $value)
  ) -}}
{{- end -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_EXTRA_ENV" (printf "[%s]" (join "," $extraEnv)
  | replace "$" "$$"
) -}}
{{- $settings = set $settings "KUBERNETES_SANDBOX_IMAGE_PULL_SECRETS"
  (include "centaur.imagePullSecretNames" . | fromJsonArray | join ",")
-}}
{{- with .Values.sandbox.resources.requests.cpu -}}
  {{- $settings = set $settings "KUBERNETES_SANDBOX_CPU_REQUEST" . -}}
{{- end -}}
{{- with .Values.sandbox.resources.requests.memory -}}
  {{- $settings = set $settings "KUBERNETES_SANDBOX_MEMORY_REQUEST" . -}}
{{- end -}}
{{- with .Values.sandbox.resources.limits.cpu -}}
  {{- $settings = set $settings "KUBERNETES_SANDBOX_CPU_LIMIT" . -}}
{{- end -}}
{{- with .Values.sandbox.resources.limits.memory -}}
  {{- $settings = set $settings "KUBERNETES_SANDBOX_MEMORY_LIMIT" . -}}
{{- end -}}
{{- with .Values.sandbox.runtimeClassName -}}
  {{- $settings = set $settings "KUBERNETES_SANDBOX_RUNTIME_CLASS_NAME" . -}}
{{- end -}}
{{- range $key, $value := .Values.api.extraEnv -}}
  {{- $settings = set $settings $key $value -}}
{{- end -}}
{{ toJson $settings }}
{{- end }}
