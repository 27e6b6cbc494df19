/**
 * Every system command that a test starts, by name. A command that is not part of Debian's smallest system, and is not
 * Node.js, npm, Git, Go or a C compiler, is installed for the tests into a folder of the project.
 */

/** A command that is installed. */
interface Installed {
  /** The Debian package. */
  readonly from: string;
  /** Its file, if Debian makes it the target of a configurable link. */
  readonly file?: string;
  /** The program that runs its file, if that is a script: one that the package depends on. */
  readonly interpreter?: string;
  /**
   * Linked only to libraries that each machine with apt-get has: such a command is started directly, without an
   * environment that it would pass on to other programs.
   */
  readonly selfContained?: true;
}

const xtables = (name: string): Installed => ({
  from: 'iptables',
  file: name.replace(/^ip6?tables/, '$&-nft'),
});

export const installed = {
  busybox: { from: 'busybox-static', selfContained: true },
  conntrack: { from: 'conntrack' },
  ip: { from: 'iproute2' },
  ip6tables: xtables('ip6tables'),
  'ip6tables-restore': xtables('ip6tables-restore'),
  'ip6tables-save': xtables('ip6tables-save'),
  ipset: { from: 'ipset' },
  iptables: xtables('iptables'),
  'iptables-restore': xtables('iptables-restore'),
  'iptables-save': xtables('iptables-save'),
  nft: { from: 'nftables' },
  openssl: { from: 'openssl' },
  runc: { from: 'runc', selfContained: true },
  shellcheck: { from: 'shellcheck' },
  tini: { from: 'tini', selfContained: true },
  yamllint: { from: 'yamllint', interpreter: 'python3' },
} as const satisfies { readonly [name: string]: Installed };

export type InstalledName = keyof typeof installed;

export const installedNames: readonly InstalledName[] = Object.keys(installed).filter(isInstalled);

export function isInstalled(name: string): name is InstalledName {
  return Object.hasOwn(installed, name);
}

export function installation(name: InstalledName): Installed {
  return installed[name];
}

/** What every machine has that can run the tests. */
const granted: readonly string[] = [
  // Debian's essential packages, and apt.
  ...[
    'apt-get',
    'bash',
    'dpkg',
    'find',
    'ldd',
    'mkfifo',
    'mount',
    'nice',
    'nsenter',
    'setpriv',
    'sh',
    'tar',
    'umount',
    'unshare',
  ],
  // What the README requires.
  ...['git', 'go', 'node', 'npm', 'npx'],
];

export function isKnown(name: string): boolean {
  return isInstalled(name) || granted.includes(name);
}
