import Type from 'typebox';
import {
  eq,
  HelmChart,
  KubeConfigMap,
  KubePod,
  KubeService,
  release,
  str,
  when,
} from '../../src/helm/index.js';

const closed = { additionalProperties: false };

/** A chart of three objects, only for tests of the commands. */
export function greeterChart() {
  const chart = new HelmChart({
    metadata: { name: 'greeter', version: '1.0.0', appVersion: '1.0.0', description: 'Greets.' },
    values: Type.Object(
      {
        text: Type.String({ default: 'hello', description: 'What is said.' }),
        port: Type.Integer({ default: 8080, minimum: 1, maximum: 65535, description: 'Where it is said.' }),
        service: Type.Boolean({ default: true, description: 'Whether there is a Service.' }),
        global: Type.Object({ voice: Type.String({ default: '' }) }, closed),
        labels: Type.Record(Type.String(), Type.String(), { default: {}, description: 'More labels.' }),
      },
      closed,
    ),
  });
  const { text, port, service, labels, global } = chart.values;
  new KubePod(chart, 'pod', {
    folder: 'tests',
    metadata: { name: str`${release.Name}-test`, annotations: { 'helm.sh/hook': 'test' } },
    spec: { containers: [{ name: 'test', image: 'busybox:1' }] },
  });
  new KubeService(chart, 'service', {
    when: service,
    metadata: { name: release.Name, labels },
    spec: { ports: [{ port }] },
  });
  new KubeConfigMap(chart, 'text', {
    metadata: { name: release.Name },
    data: { text },
  });
  chart.addWarnings(when(eq(text, 'yo'), 'text: yo is short: say hello'));
  chart.addRules(
    when(eq(global.voice, 'none'), 'global.voice: a greeter has a voice: remove it'),
    when(eq(text, ''), 'text: a greeter says something: give it a text'),
    when(eq(text, str`${release.Name}.${release.Namespace}`), 'text: a greeter does not say its own name'),
  );
  return chart;
}
