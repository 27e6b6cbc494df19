/**
 * What kwok does at once with nodes and pods that are only objects:
 * https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */

const stages = [
  stage('node-ready', 'Node', [ready('NotIn')], {
    statusTemplate: `{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- {type: {{ .type | Quote }}, status: {{ .status | Quote }}, reason: {{ .reason | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ $now | Quote }}}
{{ end }}
addresses: [{type: InternalIP, address: {{ NodeIP | Quote }}}]
allocatable: {cpu: "16", memory: 64Gi, pods: "110"}
capacity: {cpu: "16", memory: 64Gi, pods: "110"}
`,
  }),
  stage('pod-running', 'Pod', [exists('DoesNotExist'), ready('NotIn')], {
    statusTemplate: `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
podIP: {{ PodIPWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace | Quote }}
conditions:
{{ range $type := list "Initialized" "ContainersReady" "Ready" }}
- {type: {{ $type }}, status: "True", lastTransitionTime: {{ $now | Quote }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- {name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: true, restartCount: 0, state: {running: {startedAt: {{ $now | Quote }}}}}
{{ end }}
`,
  }),
  stage('pod-deleted', 'Pod', [exists('Exists')], { delete: true }),
];

function stage(name: string, kind: string, matchExpressions: readonly object[], next: object) {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next },
  };
}

function ready(operator: 'In' | 'NotIn') {
  const key = '.status.conditions.[] | select( .type == "Ready" ) | .status';
  return { key, operator, values: ['True'] };
}

/** Whether a pod is being deleted. */
function exists(operator: 'Exists' | 'DoesNotExist') {
  return { key: '.metadata.deletionTimestamp', operator };
}

/** The stages as a file of kwok's configuration. */
export const kwokStages = stages.map((stage) => `${JSON.stringify(stage)}\n`).join('---\n');
