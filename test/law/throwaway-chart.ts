import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for charts that live no longer than a test. */
export function throwawayFolder(): { write(files: ReadonlyMap<string, string>): string; remove(): void } {
  const root = mkdtempSync(path.join(tmpdir(), 'law-'));
  let charts = 0;
  return {
    /** Writes a chart and returns its folder. The previous one is removed. */
    write(files) {
      rmSync(path.join(root, String(charts)), { recursive: true, force: true });
      const folder = path.join(root, String(++charts));
      for (const [file, text] of files) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        writeFileSync(path.join(folder, file), text);
      }
      return folder;
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}
