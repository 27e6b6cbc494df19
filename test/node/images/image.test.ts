import { expect, test } from 'vitest';
import { output } from '../cluster/command.js';
import { dockerArchive, type Image } from './image.js';
import { tar } from './tar.js';

const image: Image = {
  name: 'docker.io/centaur-chart/some:1',
  entries: [
    { name: 'bin', folder: true, mode: 0o755 },
    { name: 'bin/program', content: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
    { name: 'bin/link', target: 'program' },
  ],
  entrypoint: ['program'],
};

test('an image is the same bytes each time', () => {
  expect(dockerArchive(image).equals(dockerArchive({ ...image, entries: [...image.entries] }))).toBe(true);
});

test('an image holds its manifest, config and layer by their digests', async () => {
  const archive = dockerArchive(image);
  const listed = (await output('tar', ['--list'], { input: archive })).trim().split('\n');
  const manifest = await output('tar', ['--extract', '--to-stdout', 'manifest.json'], { input: archive });
  const [{ Config, RepoTags, Layers }] = JSON.parse(manifest);
  expect(RepoTags).toEqual([image.name]);
  expect(listed).toEqual(['manifest.json', Config, ...Layers]);
  const config = JSON.parse(await output('tar', ['--extract', '--to-stdout', Config], { input: archive }));
  expect(`sha256:${Layers[0]}`).toBe(`${config.rootfs.diff_ids[0]}.tar`);
});

test('another tar reads the folders, files and links of an archive', async () => {
  const listed = await output('tar', ['--list', '--verbose', '--full-time', '--utc'], {
    input: tar(image.entries),
  });
  expect(listed.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
    'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 bin',
    '-rwxr-xr-x 0/0 10 1970-01-01 00:00:00 bin/program',
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 bin/link -> program',
    '',
  ]);
});

test('a name that does not fit into ustar is refused', () => {
  expect(() => tar([{ name: 'a'.repeat(101), folder: true, mode: 0o755 }])).toThrow(
    /too long for a ustar header/,
  );
});
