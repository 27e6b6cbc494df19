import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandPath, isOnMachine, programOf } from './commands.js';
import { type InstalledName, installation, installedNames } from './names.js';
import { libraryFolders } from './packages-root.js';
import { execFile } from './processes.js';
import { projectRoot } from './project.js';

const shows: { readonly [name in InstalledName]: readonly [argument: string, said: RegExp] } = {
  busybox: ['--list', /^awk$/m],
  conntrack: ['--version', /^conntrack v/],
  ip: ['-Version', /^ip utility/],
  ip6tables: ['--version', /nf_tables/],
  'ip6tables-restore': ['--version', /nf_tables/],
  'ip6tables-save': ['--version', /nf_tables/],
  ipset: ['--version', /ipset v/],
  iptables: ['--version', /nf_tables/],
  'iptables-restore': ['--version', /nf_tables/],
  'iptables-save': ['--version', /nf_tables/],
  nft: ['--version', /^nftables v/],
  openssl: ['version', /^OpenSSL/],
  runc: ['--version', /^runc version/],
  shellcheck: ['--version', /^ShellCheck/],
  tini: ['--version', /^tini version/],
  yamllint: ['--version', /^yamllint \d/],
};

test.each(installedNames)('the command %s is available', async (name) => {
  const [argument, said] = shows[name];
  const { stdout, stderr } = await execFile(name, [argument]);
  expect(stdout + stderr).toMatch(said);
});

// Elsewhere the tests use the machine's own commands.
describe.runIf(isOnMachine('apt-get'))('with apt-get', () => {
  test.each(installedNames)('%s is the one that was installed for the project', (name) => {
    expect(path.relative(projectRoot, commandPath(name))).toMatch(
      new RegExp(`^\\.cache/commands-[0-9a-f]{12}/bin/${name}$`),
    );
  });

  const linked = installedNames.filter((name) => installation(name).selfContained !== true);
  test.each(linked)("%s needs no library of the machine except the C library's", async (name) => {
    const { file, root } = programOf(name);
    const LD_LIBRARY_PATH = libraryFolders(root)
      .map((folder) => path.join(root, folder))
      .join(':');
    const { stdout } = await execFile('ldd', [file], { env: { ...process.env, LD_LIBRARY_PATH } });
    const places = Array.from(stdout.matchAll(/(\S+) => (.+) \(/g), ([, library, place = '']) => ({
      library,
      place,
    }));
    const machines = places.filter(({ place }) => !place.startsWith(`${root}/`));
    expect(places.length).toBeGreaterThan(machines.length);
    for (const { library } of machines) expect(library).toMatch(/^lib(c|dl|m|pthread|resolv|rt)\.so\.\d$/);
  });
});
