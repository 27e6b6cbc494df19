import { createHash } from 'node:crypto';
import { type Entry, tar } from './tar.js';

/** A container image of one layer. */
export interface Image {
  /** With registry and tag, such as `docker.io/library/busybox:1`. */
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly entrypoint: readonly string[];
  /** Numeric, such as `999:999`; root by default. */
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The image in the format of `docker save` (manifest.json, config, layer); equal images give equal bytes. See
 * https://github.com/moby/docker-image-spec.
 */
export function dockerArchive(image: Image): Buffer {
  const layer = tar(image.entries);
  const config = Buffer.from(
    JSON.stringify({
      architecture: architectures[process.arch] ?? process.arch,
      os: 'linux',
      config: {
        Entrypoint: image.entrypoint,
        Env: Object.entries({ PATH: '/usr/local/bin:/bin', ...image.environment }).map((pair) =>
          pair.join('='),
        ),
        User: image.user ?? '',
        WorkingDir: '/',
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const names = { config: `${sha256(config)}.json`, layer: `${sha256(layer)}.tar` };
  const manifest = [{ Config: names.config, RepoTags: [image.name], Layers: [names.layer] }];
  return tar([
    { name: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
    { name: names.config, content: config, mode: 0o644 },
    { name: names.layer, content: layer, mode: 0o644 },
  ]);
}

/** Go's names for what Node.js calls otherwise. */
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', ia32: '386' };

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
