import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { nodeName } from './configuration.js';
import { insideFolder } from './run-folder.js';

const count = 20;
const storageClassName = 'standard';

/**
 * The default StorageClass and the volumes that claims are bound to: nothing creates them on demand, so a node has a
 * few, each larger than a claim requests. Their folders are created in the run folder.
 */
export async function volumes(runFolder: string): Promise<object[]> {
  const names = Array.from({ length: count }, (_, index) => `volume-${index + 1}`);
  for (const name of names) await mkdir(path.join(runFolder, 'volumes', name), { recursive: true });
  return [storageClass, ...names.map(volume)];
}

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: storageClassName,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** Local instead of hostPath: such a volume gets the group that a pod's fsGroup requests. */
function volume(name: string) {
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Ti' },
      local: { path: path.join(insideFolder, 'volumes', name) },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
      storageClassName,
    },
  };
}
